#define CAF_SUITE console

#include "protocol/console.hpp"

#include <caf/test/dsl.hpp>

#include <type_traits>

using namespace avatar::protocol;
using namespace std::chrono_literals;
using namespace std::string_literals;

namespace {

using clock_point = std::chrono::system_clock::time_point;

failure refused(int status, std::string_view body) {
    auto answer = parse_token_response(status, body);
    CAF_REQUIRE(std::holds_alternative<failure>(answer));
    auto f = std::get<failure>(answer);
    CAF_CHECK_EQUAL(std::string(to_string(f.phase)), "session_token"s);
    return f;
}

std::string code_name(const failure& f) {
    return std::string(to_string(f.code));
}

} // namespace

CAF_TEST(a token request carries whole unix seconds) {
    CAF_CHECK_EQUAL(token_request(clock_point(1'700'000'000'999ms)), R"({"expireAt":1700000000})"s);
}

CAF_TEST(a token request is read back) {
    auto expiry = parse_token_request(token_request(clock_point(1'700'000'000s)));
    CAF_REQUIRE(expiry.has_value());
    CAF_CHECK(*expiry == clock_point(1'700'000'000s));
    CAF_CHECK(parse_token_request(R"({"modelVersion":"2","expireAt":1})").has_value());
}

CAF_TEST(a token request without a usable expiry is refused) {
    for (auto body : {"", "expireAt", "[]", "7", "{}", R"({"expireAt":"1700000000"})",
                      R"({"expireAt":1700000000.5})", R"({"expireAt":1e9})", R"({"expireAt":0})",
                      R"({"expireAt":-1})", R"({"expireAt":true})", R"({"expireAt":null})",
                      R"({"expireAt":9223372037})", R"({"expireAt":9223372036854775808})",
                      R"({"expireAt":18446744073709551615})", R"({"expireAt":1700000000)"})
        CAF_CHECK(!parse_token_request(body).has_value());
    CAF_CHECK(parse_token_request(R"({"expireAt":9223372036})").has_value());
}

CAF_TEST(a granted token is read) {
    auto answer = parse_token_response(200, token_response("tok \"1\""));
    CAF_REQUIRE(std::holds_alternative<std::string>(answer));
    CAF_CHECK_EQUAL(std::get<std::string>(answer), "tok \"1\""s);
    CAF_CHECK(std::holds_alternative<std::string>(
        parse_token_response(200, R"({"sessionToken":"t","errors":[],"more":1})")));
    // What is no list of errors, or an empty one, says nothing.
    for (auto errors : {"null", "{}", R"({"a":1})", R"("text")", "true", "7"})
        CAF_CHECK(std::holds_alternative<std::string>(
            parse_token_response(200, R"({"sessionToken":"t","errors":)"s + errors + "}")));
}

CAF_TEST(a written token is JSON on one line with its characters as they are) {
    CAF_CHECK_EQUAL(token_response("t\xC3\xA9"), "{\"sessionToken\":\"t\xC3\xA9\"}"s);
    CAF_CHECK_EQUAL(token_response("t\xff"), "{\"sessionToken\":\"t\xEF\xBF\xBD\"}"s);
}

CAF_TEST(a refusal by status is classified) {
    auto f = refused(403, R"({"errors":[{"id":"1","status":403,"code":"forbidden",
        "title":"Forbidden","detail":"API key revoked"}]})");
    CAF_CHECK_EQUAL(code_name(f), "invalidRequest"s);
    CAF_CHECK_EQUAL(describe(f), "invalidRequest (HTTP 403): Forbidden: API key revoked"s);
    CAF_CHECK_EQUAL(code_name(refused(401, R"({"message":"bad key"})")), "sessionTokenExpired"s);
    CAF_CHECK_EQUAL(code_name(refused(400, R"({"error":"bad"})")), "invalidRequest"s);
    CAF_CHECK_EQUAL(code_name(refused(503, "unavailable for now")), "serverError"s);
    CAF_CHECK_EQUAL(describe(refused(502, "<html>Bad Gateway</html>")),
                    "serverError (HTTP 502): Bad Gateway"s);
    CAF_CHECK_EQUAL(code_name(refused(204, "")), "unknown"s);
}

CAF_TEST(errors in a successful answer are classified by their own status) {
    auto f = refused(200, R"({"errors":[{"status":402,"title":"Payment"}]})");
    CAF_CHECK_EQUAL(code_name(f), "billingRequired"s);
    CAF_CHECK_EQUAL(f.http_status, 402);
    CAF_CHECK_EQUAL(f.body, ""s);
    CAF_CHECK_EQUAL(code_name(refused(200, R"({"errors":[{"title":"Credits exhausted"}]})")),
                    "creditsExhausted"s);
    CAF_CHECK_EQUAL(code_name(refused(200, R"({"errors":["odd"],"sessionToken":"t"})")),
                    "unknown"s);
}

CAF_TEST(an answer without a token is a protocol error) {
    for (auto body : {"", "tok", "[]", "null", "\"tok\"", "{\"sessionToken\":\"tok"}) {
        auto f = refused(200, body);
        CAF_CHECK_EQUAL(code_name(f), "protocolError"s);
        CAF_CHECK_EQUAL(f.detail, "the session token response is not a JSON object"s);
        CAF_CHECK_EQUAL(f.http_status, 200);
    }
    for (auto body : {"{}", R"({"sessionToken":""})", R"({"sessionToken":null})",
                      R"({"sessionToken":12345})", R"({"token":"tok"})"}) {
        auto f = refused(200, body);
        CAF_CHECK_EQUAL(code_name(f), "protocolError"s);
        CAF_CHECK_EQUAL(f.detail, "the session token response has no sessionToken"s);
        CAF_CHECK_EQUAL(f.http_status, 200);
    }
}

CAF_TEST(a token that would break out of its header is refused) {
    auto f = refused(200, R"({"sessionToken":"a\r\nX-Evil: 1"})");
    CAF_CHECK_EQUAL(code_name(f), "protocolError"s);
    CAF_CHECK_EQUAL(f.detail, "the sessionToken holds control characters"s);
    CAF_CHECK_EQUAL(describe(f),
                    "protocolError (HTTP 200): the sessionToken holds control characters"s);
}

CAF_TEST(no failure holds a token) {
    for (auto body : {
             R"({"sessionToken":"s3cret","errors":[{"title":"x"}]})",
             R"({"sessionToken":["s3cret"]})",
             R"({"sessionToken":"s3cret)",
             R"({"sessiontoken":"s3cret"})",
             "s3cret",
             "s3cret\xff",
         }) {
        for (int status : {200, 201, 202}) {
            auto f = parse_token_response(status, body);
            CAF_REQUIRE(std::holds_alternative<failure>(f));
            const auto& known = std::get<failure>(f);
            auto text = describe(known) + known.body + known.title + known.detail;
            CAF_CHECK(text.find("s3cret") == text.npos);
        }
    }
}

CAF_TEST(the token of the successor is read on either route) {
    const auto answer = parse_token_response(200, R"({"session_token":"t-1"})");
    CAF_REQUIRE(std::holds_alternative<std::string>(answer));
    CAF_CHECK_EQUAL(std::get<std::string>(answer), "t-1");
    CAF_CHECK(
        std::holds_alternative<failure>(parse_token_response(200, R"({"session_token":""})")));
}
