#define CAF_SUITE connection_label

#include "report/connection_label.hpp"

#include "caf/test/dsl.hpp"

#include <string>

using avatar::report::connection_label;

CAF_TEST(an_id_of_twenty_characters_stays_whole) {
    CAF_CHECK_EQUAL(connection_label("12345678901234567890"), "12345678901234567890");
    CAF_CHECK_EQUAL(connection_label("abc"), "abc");
    CAF_CHECK_EQUAL(connection_label(""), "");
}

CAF_TEST(a_longer_id_is_cut_to_twenty_characters_and_dots) {
    CAF_CHECK_EQUAL(connection_label("123456789012345678901"), "12345678901234567890...");
    CAF_CHECK_EQUAL(connection_label(std::string(5000, 'x')), std::string(20, 'x') + "...");
}

CAF_TEST(a_cut_never_breaks_a_character) {
    std::string id;
    std::string kept;
    for (int i = 0; i < 21; ++i) {
        id += "\u20ac";
        if (i < 20)
            kept += "\u20ac";
    }
    CAF_CHECK_EQUAL(connection_label(id), kept + "...");
    CAF_CHECK_EQUAL(connection_label(kept), kept);
}

CAF_TEST(characters_of_every_length_are_kept) {
    CAF_CHECK_EQUAL(connection_label("a\u00e9\u20ac\U0001f600z"), "a\u00e9\u20ac\U0001f600z");
}

CAF_TEST(control_characters_are_replaced) {
    CAF_CHECK_EQUAL(connection_label("a\x1b[2Jb\r\n\x7f"), "a?[2Jb???");
    CAF_CHECK_EQUAL(connection_label(std::string("a\0b", 3)), "a?b");
    CAF_CHECK_EQUAL(connection_label("x\u009b2Jy"), "x?2Jy");
}

CAF_TEST(what_is_no_control_character_is_kept) {
    for (const std::string kept : {" ", "!", "~", "\u00a0", "\u00c0", "\u00df", "\u0100", "\u2028"})
        CAF_CHECK_EQUAL(connection_label(kept), kept);
    for (const std::string replaced : {"\x01", "\x1f", "\x7f", "\u0080", "\u0085", "\u009f"})
        CAF_CHECK_EQUAL(connection_label(replaced), "?");
}

// RFC 3629, section 4: the first and the last of each row, and their neighbours outside.
CAF_TEST(a_character_of_utf_8_is_kept_and_what_is_none_becomes_one_mark_a_byte) {
    for (const std::string kept :
         {"\xc2\xa0", "\xc3\x80", "\xde\xbf", "\xdf\x80", "\xdf\xbf", "\xe0\xa0\x80",
          "\xe1\x80\x80", "\xec\xbf\xbf", "\xed\x80\x80", "\xed\x9f\xbf", "\xee\x80\x80",
          "\xef\xbf\xbf", "\xf0\x90\x80\x80", "\xf1\x80\x80\x80", "\xf3\xbf\xbf\xbf",
          "\xf4\x80\x80\x80", "\xf4\x8f\xbf\xbf"})
        CAF_CHECK_EQUAL(connection_label("<" + kept + ">"), "<" + kept + ">");
    for (const std::string broken :
         {"\x80", "\xbf", "\xc0\x80", "\xc1\xbf", "\xf5\x80\x80\x80", "\xff\xbf\xbf\xbf", "\xfe",
          "\xc2", "\xdf", "\xe0\xa0", "\xef\xbf", "\xf0\x90\x80", "\xf4\x8f\xbf",
          // In a longer form than it takes: U+007F, U+009B, U+07FF, U+FFFF.
          "\xc1\xbf", "\xe0\x82\x9b", "\xe0\x9f\xbf", "\xf0\x8f\xbf\xbf",
          // Halves of a UTF-16 pair, and beyond U+10FFFF.
          "\xed\xa0\x80", "\xed\xbf\xbf", "\xf4\x90\x80\x80"})
        CAF_CHECK_EQUAL(connection_label("<" + broken + ">"),
                        "<" + std::string(broken.size(), '?') + ">");
    CAF_CHECK_EQUAL(connection_label("\xc3\x28"), "?(");
    CAF_CHECK_EQUAL(connection_label("\xe2\x82\xc0"), "???");
    CAF_CHECK_EQUAL(connection_label("\xc2\xc2\xa0"), "?\u00a0");
}

CAF_TEST(broken_utf_8_is_replaced_and_still_bounded) {
    CAF_CHECK_EQUAL(connection_label("a\xff\x80"
                                     "b"),
                    "a??b");
    CAF_CHECK_EQUAL(connection_label("ab\xe2\x82"), "ab??");
    CAF_CHECK_EQUAL(connection_label(std::string(100, '\x80')), std::string(20, '?') + "...");
}
