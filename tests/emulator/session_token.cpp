#include "emulator/session_token.hpp"

#include "tests/emulator/times.hpp"
#include "transport/hmac.hpp"

#include <boost/algorithm/hex.hpp>

#define CAF_SUITE session_token
#include "caf/test/dsl.hpp"

using namespace avatar::emulator;
using namespace std::chrono_literals;
using avatar::tests::now;

namespace {

std::string state(const session_tokens& tokens, std::string_view token, wall_time at = now) {
    return std::string(to_string(tokens.check(token, at).state));
}

} // namespace

CAF_TEST(a token is valid until the second it expires) {
    const session_tokens tokens;
    const auto token = tokens.issue("app", now + 10s);
    CAF_CHECK_EQUAL(state(tokens, token), "valid");
    CAF_CHECK_EQUAL(state(tokens, token, now + 9999ms), "valid");
    CAF_CHECK_EQUAL(state(tokens, token, now + 10s), "expired");
    CAF_CHECK_EQUAL(state(tokens, token, now + 24h), "expired");
}

CAF_TEST(a token carries the app it was made for) {
    const session_tokens tokens;
    CAF_CHECK_EQUAL(tokens.check(tokens.issue("app-1", now + 1s), now).app_id, "app-1");
    CAF_CHECK_EQUAL(tokens.check(tokens.issue("app-1", now - 1s), now).app_id, "app-1");
    CAF_CHECK_EQUAL(tokens.check("nonsense", now).app_id, "");
}

CAF_TEST(two tokens for the same app and time differ) {
    const session_tokens tokens;
    CAF_CHECK_NOT_EQUAL(tokens.issue("app", now), tokens.issue("app", now));
}

CAF_TEST(a token does not show the app id as text) {
    const session_tokens tokens;
    const auto token = tokens.issue("visible-app", now);
    CAF_CHECK_EQUAL(token.find("visible-app"), std::string::npos);
    CAF_CHECK_EQUAL(token.find_first_not_of("0123456789abcdef"), std::string::npos);
}

CAF_TEST(a token signed under another key is invalid) {
    const session_tokens ours, theirs;
    CAF_CHECK_EQUAL(state(ours, theirs.issue("app", now + 1h)), "invalid");
    CAF_CHECK_EQUAL(state(session_tokens("key"), session_tokens("key").issue("app", now + 1h)),
                    "valid");
}

CAF_TEST(a token with any one character changed is invalid) {
    const session_tokens tokens;
    const auto token = tokens.issue("app", now + 1h);
    for (std::size_t i = 0; i < token.size(); ++i) {
        auto tampered = token;
        tampered[i] = tampered[i] == '0' ? '1' : '0';
        CAF_CHECK_EQUAL(state(tokens, tampered), "invalid");
    }
}

CAF_TEST(a token cut short or made longer is invalid) {
    const session_tokens tokens;
    const auto token = tokens.issue("app", now + 1h);
    for (std::size_t size = 0; size < token.size(); ++size)
        CAF_CHECK_EQUAL(state(tokens, token.substr(0, size)), "invalid");
    CAF_CHECK_EQUAL(state(tokens, token + "00"), "invalid");
}

CAF_TEST(a token that another program made with the key is taken) {
    const auto signed_with = [](const std::string& message) {
        return boost::algorithm::hex_lower(message +
                                           avatar::transport::hmac_sha256("key", message));
    };
    const session_tokens tokens("key");
    // The expiry as 64 bits, the highest byte first; eight bytes of any kind; the app.
    const auto expiry = std::string("\0\0\0\0\x6b\x49\xd2\x01", 8); // One second after now.
    const auto verdict = tokens.check(signed_with(expiry + "anything" + "app"), now);
    CAF_CHECK(verdict.state == token_state::valid);
    CAF_CHECK_EQUAL(verdict.app_id, "app");
    CAF_CHECK_EQUAL(state(tokens, signed_with(expiry + "anything" + "app"), now + 1s), "expired");
    CAF_CHECK_EQUAL(state(tokens, signed_with(expiry + "anything")), "valid");
    const auto head = expiry + "anything";
    for (std::size_t size = 0; size < head.size(); ++size)
        CAF_CHECK_EQUAL(state(tokens, signed_with(head.substr(0, size))), "invalid");
    CAF_CHECK_EQUAL(tokens.issue("app", now).size(), 2u * (8 + 8 + 3 + 32));
}

CAF_TEST(a token is at most 4096 characters long) {
    const session_tokens tokens;
    const auto longest = tokens.issue(std::string(2'000, 'a'), now + 1h);
    CAF_CHECK_EQUAL(longest.size(), 4'096u);
    CAF_CHECK_EQUAL(state(tokens, longest), "valid");
    CAF_CHECK_EQUAL(state(tokens, tokens.issue(std::string(2'001, 'a'), now + 1h)), "invalid");
}

CAF_TEST(text that is no token is invalid) {
    const session_tokens tokens;
    CAF_CHECK_EQUAL(state(tokens, ""), "invalid");
    CAF_CHECK_EQUAL(state(tokens, "not hexadecimal"), "invalid");
    CAF_CHECK_EQUAL(state(tokens, std::string(200, '0')), "invalid");
    CAF_CHECK_EQUAL(state(tokens, std::string(1'000'000, 'a')), "invalid");
}
