#include "emulator/console.hpp"

#include "protocol/console.hpp"
#include "tests/emulator/times.hpp"

#include <nlohmann/json.hpp>

#include <string>

#define CAF_SUITE console
#include "caf/test/dsl.hpp"

using namespace avatar::emulator;
using namespace std::chrono_literals;
using avatar::tests::now;
using avatar::transport::http_reply;
using avatar::transport::http_request;

namespace {

constexpr auto path = "/v1/console/session-tokens";

struct console_fixture {
    directory known = make_directory(avatar::config::emulator_settings());
    fault_source faults;
    session_tokens tokens;
    console desk{known, tokens, faults};

    http_reply ask(std::string body, std::string api_key = "emulator-api-key") {
        return desk.answer({"POST", path, {{"X-Api-Key", api_key}}, std::move(body)}, now);
    }
};

/// The one entry of a refusal's errors array.
nlohmann::json error_of(const http_reply& reply) {
    const auto errors = nlohmann::json::parse(reply.body).at("errors");
    CAF_REQUIRE_EQUAL(errors.size(), 1u);
    return errors.at(0);
}

std::string code_of(const http_reply& reply) {
    return error_of(reply).at("code");
}

std::string detail_of(const http_reply& reply) {
    return error_of(reply).at("detail");
}

} // namespace

CAF_TEST_FIXTURE_SCOPE(console_tests, console_fixture)

CAF_TEST(a good request gets a token that the ingress takes) {
    const auto reply = ask(avatar::protocol::token_request(now + 10min));
    CAF_REQUIRE_EQUAL(reply.status, 200u);
    CAF_CHECK_EQUAL(reply.content_type, "application/json");
    const auto token = std::get<std::string>(
        avatar::protocol::parse_token_response(static_cast<int>(reply.status), reply.body));
    CAF_CHECK(tokens.check(token, now + 10min - 1s).state == token_state::valid);
    CAF_CHECK(tokens.check(token, now + 10min).state == token_state::expired);
    CAF_CHECK_EQUAL(tokens.check(token, now).app_id, "emulator-app");
}

CAF_TEST(the route of the successor names the token otherwise) {
    const auto reply = desk.answer({"POST",
                                    "/v1/auth/session-token",
                                    {{"X-Api-Key", "emulator-api-key"}},
                                    avatar::protocol::token_request(now + 10min)},
                                   now);
    CAF_REQUIRE_EQUAL(reply.status, 200u);
    const auto body = nlohmann::json::parse(reply.body);
    CAF_CHECK_EQUAL(body.size(), 1u);
    const std::string token = body.at("session_token");
    CAF_CHECK(tokens.check(token, now).state == token_state::valid);
}

CAF_TEST(the API key decides which app a token is for) {
    const auto reply = ask(avatar::protocol::token_request(now + 10min), "second-key");
    const std::string token = nlohmann::json::parse(reply.body).at("sessionToken");
    CAF_CHECK_EQUAL(tokens.check(token, now).app_id, "second-app");
}

CAF_TEST(a missing or unknown API key is refused with 401) {
    const auto body = avatar::protocol::token_request(now + 10min);
    const auto missing = desk.answer({"POST", path, {}, body}, now);
    CAF_CHECK_EQUAL(missing.status, 401u);
    CAF_CHECK_EQUAL(detail_of(missing), "the header X-Api-Key is missing");
    CAF_CHECK_EQUAL(error_of(missing).value("status", 0), 401);

    const auto unknown = ask(body, "wrong-key");
    CAF_CHECK_EQUAL(unknown.status, 401u);
    CAF_CHECK_EQUAL(detail_of(unknown), "no account has this API key");
    CAF_CHECK_EQUAL(unknown.body.find("wrong-key"), std::string::npos);
}

CAF_TEST(a body that does not ask for a time to come is refused with 400) {
    for (const auto* body : {"", "not JSON", "[1800000001]", "{}", R"({"expireAt":"1800000001"})",
                             R"({"expireAt":1800000001.5})", R"({"expireAt":null})",
                             R"({"expireAt":18446744073709551615})"}) {
        const auto reply = ask(body);
        CAF_CHECK_EQUAL(reply.status, 400u);
        CAF_CHECK_EQUAL(detail_of(reply),
                        "the body is not a JSON object with expireAt in whole Unix seconds");
    }
    for (const auto* body : {R"({"expireAt":1800000000})", R"({"expireAt":1})"}) {
        const auto reply = ask(body);
        CAF_CHECK_EQUAL(reply.status, 400u);
        CAF_CHECK_EQUAL(detail_of(reply), "expireAt is in the past");
    }
}

CAF_TEST(another path is not found and another method is not allowed) {
    const auto body = avatar::protocol::token_request(now + 10min);
    for (const auto* other :
         {"/", "/v1/console", "/v1/console/session-tokens/", "/v2/console", "nonsense"}) {
        const auto reply =
            desk.answer({"POST", other, {{"X-Api-Key", "emulator-api-key"}}, body}, now);
        CAF_CHECK_EQUAL(reply.status, 404u);
        CAF_CHECK_EQUAL(code_of(reply), "notFound");
    }
    const auto got = desk.answer({"GET", path, {{"X-Api-Key", "emulator-api-key"}}, ""}, now);
    CAF_CHECK_EQUAL(got.status, 405u);
    CAF_CHECK_EQUAL(code_of(got), "methodNotAllowed");
}

CAF_TEST_FIXTURE_SCOPE_END()
