#define CAF_SUITE classify

#include "protocol/classify.hpp"

#include <caf/test/dsl.hpp>

#include <algorithm>

using namespace avatar::protocol;
using namespace std::string_literals;

namespace {

using phase = failure_phase;

std::string code_of(const failure& known, std::string_view server_code_name = {}) {
    return std::string(to_string(classify(known, server_code_name).code));
}

failure of_server_code(std::int32_t server_code, std::string detail = {}) {
    failure f;
    f.phase = phase::websocket_runtime;
    f.server_code = server_code;
    f.detail = std::move(detail);
    return f;
}

failure of_text(std::string detail) {
    return of_server_code(0, std::move(detail));
}

failure of_phase(failure_phase phase) {
    failure f;
    f.phase = phase;
    return f;
}

failure of_status(int status, failure_phase phase, std::string detail = {}) {
    auto f = of_phase(phase);
    f.http_status = static_cast<std::uint16_t>(status);
    f.detail = std::move(detail);
    return f;
}

struct row {
    const char* text;
    const char* code;
};

} // namespace

CAF_TEST(server codes are known by number) {
    CAF_CHECK_EQUAL(code_of(of_server_code(3)), "invalidRequest"s);
    CAF_CHECK_EQUAL(code_of(of_server_code(16)), "invalidEgressConfig"s);
    CAF_CHECK_EQUAL(code_of(of_server_code(14)), "egressUnavailable"s);
    CAF_CHECK_EQUAL(code_of(of_server_code(4001)), "creditsExhausted"s);
    CAF_CHECK_EQUAL(code_of(of_server_code(4002)), "sessionDurationExceeded"s);
}

CAF_TEST(server codes are known by name) {
    auto known = of_phase(phase::websocket_runtime);
    CAF_CHECK_EQUAL(code_of(known, "INVALID_ARGUMENT"), "invalidRequest"s);
    CAF_CHECK_EQUAL(code_of(known, "UNAUTHENTICATED"), "invalidEgressConfig"s);
    CAF_CHECK_EQUAL(code_of(known, "unavailable"), "egressUnavailable"s);
    CAF_CHECK_EQUAL(code_of(known, " 4001 "), "creditsExhausted"s);
    CAF_CHECK_EQUAL(classify(known, "UNAVAILABLE").server_code, 14);
    CAF_CHECK_EQUAL(classify(known, "4001x").server_code, 0);
    CAF_CHECK_EQUAL(classify(known, "99999999999").server_code, 0);
    CAF_CHECK_EQUAL(classify(known, "").server_code, 0);
    CAF_CHECK_EQUAL(classify(known, "-7").server_code, -7);
    // No more of a longer text than was given.
    CAF_CHECK_EQUAL(classify(known, std::string_view("40019").substr(0, 4)).server_code, 4001);
    // A number that is known already stays.
    CAF_CHECK_EQUAL(classify(of_server_code(3), "4001").server_code, 3);
}

CAF_TEST(server code 3 is about the egress when the text is) {
    for (auto word : {"LiveKit room missing", "agora channel", "no Egress"}) {
        CAF_CHECK_EQUAL(code_of(of_server_code(3, word)), "invalidEgressConfig"s);
        auto titled = of_server_code(3);
        titled.title = word;
        CAF_CHECK_EQUAL(code_of(titled), "invalidEgressConfig"s);
    }
    CAF_CHECK_EQUAL(code_of(of_server_code(3, "bad bitrate")), "invalidRequest"s);
}

