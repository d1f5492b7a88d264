#include "protocol/retry_after.hpp"

#include "protocol/text.hpp"

#include <algorithm>
#include <ctime>
#include <iomanip>
#include <locale>
#include <optional>
#include <sstream>
#include <string>

namespace avatar::protocol {
namespace {

using std::chrono::seconds;
using std::chrono::system_clock;

/// RFC 9110, section 5.6.7: the one that is sent today, and two that were.
constexpr const char* date_formats[] = {"%a, %d %b %Y %H:%M:%S", "%A, %d-%b-%y %H:%M:%S",
                                        "%a %b %d %H:%M:%S %Y"};

/// In seconds: the clock itself could not hold every year of four digits.
std::optional<std::chrono::sys_seconds> parse_date(std::string_view text) {
    for (const auto* format : date_formats) {
        std::istringstream in{std::string(text)};
        in.imbue(std::locale::classic());
        std::tm parts{};
        if (in >> std::get_time(&parts, format))
            return std::chrono::sys_seconds(seconds(timegm(&parts)));
    }
    return std::nullopt;
}

bool is_number(std::string_view text) {
    return !text.empty() && text.find_first_not_of("0123456789") == text.npos;
}

seconds parse_seconds(std::string_view digits) {
    digits.remove_prefix(std::min(digits.find_first_not_of('0'), digits.size()));
    constexpr std::size_t below_overflow = 9;
    if (digits.size() > below_overflow)
        return longest_retry_after;
    return seconds(digits.empty() ? 0 : std::stol(std::string(digits)));
}

} // namespace

seconds parse_retry_after(std::string_view value, std::string_view date,
                          system_clock::time_point now) {
    value = trimmed(value);
    auto wait = seconds::zero();
    if (is_number(value))
        wait = parse_seconds(value);
    else if (const auto until = parse_date(value))
        wait = *until - parse_date(trimmed(date)).value_or(std::chrono::floor<seconds>(now));
    return std::clamp(wait, seconds::zero(), longest_retry_after);
}

} // namespace avatar::protocol
