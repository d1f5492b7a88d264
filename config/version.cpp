#include "config/version.hpp"

namespace avatar::config {

std::string_view version() {
    return AVATAR_VERSION;
}

} // namespace avatar::config
