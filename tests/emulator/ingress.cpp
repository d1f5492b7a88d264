#include "emulator/ingress.hpp"

#include "protocol/classify.hpp"
#include "protocol/endpoint.hpp"
#include "tests/emulator/times.hpp"

#include <string>

#define CAF_SUITE ingress
#include "caf/test/dsl.hpp"

using namespace avatar::emulator;
using namespace std::chrono_literals;
using avatar::protocol::failure_phase;
using avatar::protocol::http_failure;
using avatar::protocol::websocket_endpoint;
using avatar::tests::now;
using avatar::transport::http_reply;
using avatar::transport::http_request;

namespace {

/// An upgrade with its credentials in headers; a default is a good one.
struct attempt {
    std::string token;
    std::string app_id = "emulator-app";
    std::string avatar_id = "emulator-avatar";
};

struct ingress_fixture {
    directory known = make_directory(avatar::config::emulator_settings());
    fault_source faults;
    session_tokens tokens;
    ingress door{known, tokens, faults};
    std::string good_token = tokens.issue("emulator-app", now + 1min);

    /// What is answered; status 101 when the upgrade goes on.
    http_reply with_headers(const attempt& a) {
        const auto target = websocket_endpoint("http://host/v1/ingress", a.avatar_id).target;
        return admit({"GET", target, {{"x-app-id", a.app_id}, {"X-SESSION-KEY", a.token}}, ""});
    }

    http_reply with_query(const attempt& a) {
        const auto to = websocket_endpoint("http://host/v1/ingress", a.avatar_id,
                                           avatar::protocol::query_auth{a.app_id, a.token});
        return admit({"GET", to.target, {}, ""});
    }

    http_reply admit(const http_request& request) {
        const auto verdict = door.admit(request, now);
        const auto* refusal = std::get_if<http_reply>(&verdict);
        return refusal ? *refusal : http_reply{.status = 101, .body = ""};
    }
};

/// How a client names the refusal.
std::string code_of(const http_reply& reply) {
    const auto failure =
        http_failure(failure_phase::websocket_connect, static_cast<int>(reply.status), reply.body);
    return std::string(to_string(failure.code));
}

} // namespace

CAF_TEST_FIXTURE_SCOPE(ingress_tests, ingress_fixture)

CAF_TEST(good credentials pass in headers and in the query) {
    CAF_CHECK_EQUAL(with_headers({good_token}).status, 101u);
    CAF_CHECK_EQUAL(with_query({good_token}).status, 101u);
}

CAF_TEST(values in the query are percent decoded) {
    known.avatar_ids.push_back("an avatar/ü&?");
    known.accounts.push_back({"key", "app=1&2"});
    const auto token = tokens.issue("app=1&2", now + 1min);
    CAF_CHECK_EQUAL(with_query({token, "app=1&2", "an avatar/ü&?"}).status, 101u);
    CAF_CHECK_EQUAL(with_headers({token, "app=1&2", "an avatar/ü&?"}).status, 101u);
}

CAF_TEST(a header wins over the query) {
    const auto target = "/v1/ingress/websocket?id=emulator-avatar&appId=emulator-app&sessionKey=";
    CAF_CHECK_EQUAL(admit({"GET", target + good_token, {{"X-Session-Key", "bad"}}, ""}).status,
                    400u);
    CAF_CHECK_EQUAL(
        admit({"GET", target + std::string("bad"), {{"X-Session-Key", good_token}}, ""}).status,
        101u);
}

CAF_TEST(a token that is not ours is refused as invalid) {
    const session_tokens theirs;
    const auto foreign = theirs.issue("emulator-app", now + 1min);
    for (const auto& reply : {with_headers({foreign}), with_query({foreign}),
                              with_headers({"nonsense"}), with_query({"nonsense"})}) {
        CAF_CHECK_EQUAL(reply.status, 400u);
        CAF_CHECK_EQUAL(reply.body, "{\"message\":\"Invalid session token\"}\n");
        CAF_CHECK_EQUAL(reply.content_type, "application/json");
        CAF_CHECK_EQUAL(code_of(reply), "sessionTokenInvalid");
    }
}

CAF_TEST(an expired token is refused with 401) {
    const auto old = tokens.issue("emulator-app", now);
    for (const auto& reply : {with_headers({old}), with_query({old})}) {
        CAF_CHECK_EQUAL(reply.status, 401u);
        CAF_CHECK_EQUAL(reply.body, "{\"message\":\"Session token expired\"}\n");
        CAF_CHECK_EQUAL(code_of(reply), "sessionTokenExpired");
    }
}

