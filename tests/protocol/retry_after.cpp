#define CAF_SUITE retry_after

#include "protocol/retry_after.hpp"

#include <caf/test/dsl.hpp>

using namespace avatar::protocol;
using namespace std::chrono_literals;

namespace {

/// 6 November 1994, 08:49:07 UTC: half a minute before the date of RFC 9110's examples.
const std::chrono::system_clock::time_point half_a_minute_before{784'111'747s};

std::chrono::seconds wait_of(std::string_view value, std::string_view date = {}) {
    return parse_retry_after(value, date, half_a_minute_before);
}

} // namespace

CAF_TEST(a wait may be given in seconds) {
    CAF_CHECK(wait_of("120") == 120s);
    CAF_CHECK(wait_of(" 0007\t") == 7s);
    CAF_CHECK(wait_of("0") == 0s);
}

CAF_TEST(a wait may be given by a date in three formats) {
    for (const auto date : {"Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT",
                            "Sun Nov  6 08:49:37 1994"})
        CAF_CHECK(wait_of(date) == 30s);
    CAF_CHECK(wait_of("Sun, 06 Nov 1994 08:49:00 GMT") == 0s);
}

CAF_TEST(a date is compared with that of the answer) {
    CAF_CHECK(wait_of("Tue, 01 Dec 2026 12:01:30 GMT", "Tue, 01 Dec 2026 12:00:00 GMT") == 90s);
    CAF_CHECK(wait_of("Sun, 06 Nov 1994 08:49:37 GMT", "no date") == 30s);
}

CAF_TEST(no wait is longer than an hour) {
    for (const auto value : {"3601", "999999999999999999999999", "Fri, 31 Dec 9999 23:59:59 GMT"})
        CAF_CHECK(wait_of(value) == 3600s);
}

CAF_TEST(what is neither is no wait) {
    for (const auto value : {"", " ", "soon", "-5", "1.5", "12 s", "Sun, 06 Foo 1994 08:49:37 GMT"})
        CAF_CHECK(wait_of(value) == 0s);
}
