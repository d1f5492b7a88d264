#define CAF_SUITE config_error

#include "config/error.hpp"

#include "caf/test/dsl.hpp"

using namespace avatar::config;

CAF_TEST(a value is shown on one line) {
    CAF_CHECK_EQUAL(printable("a\nb\x1b[31m"), "a b [31m");
}

CAF_TEST(a long value is cut) {
    CAF_CHECK_EQUAL(printable(std::string(200, 'x')), std::string(200, 'x'));
    CAF_CHECK_EQUAL(printable(std::string(201, 'x')), std::string(200, 'x') + "...");
}
