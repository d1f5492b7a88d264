#define CAF_SUITE text

#include "protocol/text.hpp"

#include <caf/test/dsl.hpp>

using namespace avatar::protocol;
using namespace std::string_literals;

namespace {

std::string cut(const std::string& text, std::size_t limit) {
    return std::string(shortened(text, limit));
}

} // namespace

CAF_TEST(only ASCII letters change case) {
    CAF_CHECK_EQUAL(lower_case("ABC xyz 019 [@`{"), "abc xyz 019 [@`{"s);
    CAF_CHECK_EQUAL(lower_case("\xC3\x89"), "\xC3\x89"s);
}

CAF_TEST(white space is trimmed at the ends only) {
    CAF_CHECK_EQUAL(std::string(trimmed(" \r\n\ta b\v\f ")), "a b"s);
    CAF_CHECK_EQUAL(std::string(trimmed(" \n")), ""s);
    CAF_CHECK_EQUAL(std::string(trimmed("")), ""s);
}

CAF_TEST(text is cut between characters) {
    CAF_CHECK_EQUAL(cut("abc", 3), "abc"s);
    CAF_CHECK_EQUAL(cut("abcd", 3), "abc"s);
    CAF_CHECK_EQUAL(cut("ab\xE6\xBC\xA2", 4), "ab"s);
    CAF_CHECK_EQUAL(cut("ab\xE6\xBC\xA2 ", 5), "ab\xE6\xBC\xA2"s);
    CAF_CHECK_EQUAL(cut("\xF0\x9F\x98\x80", 3), ""s);
    CAF_CHECK_EQUAL(cut("\x80\x80\x80\x80\x80\x80\x80", 6).size(), 6u);
    CAF_CHECK_EQUAL(cut("abc", 0), ""s);
}

CAF_TEST(control characters become spaces) {
    CAF_CHECK_EQUAL(on_one_line("a\r\nb\tc\x1b[31m\x7f"), "a  b c [31m "s);
    CAF_CHECK_EQUAL(on_one_line("\xC2\x9B"
                                "1m\xC2\xA0\xC3\xA9\xC2"),
                    " 1m\xC2\xA0\xC3\xA9\xC2"s);
    CAF_CHECK_EQUAL(on_one_line("a\0b"s), "a b"s);
}