CAF_TEST(every known text gives its code) {
    constexpr row rows[] = {
        {"token is expired", "sessionTokenExpired"},
        {"session token expired", "sessionTokenExpired"},
        {"invalid session token", "sessionTokenInvalid"},
        {"empty token", "sessionTokenInvalid"},
        {"app id unrecognized", "appIDUnrecognized"},
        {"app id mismatch", "appIDMismatch"},
        {"avatar not found", "avatarNotFound"},
        {"session denied", "billingRequired"},
        {"credits exhausted", "creditsExhausted"},
        {"session time limit reached", "sessionDurationExceeded"},
        {"maximum session duration", "sessionDurationExceeded"},
        {"unsupported sample rate", "unsupportedSampleRate"},
        {"livekit_egress", "invalidEgressConfig"},
        {"agora_egress", "invalidEgressConfig"},
        {"missing livekit credentials", "invalidEgressConfig"},
        {"unauthorized", "invalidEgressConfig"},
        {"egress client is not configured on server", "egressUnavailable"},
        {"failed to create egress connection", "egressUnavailable"},
        {"livekit silence timeout", "idleTimeout"},
        {"no audio input for", "idleTimeout"},
        {"driven server returned non-200 status code", "upstreamError"},
        {"driven server request failed", "upstreamError"},
        {"expected clientconfiguresession message", "protocolError"},
        {"unexpected message type", "protocolError"},
        {"failed to unmarshal initial message", "protocolError"},
    };
    for (const auto& [text, code] : rows) {
        CAF_CHECK_EQUAL(code_of(of_text(text)), std::string(code));
        CAF_CHECK_EQUAL(code_of(of_text("Error: "s + text + " (17)")), std::string(code));
        // In capitals, as a title, as a code that is neither number nor known name.
        auto shouted = std::string(text);
        for (auto& c : shouted)
            c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
        auto titled = of_phase(phase::session_token);
        titled.title = shouted;
        CAF_CHECK_EQUAL(code_of(titled), std::string(code));
        CAF_CHECK_EQUAL(code_of(of_phase(phase::session_token), shouted), std::string(code));
    }
}

CAF_TEST(a text does not arise across title and detail) {
    auto f = of_text("exhausted");
    f.title = "credits ";
    CAF_CHECK_EQUAL(code_of(f), "serverError"s);
}

CAF_TEST(HTTP status decides when no text does) {
    CAF_CHECK_EQUAL(code_of(of_status(400, phase::websocket_connect)), "sessionTokenInvalid"s);
    CAF_CHECK_EQUAL(code_of(of_status(400, phase::session_token)), "invalidRequest"s);
    CAF_CHECK_EQUAL(code_of(of_status(401, phase::websocket_connect)), "sessionTokenExpired"s);
    CAF_CHECK_EQUAL(code_of(of_status(402, phase::websocket_connect)), "billingRequired"s);
    CAF_CHECK_EQUAL(code_of(of_status(404, phase::websocket_connect)), "appIDUnrecognized"s);
    for (int status : {403, 409, 418, 499})
        CAF_CHECK_EQUAL(code_of(of_status(status, phase::session_token)), "invalidRequest"s);
    CAF_CHECK_EQUAL(code_of(of_status(429, phase::session_token)), "rateLimited"s);
    for (int status : {500, 502, 503, 599})
        CAF_CHECK_EQUAL(code_of(of_status(status, phase::websocket_connect)), "serverError"s);
    for (int status : {101, 200, 302})
        CAF_CHECK_EQUAL(code_of(of_status(status, phase::websocket_connect)), "unknown"s);
}

CAF_TEST(text wins over HTTP status) {
    auto at = phase::websocket_connect;
    CAF_CHECK_EQUAL(code_of(of_status(402, at, "Credits exhausted")), "creditsExhausted"s);
    CAF_CHECK_EQUAL(code_of(of_status(402, at, "Session denied: credits exhausted")),
                    "creditsExhausted"s);
    CAF_CHECK_EQUAL(code_of(of_status(400, at, "App ID mismatch")), "appIDMismatch"s);
    CAF_CHECK_EQUAL(code_of(of_status(404, at, "Avatar not found: a1")), "avatarNotFound"s);
    CAF_CHECK_EQUAL(code_of(of_status(500, at, "session token expired")), "sessionTokenExpired"s);
}

CAF_TEST(server code wins over text and HTTP status) {
    auto f = of_status(402, phase::websocket_connect, "credits exhausted");
    f.server_code = 4002;
    CAF_CHECK_EQUAL(code_of(f), "sessionDurationExceeded"s);
    CAF_CHECK_EQUAL(code_of(of_server_code(3, "unsupported sample rate")), "invalidRequest"s);
}

