#define CAF_SUITE config_pasted_text

#include "config/pasted_text.hpp"

#include "caf/test/dsl.hpp"

#include <string>

using namespace avatar::config;
using namespace std::string_literals;

namespace {

std::string flaw_of(const std::string& text) {
    return pasted_flaw(text).value_or("none");
}

} // namespace

CAF_TEST(what nobody sees is named with its place) {
    CAF_CHECK_EQUAL(flaw_of("\xef\xbb\xbfkey"), "a byte order mark (U+FEFF) as character 1 of 4");
    CAF_CHECK_EQUAL(flaw_of("ke\u200by"), "a zero-width space (U+200B) as character 3 of 4");
    CAF_CHECK_EQUAL(flaw_of("key\u00a0"), "a no-break space (U+00A0) as character 4 of 4");
    CAF_CHECK_EQUAL(flaw_of("é\u202fk"), "a no-break space (U+202F) as character 2 of 3");
    CAF_CHECK_EQUAL(flaw_of("key\n"), "a line break (U+000A) as character 4 of 4");
    CAF_CHECK_EQUAL(flaw_of("key\r"), "a carriage return (U+000D) as character 4 of 4");
    CAF_CHECK_EQUAL(flaw_of("k\tey"), "a tab (U+0009) as character 2 of 4");
    CAF_CHECK_EQUAL(flaw_of("k\0y"s), "a control character (U+0000) as character 2 of 3");
    CAF_CHECK_EQUAL(flaw_of("k\x1b[0m"), "a control character (U+001B) as character 2 of 5");
    CAF_CHECK_EQUAL(flaw_of("k\u0085"), "a control character (U+0085) as character 2 of 2");
    CAF_CHECK_EQUAL(flaw_of("k\u2028"), "a line break (U+2028) as character 2 of 2");
    CAF_CHECK_EQUAL(flaw_of("k\u00ady"), "a soft hyphen (U+00AD) as character 2 of 3");
    CAF_CHECK_EQUAL(flaw_of("k\u202ey"), "an invisible character (U+202E) as character 2 of 3");
    CAF_CHECK_EQUAL(flaw_of("k\U000e0041y"),
                    "an invisible character (U+E0041) as character 2 of 3");
    CAF_CHECK_EQUAL(flaw_of("k\u3000y"), "a space of another kind (U+3000) as character 2 of 3");
}

CAF_TEST(spaces and quotes are flaws at the ends only) {
    CAF_CHECK_EQUAL(flaw_of(" key"), "a space (U+0020) as character 1 of 4");
    CAF_CHECK_EQUAL(flaw_of("key "), "a space (U+0020) as character 4 of 4");
    CAF_CHECK_EQUAL(flaw_of("my key"), "none");
    CAF_CHECK_EQUAL(flaw_of("\"key\""), "a quotation mark (U+0022) as character 1 of 5");
    CAF_CHECK_EQUAL(flaw_of("'key'"), "a quotation mark (U+0027) as character 1 of 5");
    CAF_CHECK_EQUAL(flaw_of("key`"), "a quotation mark (U+0060) as character 4 of 4");
    CAF_CHECK_EQUAL(flaw_of("\u201ckey\u201d"), "a quotation mark (U+201C) as character 1 of 5");
    CAF_CHECK_EQUAL(flaw_of("ke\"y"), "none");
}

CAF_TEST(bytes that are no UTF - 8 are told without a number) {
    for (const auto& bad : {"k\xff"s, "k\xc3"s, "k\x80"s, "k\xc0"s, "k\xf5"s})
        CAF_CHECK_EQUAL(flaw_of(bad), "a byte that is no UTF-8 as character 2 of 2");
    CAF_CHECK_EQUAL(flaw_of("k\xe2\x80"), "a byte that is no UTF-8 as character 2 of 3");
}

CAF_TEST(letters of every script are none) {
    for (const auto& good : {""s, "key"s, "sk-_.~!@#$%^&*()+=/"s, "Ключ"s, "鍵"s, "😀"s})
        CAF_CHECK_EQUAL(flaw_of(good), "none");
}

CAF_TEST(control characters alone) {
    CAF_CHECK_EQUAL(control_character_in("\"a\u00a0\nb").value_or(""),
                    "a line break (U+000A) as character 4 of 5");
    CAF_CHECK(!control_character_in(" \"a\u00a0"));
}
