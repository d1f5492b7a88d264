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

CAF_TEST(broken_utf_8_is_replaced_and_still_bounded) {
    CAF_CHECK_EQUAL(connection_label("a\xff\x80"
                                     "b"),
                    "a??b");
    CAF_CHECK_EQUAL(connection_label("ab\xe2\x82"), "ab??");
    CAF_CHECK_EQUAL(connection_label(std::string(100, '\x80')), std::string(20, '?') + "...");
}
