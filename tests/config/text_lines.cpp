#define CAF_SUITE config_text_lines

#include "config/text_lines.hpp"

#include "caf/test/dsl.hpp"

using namespace avatar::config;
using text_list = std::vector<std::string>;

CAF_TEST(a line takes the words that fit) {
    CAF_CHECK_EQUAL(text_lines("aa bb cc", 5, 5), (text_list{"aa bb", "cc"}));
    CAF_CHECK_EQUAL(text_lines("aa bb cc", 4, 4), (text_list{"aa", "bb", "cc"}));
    CAF_CHECK_EQUAL(text_lines("aa bb cc", 8, 1), (text_list{"aa bb cc"}));
}

CAF_TEST(the first line has a width of its own) {
    CAF_CHECK_EQUAL(text_lines("aa bb cc dd", 2, 5), (text_list{"aa", "bb cc", "dd"}));
    CAF_CHECK_EQUAL(text_lines("aa bb cc dd", 8, 2), (text_list{"aa bb cc", "dd"}));
}

CAF_TEST(a word that fits nowhere has a line of its own) {
    CAF_CHECK_EQUAL(text_lines("a bbbbbb c", 3, 3), (text_list{"a", "bbbbbb", "c"}));
    CAF_CHECK_EQUAL(text_lines("bbbbbb c", 3, 3), (text_list{"bbbbbb", "c"}));
}

CAF_TEST(white space is one blank and there is always a line) {
    CAF_CHECK_EQUAL(text_lines("  a \n b\t", 9, 9), (text_list{"a b"}));
    CAF_CHECK_EQUAL(text_lines("", 9, 9), (text_list{""}));
}
