#define CAF_SUITE failure

#include "protocol/failure.hpp"

#include <caf/test/dsl.hpp>

#include <set>

using namespace avatar::protocol;
using namespace std::string_literals;

namespace {

failure make(failure_code code, failure_phase phase, std::string detail = {}) {
    failure f;
    f.code = code;
    f.phase = phase;
    f.detail = std::move(detail);
    return f;
}

} // namespace

CAF_TEST(every code and every phase has a name of its own) {
    std::set<std::string> names;
    auto codes = static_cast<int>(last_failure_code) + 1;
    for (int i = 0; i < codes; ++i)
        names.emplace(to_string(static_cast<failure_code>(i)));
    CAF_CHECK_EQUAL(names.size(), static_cast<std::size_t>(codes));

    std::set<std::string> phases;
    auto last = static_cast<int>(failure_phase::websocket_send);
    for (int i = 0; i <= last; ++i)
        phases.emplace(to_string(static_cast<failure_phase>(i)));
    CAF_CHECK(phases ==
              std::set({"none"s, "session_token"s, "websocket_connect"s, "websocket_handshake"s,
                        "websocket_runtime"s, "websocket_send"s}));
}

CAF_TEST(codes have the names of the service) {
    CAF_CHECK_EQUAL(std::string(to_string(failure_code::app_id_unrecognized)),
                    "appIDUnrecognized"s);
    CAF_CHECK_EQUAL(std::string(to_string(failure_code::session_token_expired)),
                    "sessionTokenExpired"s);
    CAF_CHECK_EQUAL(std::string(to_string(failure_code::borrow_timeout)), "borrowTimeout"s);
    CAF_CHECK_EQUAL(std::string(to_string(static_cast<failure_code>(200))), "unknown"s);
}

CAF_TEST(what the pool decides is described by its detail alone) {
    auto text = "timed out waiting for available connection (waited 30s)"s;
    CAF_CHECK_EQUAL(describe(make(failure_code::borrow_timeout, failure_phase::none, text)), text);
    CAF_CHECK_EQUAL(describe(make(failure_code::request_timeout, failure_phase::websocket_runtime,
                                  "no answer within 45s")),
                    "no answer within 45s"s);
    CAF_CHECK_EQUAL(describe(make(failure_code::queue_full, failure_phase::none)), "queueFull"s);
}

CAF_TEST(who decided shows in whether a description begins with the code) {
    for (int c = 0; c <= static_cast<int>(failure_code::pool_failed); ++c)
        for (int p = 0; p <= static_cast<int>(failure_phase::websocket_send); ++p) {
            const auto code = static_cast<failure_code>(c);
            const auto at = static_cast<failure_phase>(p);
            const auto by_pool = at == failure_phase::none || code >= failure_code::borrow_timeout;
            const auto name = std::string(to_string(code));
            CAF_CHECK_EQUAL(describe(make(code, at, "why")), by_pool ? "why"s : name + ": why");
            CAF_CHECK_EQUAL(describe(make(code, at, " ")), name);
        }
}

CAF_TEST(only a code makes a failure) {
    auto f = make(failure_code::none, failure_phase::session_token, "text");
    CAF_CHECK(!f);
    CAF_CHECK(!failure());
    f.code = failure_code::session_token_expired;
    CAF_CHECK(bool(f));
    f.code = failure_code::pool_failed;
    CAF_CHECK(bool(f));
}

CAF_TEST(a failure has nothing in it at first) {
    const failure f;
    CAF_CHECK(f.code == failure_code::none);
    CAF_CHECK(f.phase == failure_phase::none);
    CAF_CHECK_EQUAL(f.http_status, 0);
    CAF_CHECK_EQUAL(f.server_code, 0);
    CAF_CHECK_EQUAL(f.close_code, 0);
}

CAF_TEST(what the service says is described with its numbers) {
    auto refused = make(failure_code::session_token_invalid, failure_phase::websocket_connect,
                        "Invalid session token");
    refused.http_status = 400;
    CAF_CHECK_EQUAL(describe(refused), "sessionTokenInvalid (HTTP 400): Invalid session token"s);

    auto error = make(failure_code::credits_exhausted, failure_phase::websocket_runtime, "no more");
    error.server_code = 4001;
    error.title = "Billing";
    CAF_CHECK_EQUAL(describe(error), "creditsExhausted (server code 4001): Billing: no more"s);

    auto closed = make(failure_code::connection_closed, failure_phase::websocket_runtime);
    closed.close_code = 1011;
    closed.close_reason = "restarting";
    CAF_CHECK_EQUAL(describe(closed), "connectionClosed (close code 1011): restarting"s);

    CAF_CHECK_EQUAL(
        describe(make(failure_code::connection_failed, failure_phase::websocket_connect)),
        "connectionFailed"s);

    closed.http_status = 1;
    closed.server_code = -1;
    closed.close_code = 1;
    closed.title = "title";
    closed.detail = "detail";
    CAF_CHECK_EQUAL(describe(closed), "connectionClosed (HTTP 1, server code -1, close code 1): "
                                      "title: detail: restarting"s);
}

CAF_TEST(a description says nothing twice) {
    auto f = make(failure_code::server_error, failure_phase::websocket_runtime, "boom");
    f.title = "boom";
    f.close_reason = "boom";
    CAF_CHECK_EQUAL(describe(f), "serverError: boom"s);
}

CAF_TEST(a description is one line without control characters) {
    auto f = make(failure_code::server_error, failure_phase::websocket_runtime,
                  "first\r\nsecond\x1b[2J\n");
    CAF_CHECK_EQUAL(describe(f), "serverError: first  second [2J"s);
}

CAF_TEST(a secret is cut out wherever it stands) {
    failure f;
    f.title = "key-12345678 and key-12345678";
    f.detail = "no key";
    f.close_reason = "key-12345678";
    replace_all(f, "key-12345678", "***");
    CAF_CHECK_EQUAL(f.title, "*** and ***"s);
    CAF_CHECK_EQUAL(f.detail, "no key"s);
    CAF_CHECK_EQUAL(f.close_reason, "***"s);
    replace_all(f, "", "***");
    CAF_CHECK_EQUAL(f.detail, "no key"s);

    f = {};
    auto texts = {&f.title, &f.detail, &f.connection_id, &f.request_id, &f.body, &f.close_reason};
    for (auto* text : texts)
        *text = "<key-12345678>";
    replace_all(f, "key-12345678", "***");
    for (auto* text : texts)
        CAF_CHECK_EQUAL(*text, "<***>"s);
}

CAF_TEST(a secret is cut out where a limit has left its front) {
    failure f;
    f.detail = "bad token: eyJhbGciOiJI";
    f.body = "a e";
    replace_all(f, "eyJhbGciOiJIUzI1NiJ9.e30.c2ln", "***");
    CAF_CHECK_EQUAL(f.detail, "bad token: ***"s);
    CAF_CHECK_EQUAL(f.body, "a e"s);
}

CAF_TEST(the URL stands behind the reason) {
    failure f;
    f.code = failure_code::invalid_request;
    f.phase = failure_phase::session_token;
    f.http_status = 403;
    f.title = "Forbidden";
    f.url = "https://h/v1/console/session-tokens";
    CAF_CHECK_EQUAL(describe(f), "invalidRequest (HTTP 403): Forbidden "
                                 "(https://h/v1/console/session-tokens)");
}
