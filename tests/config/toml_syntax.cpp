#define CAF_SUITE config_toml_syntax

#include "config/toml_syntax.hpp"

#include "caf/test/dsl.hpp"

using namespace avatar::config;

namespace {

// The lines of a text, with | behind each.
std::string lines(std::string_view text) {
    std::string result;
    for (const auto line : lines_of(text))
        result += std::string(line) + '|';
    return result;
}

} // namespace

CAF_TEST(lines) {
    CAF_CHECK_EQUAL(lines(""), "");
    CAF_CHECK_EQUAL(lines("a"), "a|");
    CAF_CHECK_EQUAL(lines("a\nb\n"), "a|b|");
    CAF_CHECK_EQUAL(lines("\na\r\n\r\nb\r"), "|a||b|");
    CAF_CHECK_EQUAL(lines("\xEF\xBB\xBF"
                          "a\nb"),
                    "a|b|");
}

CAF_TEST(columns count code points) {
    CAF_CHECK_EQUAL(between_columns("a = 15", 5, 7), "15");
    CAF_CHECK_EQUAL(between_columns("\"äß€\" = 15", 9, 11), "15");
    CAF_CHECK_EQUAL(between_columns("äöü", 2, 3), "ö");
    CAF_CHECK_EQUAL(between_columns("abc", 3, 9), "c");
    CAF_CHECK_EQUAL(between_columns("abc", 7, 9), "");
    CAF_CHECK_EQUAL(between_columns("", 1, 2), "");
}

CAF_TEST(nothing that stands in the text is repeated) {
    const auto explain = [](std::string_view description) {
        return explain_syntax_error(description, "");
    };
    CAF_CHECK_EQUAL(explain("Error while parsing boolean: expected 'false', saw 'fals3'"),
                    "error while parsing boolean: expected 'false'");
    CAF_CHECK_EQUAL(explain("Error while parsing key-value pair: expected '=', saw '''"),
                    "error while parsing key-value pair: expected '='");
    CAF_CHECK_EQUAL(
        explain("Error while parsing decimal integer: '99' is not representable in 64 bits"),
        "error while parsing decimal integer: ... is not representable in 64 bits: "
        "expected [section], key = value or a # comment");
    CAF_CHECK_EQUAL(explain("Error while parsing string: unknown escape sequence '\\s'"),
                    "error while parsing string: unknown escape sequence ...: expected \\\\ for a "
                    "backslash, or single quotes around the value");
}

CAF_TEST(a key that is given twice is told) {
    CAF_CHECK_EQUAL(explain_syntax_error("Error while parsing key-value pair: cannot redefine "
                                         "existing integer 'size'",
                                         "size = 3s"),
                    "cannot redefine existing integer 'size': expected it once");
}
