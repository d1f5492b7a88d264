#include "config/version.hpp"

namespace avatar::config {

std::string_view version() {
    return AVATAR_VERSION;
}

std::string_view version_date() {
    return AVATAR_VERSION_DATE;
}

} // namespace avatar::config
