#include "config/make_kind.hpp"
#include "config/number_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <arpa/inet.h>
#include <netinet/in.h>

namespace avatar::config {

namespace {

bool is_ip_address(const std::string& text, int family) {
    in6_addr storage{};
    return inet_pton(family, text.c_str(), &storage) == 1;
}

// Letters, digits, hyphens and underscores, with single dots between them; not all of it digits
// and dots, which would be an address with a slip.
bool is_host_name(std::string_view text) {
    constexpr std::size_t longest = 253;
    char before = '.';
    bool has_letter = false;
    for (const char c : text) {
        const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
        const bool inner = (c >= '0' && c <= '9') || c == '-';
        has_letter = has_letter || letter;
        if (!letter && !inner && (c != '.' || before == '.'))
            return false;
        before = c;
    }
    return !text.empty() && text.size() <= longest && before != '.' && has_letter;
}

// "HOST:PORT", where an IPv6 address stands in brackets.
std::optional<node_address> parse_node(std::string_view text, std::uint16_t least_port) {
    const auto colon = text.rfind(':');
    if (colon == std::string_view::npos)
        return std::nullopt;
    auto host = text.substr(0, colon);
    const auto port = parse_number<std::uint16_t>(text.substr(colon + 1));
    if (!port || *port < least_port)
        return std::nullopt;
    if (host.starts_with('[') && host.ends_with(']')) {
        auto inner = std::string(host.substr(1, host.size() - 2));
        return is_ip_address(inner, AF_INET6) ? std::optional(node_address{std::move(inner), *port})
                                              : std::nullopt;
    }
    auto name = std::string(host);
    return is_ip_address(name, AF_INET) || is_host_name(name)
               ? std::optional(node_address{std::move(name), *port})
               : std::nullopt;
}

std::string text_of(const std::vector<node_address>& nodes) {
    std::vector<std::string> items;
    items.reserve(nodes.size());
    for (const auto& node : nodes)
        items.push_back(node.text());
    return fmt::format("{}", fmt::join(items, ","));
}

} // namespace

value_kind listen_address(field<node_address> to) {
    return make_kind(
        to, "ADDRESS:PORT", "an IP address and a port, such as 127.0.0.1:7000 or [::1]:7000",
        [](std::string_view text) -> std::optional<node_address> {
            if (text.empty())
                return node_address();
            auto address = parse_node(text, 0);
            if (address &&
                (is_ip_address(address->host, AF_INET) || is_ip_address(address->host, AF_INET6)))
                return address;
            return std::nullopt;
        },
        [](const node_address& value) {
            return value.host.empty() ? std::string() : value.text();
        });
}

value_kind node_addresses(field<std::vector<node_address>> to) {
    return make_kind(
        to, "HOST:PORT,...",
        "hosts with a port, separated by commas, each once: worker-1:7000,10.0.0.2:7000,[::1]:7000",
        [](std::string_view text) -> std::optional<std::vector<node_address>> {
            std::vector<node_address> result;
            while (!text.empty()) {
                const auto comma = text.find(',');
                auto node = parse_node(text.substr(0, comma), 1);
                const bool known = node && std::ranges::find(result, *node) != result.end();
                if (!node || known || comma + 1 == text.size())
                    return std::nullopt;
                result.push_back(std::move(*node));
                text.remove_prefix(comma == std::string_view::npos ? text.size() : comma + 1);
            }
            return result;
        },
        text_of);
}

} // namespace avatar::config
