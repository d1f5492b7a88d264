#define CAF_SUITE config_shell_text

#include "config/shell_text.hpp"

#include "caf/test/dsl.hpp"

using namespace avatar::config;

CAF_TEST(a word stands as it is) {
    CAF_CHECK_EQUAL(shell_quoted("restricted_lowdelay-1.5/x"), "restricted_lowdelay-1.5/x");
    CAF_CHECK_EQUAL(shell_quoted(""), "''");
    CAF_CHECK_EQUAL(shell_quoted("a b"), "'a b'");
    CAF_CHECK_EQUAL(shell_quoted("$x`y`\\"), "'$x`y`\\'");
    CAF_CHECK_EQUAL(shell_quoted("it's"), "'it'\\''s'");
    CAF_CHECK_EQUAL(shell_quoted("--a="), "'--a='");
}

CAF_TEST(markers are replaced wherever they stand) {
    CAF_CHECK_EQUAL(filled("@A@ b @A@@C@", {{"@A@", "a"}, {"@C@", ""}}), "a b a");
    CAF_CHECK_EQUAL(filled("@A@", {{"@A@", "@A@ twice"}}), "@A@ twice");
    CAF_CHECK_EQUAL(filled("none", {{"@A@", "a"}}), "none");
}

CAF_TEST(names are one pattern) {
    CAF_CHECK_EQUAL(shell_pattern({"run", "emulator"}), "run | emulator");
    CAF_CHECK_EQUAL(shell_pattern({"run"}), "run");
}
