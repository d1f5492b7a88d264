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
    CAF_CHECK_EQUAL(without({}, "text"), "text"s);
    struct pair {
        std::string secret;
        std::string text;
    };
    for (const auto& [secret_text, text] : {
             pair{"a b", "a-b"}, pair{"a-b", "a+b"},     // '+' is a space, only that.
             pair{"a\\b", "a\\xb"}, pair{"a\\b", "a/b"}, // Between backslash and b: nothing.
             pair{"abcdefgh", "\\u61..bcdefgh"},         // Two digits of four,
             pair{"abcdefgh", "\\x0061bcdefgh"},         // another letter,
             pair{"abcdefgh", "\\u0161bcdefgh"},         // another character.
             pair{"\tbcdefgh", "%9.bcdefgh"},            // One digit of two.
             pair{"ab\0"s, "ab"}, pair{"ab\0"s, "xab"},  // Not there to its end.
         })
        CAF_CHECK_EQUAL(without(secret_text, text), text);
}

CAF_TEST(a front is cut out where a limit has cut off the rest) {
    const std::string secret = "key+12345678";
    for (const std::string front : {"key+12", "key+1234567", "key%2B12", "key\\u002b123", "key+12%",
                                    "key+12%3", "key+12\\", "key+12\\u00"}) {
        CAF_CHECK_EQUAL(without(secret, "bad " + front), "bad ***"s);
        CAF_CHECK_EQUAL(without(secret, front + " bad"), front + " bad");
    }
    CAF_CHECK_EQUAL(without(secret, "key+1"), "key+1"s); // Says nothing.
    // Another character is whole, or is none that could be encoded.
    for (const std::string other : {"key+12%41", "key+12%z1", "key+12\\u0041", "key+12\\x",
                                    "key+12u00", "key+12u", "key+12x"})
        CAF_CHECK_EQUAL(without(secret, "bad " + other), "bad " + other);
}

CAF_TEST(of several readings the longest is cut out) {
    // Backslash and u: as they are, before "0075", or the u as an escape of that number.
    CAF_CHECK_EQUAL(without("\\u-1", R"(\\u0075-1.)"), "***."s);
    CAF_CHECK_EQUAL(without("\\-12", R"(\\\\-12.)"), "***."s);
}

CAF_TEST(what replaces it may hold it) {
    std::string text = "key-1key-1";
    replace_secret(text, "key-1", "<key-1>");
    CAF_CHECK_EQUAL(text, "<key-1><key-1>"s);
}

CAF_TEST(a secret that reads like text leaves messages readable) {
    for (const auto& [secret, text] :
         {std::pair("a", "Avatar not found: anna"), std::pair("to", "cannot connect to token host"),
          std::pair("key", "no account has this API key"),
          std::pair("token", "Invalid session token"),
          std::pair("Session", "Session token expired"),
          std::pair("connection", "connectionClosed: connection reset"),
          std::pair("1", "code 4001"), std::pair("-", "a-b"), std::pair("%", "50% of it")})
        CAF_CHECK_EQUAL(without(secret, text), text);
}

CAF_TEST(a secret that reads like text is replaced where it is a value) {
    CAF_CHECK_EQUAL(without("token", R"({"message":"bad key","key":"token"})"),
                    R"({"message":"bad key","key":"***"})"s);
    CAF_CHECK_EQUAL(without("token", "?sessionKey=token&id=token"), "?sessionKey=***&id=***"s);
    CAF_CHECK_EQUAL(without("key", R"(\"key\" is "k\u0065y")"), R"(\"***\" is "***")"s);
    CAF_CHECK_EQUAL(without("a", "key=a"), "key=***"s);
    CAF_CHECK_EQUAL(without("token", "token"), "***"s);
    CAF_CHECK_EQUAL(without("hunter2", "key hunter2 is bad"), "key *** is bad"s);
    CAF_CHECK_EQUAL(without("aKeyOfMine", "key aKeyOfMine is bad"), "key *** is bad"s);
}
