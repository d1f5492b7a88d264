#include "transport/named_exception.hpp"

#include "protocol/text.hpp"

#include <fmt/format.h>

namespace avatar::transport {

std::string kind_and_name(std::string_view kind, std::string_view name) {
    return fmt::format("{} \"{}\"", kind, name);
}

named_exception::named_exception(const std::string& name, std::string_view text)
    : std::runtime_error(protocol::on_one_line(fmt::format("{}: {}", name, text))) {}

} // namespace avatar::transport
