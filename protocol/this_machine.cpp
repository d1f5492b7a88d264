#include "protocol/endpoint.hpp"
#include "protocol/text.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <array>

namespace avatar::protocol {
namespace {

using bytes = std::array<unsigned char, 16>;

bool is_loopback_name(std::string name) {
    name = lower_case(name);
    if (name.ends_with('.'))
        name.pop_back();
    constexpr std::string_view below = ".localhost";
    const bool is_below =
        name.ends_with(below) && name.find("..") == name.npos && !name.starts_with('.');
    return name == "localhost" || is_below;
}

bool is_loopback(const bytes& ipv6) {
    constexpr bytes loopback{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};
    constexpr bytes mapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 127};
    return ipv6 == loopback || std::equal(mapped.begin(), mapped.begin() + 13, ipv6.begin());
}

} // namespace

bool is_this_machine(std::string_view host) {
    const std::string text(host);
    bytes address{};
    // Strict: what the C library takes for an address beyond four decimal numbers, such
    // as 127.1, counts as another machine.
    if (inet_pton(AF_INET, text.c_str(), address.data()) == 1)
        return address[0] == 127;
    if (inet_pton(AF_INET6, text.c_str(), address.data()) == 1)
        return is_loopback(address);
    return is_loopback_name(text);
}

} // namespace avatar::protocol
