#include "emulator/fault_values.hpp"

#include "config/duration.hpp"
#include "protocol/error_body.hpp"

namespace avatar::emulator {

transport::http_reply make_refusal(fault_point at, unsigned status, std::string_view message) {
    return {.status = status,
            .body = at == fault_point::token
                        ? protocol::error_response(static_cast<int>(status), "", "", message)
                        : protocol::upgrade_refusal(message)};
}

bool may_be_sent(std::int64_t code) {
    return (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1013) ||
           (code >= 3000 && code <= 4999);
}

std::optional<std::chrono::milliseconds> read_span(std::string_view text) {
    const auto value = config::parse_duration(text);
    return value && *value <= std::chrono::hours(365 * 24) ? value : std::nullopt;
}

} // namespace avatar::emulator
