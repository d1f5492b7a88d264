#define CAF_SUITE config_line

#include "config/config_line.hpp"

#include "caf/test/dsl.hpp"

using namespace avatar::config;

namespace {

std::string checked(std::string_view line) {
    try {
        return checked_line(line);
    } catch (const line_error& e) {
        return std::string("error: ") + e.what();
    }
}

} // namespace

CAF_TEST(blanks and comments are nothing) {
    for (const auto line : {"", "  ", "\t\r", "# comment", "  # [x]", "; comment"})
        CAF_CHECK_EQUAL(checked(line), "");
}

CAF_TEST(sections) {
    CAF_CHECK_EQUAL(checked("[pool]"), "[pool]");
    CAF_CHECK_EQUAL(checked("  [pool] # comment\r"), "[pool]");
    CAF_CHECK_EQUAL(checked("[ pool\t]"), "[pool]");
    for (const auto line : {"[pool", "[]", "[", "[[pool]]", "[po ol]", "[pool] x", "[#]"})
        CAF_CHECK_EQUAL(checked(line), "error: not a section: expected [name]");
}

CAF_TEST(keys and values) {
    CAF_CHECK_EQUAL(checked("size=3"), "size = 3");
    CAF_CHECK_EQUAL(checked("  size\t=  3  # three"), "size = 3");
    CAF_CHECK_EQUAL(checked("pool.size = 3"), "pool.size = 3");
    CAF_CHECK_EQUAL(checked("level = info"), "level = info");
    CAF_CHECK_EQUAL(checked("file = \"a # b = c\" # comment"), "file = \"a # b = c\"");
    CAF_CHECK_EQUAL(checked("file = 'C:\\x \"y\"'"), "file = 'C:\\x \"y\"'");
    CAF_CHECK_EQUAL(checked("file = \"\""), "file = \"\"");
}

CAF_TEST(lines that are neither are errors) {
    const auto expected = "error: not understood: expected [section], key = value or a # comment";
    for (const auto line : {"size", "x", "size 3", "= 3", "=", "-- = 3", "a b = 3", "\"a\" = 3"})
        CAF_CHECK_EQUAL(checked(line), expected);
}

CAF_TEST(broken values are errors) {
    const auto no_value = "error: no value after =: expected one, or \"\" for none";
    CAF_CHECK_EQUAL(checked("a="), no_value);
    CAF_CHECK_EQUAL(checked("size = # three"), no_value);
    CAF_CHECK_EQUAL(checked("file = \"abc"), "error: a quote is not closed: expected \"");
    CAF_CHECK_EQUAL(checked("file = 'abc\""), "error: a quote is not closed: expected '");
    const auto after = "error: text after the closing quote: expected the end of the line or a # "
                       "comment";
    CAF_CHECK_EQUAL(checked("file = \"a\" b"), after);
    CAF_CHECK_EQUAL(checked("file = \"\"\"abc\"\"\""), after);
    CAF_CHECK_EQUAL(checked("file = \"a\\nb\""),
                    "error: a backslash in double quotes: expected single quotes around the value");
    for (const auto line : {"file = [1, 2]", "file = [", "file = {a = 1}"})
        CAF_CHECK_EQUAL(checked(line), "error: a list or a table: expected one value");
    CAF_CHECK_EQUAL(checked("file = a\x01"), "error: a control character: expected text");
    CAF_CHECK_EQUAL(checked(std::string_view("a\0b = 1", 7)),
                    "error: a control character: expected text");
}
