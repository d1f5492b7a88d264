// Options of somebody's own that cannot be added. Alone: what can stays in the table for good.
#include "main/extension_options.hpp"

#include "config/options.hpp"
#include "main/extensions.hpp"
#include "tests/config/support.hpp"

#include <limits>

#define CAF_SUITE extension_options
#include "caf/test/dsl.hpp"

using namespace avatar;

namespace {

/// What is said of one with these bounds, whose default is 1.
template <class Number>
std::string error_with(const std::string& key, option_bounds<Number> bounds) {
    static Number value{1};
    extensions mine;
    mine.add_option(key, value, "Help", bounds);
    return config::test::error_of([&] { add_options(mine); });
}

constexpr auto not_a_number = std::numeric_limits<double>::quiet_NaN();
constexpr auto endless = std::numeric_limits<double>::infinity();

} // namespace

CAF_TEST(bounds that are not in order are refused) {
    const std::string text =
        "option \"mine.size\": expected a lowest value that is not above the highest";
    CAF_CHECK_EQUAL(error_with<std::size_t>("mine.size", {.lowest = 2, .highest = 1}), text);
    CAF_CHECK_EQUAL(error_with<std::int64_t>("mine.size", {.lowest = 0, .highest = -1}), text);
    CAF_CHECK_EQUAL(error_with<double>("mine.size", {.lowest = 0.2, .highest = 0.1}), text);
    CAF_CHECK_EQUAL(error_with<double>("mine.size", {.lowest = not_a_number}), text);
    CAF_CHECK_EQUAL(error_with<double>("mine.size", {.highest = not_a_number}), text);
    CAF_CHECK_EQUAL(
        error_with<config::milliseconds>(
            "mine.size", {.lowest = config::milliseconds(2), .highest = config::milliseconds(1)}),
        text);
}

CAF_TEST(a default out of its bounds is refused) {
    CAF_CHECK_EQUAL(error_with<std::size_t>("mine.size", {.lowest = 2}),
                    "option \"mine.size\": default 1: expected a whole number from 2 up");
    CAF_CHECK_EQUAL(error_with<std::int64_t>("mine.size", {.lowest = -2, .highest = 0}),
                    "option \"mine.size\": default 1: expected a whole number from -2 to 0");
    CAF_CHECK_EQUAL(error_with<double>("mine.size", {.lowest = -0.5, .highest = 0.5}),
                    "option \"mine.size\": default 1: expected a number from -0.5 to 0.5");
}

CAF_TEST(without bounds a number is from 0 up to what its type has) {
    CAF_CHECK_EQUAL(error_with<std::size_t>("mine.size", {}), "no error");
    CAF_CHECK_EQUAL(error_with<std::int64_t>("mine.shift", {}), "no error");
    CAF_CHECK_EQUAL(error_with<double>("mine.skew", {}), "no error");
    CAF_CHECK_EQUAL(error_with<config::milliseconds>("mine.pause", {}), "no error");
    CAF_CHECK_EQUAL(error_with<double>("mine.any", {.lowest = -endless, .highest = endless}),
                    "no error");
    const auto expected = [](const char* key) { return config::find_option(key)->kind.expected; };
    CAF_CHECK_EQUAL(expected("mine.size"), "a whole number from 0 up");
    CAF_CHECK_EQUAL(expected("mine.shift"), "a whole number from 0 up");
    CAF_CHECK_EQUAL(expected("mine.skew"), "a number from 0 to 1000000000000000");
    CAF_CHECK_EQUAL(expected("mine.pause"),
                    "a duration from 0s to 8760h, such as 500ms, 30s, 10min or 1h");
}
