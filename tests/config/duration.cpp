#define CAF_SUITE config_duration

#include "config/duration.hpp"

#include "caf/test/dsl.hpp"

using namespace avatar::config;

namespace {

// In milliseconds; -1: refused.
std::int64_t parsed(std::string_view text) {
    const auto value = parse_duration(text);
    return value ? value->count() : -1;
}

std::string written(std::int64_t ms) {
    return format_duration(std::chrono::milliseconds(ms));
}

} // namespace

CAF_TEST(each unit is read) {
    CAF_CHECK_EQUAL(parsed("500ms"), 500);
    CAF_CHECK_EQUAL(parsed("30s"), 30'000);
    CAF_CHECK_EQUAL(parsed("10min"), 600'000);
    CAF_CHECK_EQUAL(parsed("1h"), 3'600'000);
}

CAF_TEST(zero needs no unit) {
    CAF_CHECK_EQUAL(parsed("0"), 0);
    CAF_CHECK_EQUAL(parsed("0s"), 0);
    CAF_CHECK_EQUAL(parsed("00"), -1);
    CAF_CHECK_EQUAL(parsed("5"), -1);
}

CAF_TEST(fractions are exact down to a millisecond and refused below) {
    CAF_CHECK_EQUAL(parsed("1.5s"), 1'500);
    CAF_CHECK_EQUAL(parsed("0.1s"), 100);
    CAF_CHECK_EQUAL(parsed("0.001s"), 1);
    CAF_CHECK_EQUAL(parsed("0.05h"), 180'000);
    CAF_CHECK_EQUAL(parsed("1.50000000000000s"), 1'500);
    CAF_CHECK_EQUAL(parsed("2.0ms"), 2);
    CAF_CHECK_EQUAL(parsed("0.0001s"), -1);
    CAF_CHECK_EQUAL(parsed("1.5ms"), -1);
    CAF_CHECK_EQUAL(parsed("0.1234567890123456789h"), -1);
}

CAF_TEST(fractions of many digits are refused whatever they come to) {
    CAF_CHECK_EQUAL(parsed("0.123456789h"), -1);
    CAF_CHECK_EQUAL(parsed("0.000000025h"), -1); // 0.09 ms
    CAF_CHECK_EQUAL(parsed("0.000025h"), 90);
    CAF_CHECK_EQUAL(parsed("0.999999999h"), -1);
    // Ten to these powers is nothing in 64 bits, or has wrapped round.
    for (const std::size_t digits : {10, 18, 19, 20, 62, 63, 64, 65, 100, 1'000}) {
        CAF_CHECK_EQUAL(parsed("0." + std::string(digits - 1, '0') + "1h"), -1);
        CAF_CHECK_EQUAL(parsed("0." + std::string(digits - 1, '0') + "9s"), -1);
        CAF_CHECK_EQUAL(parsed("0." + std::string(digits, '0') + "s"), 0);
    }
}

CAF_TEST(whole and fraction together fit up to the last millisecond) {
    CAF_CHECK_EQUAL(parsed("9223372036854775.807s"), INT64_MAX);
    CAF_CHECK_EQUAL(parsed("9223372036854775.808s"), -1);
    CAF_CHECK_EQUAL(parsed("9223372036854776s"), -1);
    CAF_CHECK_EQUAL(parsed("2562047788015h"), 2'562'047'788'015 * 3'600'000);
    CAF_CHECK_EQUAL(parsed("2562047788016h"), -1);
}

CAF_TEST(anything else is refused) {
    for (const auto text :
         {"",   "s",    "ms",  "-1s", "+1s",   " 1s",    "1s ",  "1 s",  "1sec", "1m",
          "1S", "1,5s", ".5s", "1.s", "1..5s", "1.5.5s", "1e3s", "0x1s", "1s2s", "."})
        CAF_CHECK_EQUAL(std::make_pair(std::string(text), parsed(text)),
                        std::make_pair(std::string(text), std::int64_t(-1)));
}

CAF_TEST(what does not fit the type is refused) {
    CAF_CHECK_EQUAL(parsed("9223372036854775807ms"), INT64_MAX);
    CAF_CHECK_EQUAL(parsed("9223372036854775808ms"), -1);
    CAF_CHECK_EQUAL(parsed("9223372036854775807s"), -1);
    CAF_CHECK_EQUAL(parsed("99999999999999999999h"), -1);
}

CAF_TEST(the largest unit that divides evenly is written) {
    CAF_CHECK_EQUAL(written(0), "0s");
    CAF_CHECK_EQUAL(written(500), "500ms");
    CAF_CHECK_EQUAL(written(1'500), "1500ms");
    CAF_CHECK_EQUAL(written(30'000), "30s");
    CAF_CHECK_EQUAL(written(90'000), "90s");
    CAF_CHECK_EQUAL(written(600'000), "10min");
    CAF_CHECK_EQUAL(written(3'600'000), "1h");
    CAF_CHECK_EQUAL(written(1), "1ms");
    CAF_CHECK_EQUAL(written(1'000), "1s");
    CAF_CHECK_EQUAL(written(60'000), "1min");
    CAF_CHECK_EQUAL(written(5'400'000), "90min");
    CAF_CHECK_EQUAL(written(86'400'000), "24h");
    CAF_CHECK_EQUAL(written(-1'500), "-1500ms");
}

CAF_TEST(what is written reads back) {
    for (std::int64_t ms : {0LL, 1LL, 999LL, 1'000LL, 61'000LL, 120'000LL, 7'200'000LL})
        CAF_CHECK_EQUAL(parsed(written(ms)), ms);
}
