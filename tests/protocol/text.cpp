#define CAF_SUITE text

#include "protocol/text.hpp"

#include <caf/test/dsl.hpp>

#include <iterator>

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
    // Two, three and four bytes: with each limit the characters that fit.
    const auto characters = "\xC3\xA9\xE6\xBC\xA2\xF0\x9F\x98\x80"s;
    const std::size_t sizes[] = {0, 0, 2, 2, 2, 5, 5, 5, 5, 9, 9};
    for (std::size_t limit = 0; limit < std::size(sizes); ++limit)
        CAF_CHECK_EQUAL(cut(characters, limit), characters.substr(0, sizes[limit]));
}

CAF_TEST(what is not UTF - 8 is cut where the limit falls) {
    for (std::size_t limit = 1; limit < 7; ++limit)
        CAF_CHECK_EQUAL(cut("\x80\x80\x80\x80\x80\x80\x80", limit).size(), limit);
    CAF_CHECK_EQUAL(cut("abc\x80\x80\x80\x80 ", 6).size(), 6u);
}

CAF_TEST(what stands around a text does not matter) {
    // Within the limit, though it ends in the middle of what goes on behind it.
    const std::string_view around = "ab\xC3\xA9";
    CAF_CHECK_EQUAL(shortened(around.substr(0, 3), 3).size(), 3u);
    CAF_CHECK_EQUAL(shortened(around.substr(3), 0).size(), 0u);
    const std::string_view continued = "a\x80\x80\x80";
    CAF_CHECK_EQUAL(shortened(continued.substr(1), 1).size(), 1u);
    CAF_CHECK_EQUAL(shortened(continued.substr(1), 2).size(), 2u);
    const std::string_view control = "\xC2\x9B";
    CAF_CHECK_EQUAL(on_one_line(control.substr(0, 1)), "\xC2"s);
}

CAF_TEST(control characters become spaces) {
    CAF_CHECK_EQUAL(on_one_line("a\r\nb\tc\x1b[31m\x7f"), "a  b c [31m "s);
    CAF_CHECK_EQUAL(on_one_line("\xC2\x9B"
                                "1m\xC2\xA0\xC3\xA9\xC2"),
                    " 1m\xC2\xA0\xC3\xA9\xC2"s);
    CAF_CHECK_EQUAL(on_one_line("a\0b"s), "a b"s);
    CAF_CHECK_EQUAL(on_one_line(""), ""s);
    for (int c = 0; c < 0x100; ++c) {
        const auto character = std::string(1, static_cast<char>(c));
        const bool control = c < 0x20 || c == 0x7F;
        CAF_CHECK_EQUAL(on_one_line(character), control ? " "s : character);
        CAF_CHECK_EQUAL(on_one_line("<" + character), "<" + (control ? " "s : character));
        // The second set is written as C2 and 80 to 9F.
        const bool second = c >= 0x80 && c <= 0x9F;
        const auto behind = control ? "\xC2 "s : "\xC2" + character;
        CAF_CHECK_EQUAL(on_one_line("\xC2" + character), second ? " "s : behind);
        CAF_CHECK_EQUAL(on_one_line("\xC2" + character + ">"), (second ? " "s : behind) + ">");
    }
}