CAF_TEST(a token of another app is a mismatch) {
    const auto other = tokens.issue("second-app", now + 1min);
    for (const auto& reply : {with_headers({other}), with_query({other})}) {
        CAF_CHECK_EQUAL(reply.status, 400u);
        CAF_CHECK_EQUAL(reply.body, "{\"message\":\"App ID mismatch\"}\n");
        CAF_CHECK_EQUAL(code_of(reply), "appIDMismatch");
    }
}

CAF_TEST(an unknown app is not recognised) {
    for (const auto& reply :
         {with_headers({good_token, "nobody"}), with_query({good_token, "nobody"})}) {
        CAF_CHECK_EQUAL(reply.status, 404u);
        CAF_CHECK_EQUAL(reply.body, "{\"message\":\"App ID unrecognized\"}\n");
        CAF_CHECK_EQUAL(code_of(reply), "appIDUnrecognized");
    }
}

CAF_TEST(an unknown avatar is not found and named) {
    const auto reply = with_headers({good_token, "emulator-app", "no\"body"});
    CAF_CHECK_EQUAL(reply.status, 404u);
    CAF_CHECK_EQUAL(reply.body, "{\"message\":\"Avatar not found: no\\\"body\"}\n");
    CAF_CHECK_EQUAL(code_of(reply), "avatarNotFound");
}

CAF_TEST(the token comes before the app and the app before the avatar) {
    const auto said = [this](const attempt& a) { return with_headers(a).body; };
    CAF_CHECK_EQUAL(said({"made-up", "nobody", "no-avatar"}),
                    "{\"message\":\"Invalid session token\"}\n");
    CAF_CHECK_EQUAL(said({"made-up", "", ""}), "{\"message\":\"Invalid session token\"}\n");
    const auto old = tokens.issue("emulator-app", now);
    CAF_CHECK_EQUAL(said({old, "nobody", "no-avatar"}),
                    "{\"message\":\"Session token expired\"}\n");
    CAF_CHECK_EQUAL(said({good_token, "nobody", "no-avatar"}),
                    "{\"message\":\"App ID unrecognized\"}\n");
    CAF_CHECK_EQUAL(said({good_token, "second-app", ""}), "{\"message\":\"App ID mismatch\"}\n");
}

CAF_TEST(the path of the successor is served as well) {
    const http_request request{"GET",
                               "/v2/driveningress/websocket?id=emulator-avatar",
                               {{"X-App-ID", "emulator-app"}, {"X-Session-Key", good_token}},
                               ""};
    CAF_CHECK(ingress::serves(request));
    CAF_CHECK_EQUAL(admit(request).status, 101u);
}

CAF_TEST(a missing part is refused with 400 and named) {
    CAF_CHECK_EQUAL(with_headers({good_token, "emulator-app", ""}).body,
                    "{\"message\":\"Missing avatar ID: the query parameter id is empty\"}\n");
    CAF_CHECK_EQUAL(with_headers({good_token, ""}).body,
                    "{\"message\":\"Missing app ID: neither header X-App-ID nor query parameter "
                    "appId\"}\n");
    CAF_CHECK_EQUAL(with_query({""}).body,
                    "{\"message\":\"Empty token: neither header X-Session-Key nor query parameter "
                    "sessionKey\"}\n");
    CAF_CHECK_EQUAL(code_of(with_query({""})), "sessionTokenInvalid");
    for (const auto& reply : {with_headers({good_token, "emulator-app", ""}),
                              with_headers({good_token, ""}), with_headers({""})})
        CAF_CHECK_EQUAL(reply.status, 400u);
}

CAF_TEST(another path is not found) {
    for (const auto* target : {"/", "/v1/ingress", "/v1/ingress/websockets?id=emulator-avatar",
                               "/v1/console/session-tokens", "%"}) {
        const auto reply = admit(
            {"GET", target, {{"X-App-ID", "emulator-app"}, {"X-Session-Key", good_token}}, ""});
        CAF_CHECK_EQUAL(reply.status, 404u);
        CAF_CHECK(!ingress::serves({"GET", target, {}, ""}));
    }
}

CAF_TEST(a request that is no upgrade is told to be one) {
    CAF_CHECK(ingress::serves({"GET", "/v1/ingress/websocket?id=1", {}, ""}));
    CAF_CHECK_EQUAL(ingress::upgrade_required().status, 426u);
}

CAF_TEST(no refusal repeats a token) {
    for (const auto& reply : {with_headers({"secret-token"}), with_query({"secret-token"}),
                              with_query({"secret-token", "nobody"})})
        CAF_CHECK_EQUAL(reply.body.find("secret-token"), std::string::npos);
}

CAF_TEST_FIXTURE_SCOPE_END()
