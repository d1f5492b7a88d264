#define CAF_SUITE secret_text

#include "protocol/secret_text.hpp"

#include <caf/test/dsl.hpp>

using namespace avatar::protocol;
using namespace std::string_literals;

namespace {

std::string without(std::string_view secret, std::string text) {
    replace_secret(text, secret, "***");
    return text;
}

} // namespace

CAF_TEST(a secret is cut out in every way of writing it) {
    const std::string secret = "a+b/c=d\"e\\f g%h";
    for (const std::string written : {
             R"(a+b/c=d"e\f g%h)",                                    // As it is.
             "a%2Bb%2Fc%3Dd%22e%5Cf%20g%25h",                         // In a query,
             "a%2bb%2fc%3dd%22e%5cf%20g%25h",                         // in small letters,
             "%61%2B%62%2F%63%3D%64%22%65%5C%66%20%67%25%68",         // whole,
             "a%2Bb/c%3Dd%22e%5Cf+g%25h",                             // as a form.
             R"(a+b/c=d\"e\\f g%h)",                                  // In JSON,
             R"(a+b\/c=d\"e\\f g%h)",                                 // with slashes,
             R"(a\u002bb\u002Fc\u003dd\u0022e\u005cf\u0020g\u0025h)", // all of it,
             R"(a+b\\/c=d\\\"e\\\\f g%h)",                            // In JSON in JSON,
             "a%252Bb%2Fc%25253Dd%22e%5Cf%20g%25h",                   // in a query in a query,
             R"(\u0061+b/c\u003dd\"e\\f%20g%25h)",                    // some of each.
         }) {
        CAF_CHECK_EQUAL(without(secret, written), "***"s);
        CAF_CHECK_EQUAL(without(secret, "<" + written + written + ">"), "<******>"s);
    }
}

CAF_TEST(what only looks alike is left) {
    const std::string secret = "key-12345678";
    for (const std::string text : {"", "key-1234567", "key-1234567x", "KEY-12345678", "%6", "\\",
                                   "key%2E12345678", "kkey", "\\u006", "key-\\u00"})
        CAF_CHECK_EQUAL(without(secret, text + "."), text + ".");
    CAF_CHECK_EQUAL(without(secret, "kkey-12345678"), "k***"s);
    CAF_CHECK_EQUAL(without("", "text"), "text"s);
}

CAF_TEST(a front is cut out where a limit has cut off the rest) {
    const std::string secret = "key+12345678";
    for (const std::string front : {"key+12", "key+1234567", "key%2B12", "key\\u002b123", "key+12%",
                                    "key+12%3", "key+12\\", "key+12\\u00"}) {
        CAF_CHECK_EQUAL(without(secret, "bad " + front), "bad ***"s);
        CAF_CHECK_EQUAL(without(secret, front + " bad"), front + " bad");
    }
    CAF_CHECK_EQUAL(without(secret, "key+1"), "key+1"s); // Says nothing.
}

CAF_TEST(what replaces it may hold it) {
    std::string text = "aa";
    replace_secret(text, "a", "aa");
    CAF_CHECK_EQUAL(text, "aaaa"s);
}
