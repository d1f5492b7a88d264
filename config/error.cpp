#include "config/error.hpp"

#include "protocol/text.hpp"

namespace avatar::config {

std::string printable(std::string_view value) {
    constexpr std::size_t longest_shown = 200;
    const auto shown = protocol::shortened(value, longest_shown);
    return protocol::on_one_line(shown) + (shown.size() < value.size() ? "..." : "");
}

} // namespace avatar::config