CAF_TEST(the phase decides when nothing else is known) {
    CAF_CHECK_EQUAL(code_of(of_phase(phase::session_token)), "connectionFailed"s);
    CAF_CHECK_EQUAL(code_of(of_phase(phase::websocket_connect)), "connectionFailed"s);
    CAF_CHECK_EQUAL(code_of(of_phase(phase::websocket_send)), "connectionFailed"s);
    CAF_CHECK_EQUAL(code_of(of_phase(phase::websocket_handshake)), "serverError"s);
    CAF_CHECK_EQUAL(code_of(of_phase(phase::websocket_runtime)), "serverError"s);
    CAF_CHECK_EQUAL(code_of(of_phase(phase::none)), "unknown"s);
}

CAF_TEST(an unnamed server error is a server error from the handshake on) {
    CAF_CHECK_EQUAL(code_of(of_server_code(77, "odd")), "serverError"s);
    auto sent = of_phase(phase::websocket_send);
    sent.server_code = 77;
    CAF_CHECK_EQUAL(code_of(sent), "serverError"s);
    auto token = of_status(200, phase::session_token, "odd");
    token.server_code = 77;
    CAF_CHECK_EQUAL(code_of(token), "unknown"s);
}

CAF_TEST(numbers of the service mean the same as server code and as close code) {
    const auto by_server_code = [](std::int32_t number) {
        auto known = of_phase(failure_phase::websocket_runtime);
        known.server_code = number;
        return classify(known).code;
    };
    const auto by_close_code = [](std::uint16_t number) {
        auto known = of_phase(failure_phase::websocket_runtime);
        known.close_code = number;
        return classify(known).code;
    };
    for (const auto number : {4001, 4002, 4003, 4010, 4042, 4503, 4542})
        CAF_CHECK(by_server_code(number) == by_close_code(static_cast<std::uint16_t>(number)));
    CAF_CHECK(by_server_code(4003) == failure_code::concurrency_limit);
    CAF_CHECK(by_server_code(4010) == failure_code::session_token_invalid);
    CAF_CHECK(by_server_code(4099) == failure_code::invalid_request);
    CAF_CHECK(by_server_code(4100) == failure_code::server_error);
    CAF_CHECK(by_server_code(4503) == failure_code::upstream_error);
}

CAF_TEST(too many requests have a code of their own) {
    CAF_CHECK(http_failure(failure_phase::session_token, 429, "").code ==
              failure_code::rate_limited);
    CAF_CHECK(
        http_failure(failure_phase::websocket_connect, 429, R"({"message":"slow down"})").code ==
        failure_code::rate_limited);
}

CAF_TEST(a close without a known text is a closed connection) {
    for (auto at : {phase::websocket_handshake, phase::websocket_runtime, phase::websocket_send}) {
        auto closed = of_phase(at);
        closed.close_code = 1001;
        closed.close_reason = "bye";
        auto classified = classify(closed);
        CAF_CHECK_EQUAL(std::string(to_string(classified.code)), "connectionClosed"s);
        CAF_CHECK_EQUAL(classified.close_code, 1001);
        CAF_CHECK_EQUAL(classified.close_reason, "bye"s);
    }
}

CAF_TEST(a code that is set stays and so does all else that is known) {
    failure known;
    known.code = failure_code::protocol_error;
    known.phase = phase::websocket_runtime;
    known.http_status = 402;
    known.title = "credits exhausted";
    known.connection_id = "c1";
    known.request_id = "r1";
    CAF_CHECK(classify(known) == known);
}

CAF_TEST(a refused upgrade is read and classified) {
    auto f = http_failure(phase::websocket_connect, 400, "{\"message\":\"App ID mismatch\"}\n");
    CAF_CHECK_EQUAL(std::string(to_string(f.code)), "appIDMismatch"s);
    CAF_CHECK_EQUAL(std::string(to_string(f.phase)), "websocket_connect"s);
    CAF_CHECK_EQUAL(f.http_status, 400);
    CAF_CHECK_EQUAL(f.detail, "App ID mismatch"s);
    CAF_CHECK_EQUAL(f.body, "{\"message\":\"App ID mismatch\"}\n"s);
}

