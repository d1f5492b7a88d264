// A source of random bytes that fails is set by an interface that OpenSSL 3 deprecates.
#define OPENSSL_SUPPRESS_DEPRECATED

#include "transport/hmac.hpp"

#include "tests/support/dsl.hpp"

#include <openssl/rand.h>

#include <stdexcept>

#define CAF_SUITE hmac

using namespace avatar::transport;

CAF_TEST(signs as RFC 4231 says in its test case 2) {
    std::string hex;
    for (unsigned char byte : hmac_sha256("Jefe", "what do ya want for nothing?")) {
        constexpr auto digits = "0123456789abcdef";
        hex += {digits[byte >> 4], digits[byte & 15]};
    }
    CAF_CHECK_EQUAL(hex, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
}

CAF_TEST(random bytes differ from call to call) {
    CAF_CHECK_EQUAL(random_bytes(16).size(), 16u);
    CAF_CHECK_NOT_EQUAL(random_bytes(16), random_bytes(16));
}

CAF_TEST(bytes that are not random are never given) {
    bool throws = false;
    RAND_METHOD fails{};
    fails.bytes = [](unsigned char*, int) { return 0; };
    fails.status = [] { return 0; };
    CAF_REQUIRE_EQUAL(RAND_set_rand_method(&fails), 1);
    try {
        random_bytes(16);
    } catch (const std::runtime_error&) {
        throws = true;
    }
    RAND_set_rand_method(nullptr);
    CAF_CHECK(throws);
    CAF_CHECK_EQUAL(random_bytes(16).size(), 16u);
}

CAF_TEST(secrets are equal when every byte is) {
    CAF_CHECK(equal_secrets("", ""));
    CAF_CHECK(equal_secrets("abc", "abc"));
    CAF_CHECK(!equal_secrets("abc", "abd"));
    CAF_CHECK(!equal_secrets("abc", "abcd"));
}