CAF_TEST(a refused token request is read and classified) {
    auto f = http_failure(phase::session_token, 403,
                          R"({"errors":[{"code":"4001","title":"Billing","detail":"empty"}]})");
    CAF_CHECK_EQUAL(std::string(to_string(f.code)), "creditsExhausted"s);
    CAF_CHECK_EQUAL(f.server_code, 4001);
    CAF_CHECK_EQUAL(f.title, "Billing"s);
    CAF_CHECK_EQUAL(f.detail, "empty"s);
}

CAF_TEST(a code that is only a name is told to people) {
    auto f = http_failure(phase::session_token, 403, R"({"code":"key_revoked"})");
    CAF_CHECK_EQUAL(describe(f), "invalidRequest (HTTP 403): key_revoked"s);
    struct named {
        const char* body;
        const char* text;
    };
    // Not where there are words, nor where it is known as a number.
    for (const auto& [body, text] : {
             named{R"({"code":"revoked","title":"Key"})", "invalidRequest (HTTP 403): Key"},
             named{R"({"code":"revoked","detail":"gone"})", "invalidRequest (HTTP 403): gone"},
             named{R"({"code":"77"})", "invalidRequest (HTTP 403, server code 77)"},
             named{R"({"code":"unavailable"})", "egressUnavailable (HTTP 403, server code 14)"},
         })
        CAF_CHECK_EQUAL(describe(http_failure(phase::session_token, 403, body)), std::string(text));
}

CAF_TEST(titles and details are kept to their first three hundred bytes) {
    for (std::size_t size : {299, 300, 301, 900}) {
        const auto text = std::string(size, 'x');
        failure known;
        known.phase = phase::websocket_runtime;
        known.title = text;
        known.detail = text + "y";
        const auto f = classify(known);
        CAF_CHECK_EQUAL(f.title.size(), std::min({size, std::size_t{300}}));
        CAF_CHECK_EQUAL(f.detail.size(), std::min({size + 1, std::size_t{300}}));
        // What is cut off has been read.
        known.detail += "credits exhausted";
        CAF_CHECK_EQUAL(code_of(known), "creditsExhausted"s);
    }
}

CAF_TEST(a body is kept to its first thousand bytes) {
    auto f = http_failure(phase::websocket_connect, 500, std::string(5000, 'x'));
    CAF_CHECK_EQUAL(f.body, std::string(1000, 'x'));
    CAF_CHECK_LESS(f.detail.size(), 300u);
    for (std::size_t size : {999, 1000, 1001})
        CAF_CHECK_EQUAL(
            http_failure(phase::websocket_connect, 500, std::string(size, 'x')).body.size(),
            std::min({size, std::size_t{1000}}));
}

CAF_TEST(only the answers from 200 to 299 are successful) {
    for (int status : {101, 199, 300, 301, 399, 400, 503}) {
        auto f = http_failure(phase::websocket_connect, status, "text");
        CAF_CHECK_EQUAL(f.body, "text"s);
        CAF_CHECK_EQUAL(f.detail, "text"s);
        CAF_CHECK_EQUAL(f.http_status, status);
    }
    const auto error = R"({"errors":[{"status":402,"title":"Payment"}]})";
    for (int status : {200, 201, 298, 299}) {
        auto f = http_failure(phase::websocket_connect, status, "text");
        CAF_CHECK_EQUAL(f.body + f.detail, ""s);
        CAF_CHECK_EQUAL(f.http_status, status);
        CAF_CHECK_EQUAL(http_failure(phase::session_token, status, error).http_status, 402);
    }
    for (int status : {199, 300, 400})
        CAF_CHECK_EQUAL(http_failure(phase::session_token, status, error).http_status, status);
}

CAF_TEST(nothing but a structured error is kept of a successful answer) {
    for (auto body : {"tok_secret", R"("tok_secret")", R"({"sessionToken":"tok_secret"})",
                      R"({"sessionToken":"tok_secret)", R"(["tok_secret"])"}) {
        auto f = http_failure(phase::session_token, 201, body);
        CAF_CHECK_EQUAL(f.body + f.title + f.detail, ""s);
        CAF_CHECK_EQUAL(std::string(to_string(f.code)), "unknown"s);
    }
}
