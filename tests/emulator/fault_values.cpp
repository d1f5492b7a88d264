#include "emulator/fault_values.hpp"

#include "emulator/fault_source.hpp"
#include "emulator/frame_schedule.hpp"
#include "emulator/session_error.hpp"
#include "emulator/session_rules.hpp"

#include <string>

#define CAF_SUITE fault_values
#include "caf/test/dsl.hpp"

using namespace avatar::emulator;
using namespace std::chrono_literals;

CAF_TEST(only codes that a service may close with are sent) {
    for (const auto& [first, last] :
         {std::pair(1000, 1003), std::pair(1007, 1013), std::pair(3000, 4999)})
        for (const int code : {first, first + 1, last - 1, last})
            CAF_CHECK(may_be_sent(code));
    for (const int code : {-1000, 0, 999, 1004, 1005, 1006, 1014, 1015, 2000, 2999, 5000, 66'536})
        CAF_CHECK(!may_be_sent(code));
}

CAF_TEST(a span is up to a year long) {
    CAF_CHECK(read_span("0") == 0ms);
    CAF_CHECK(read_span("1ms") == 1ms);
    CAF_CHECK(read_span("8760h") == std::chrono::hours(8760));
    CAF_CHECK(read_span("31536000000ms") == std::chrono::hours(8760));
    CAF_CHECK(!read_span("31536000001ms"));
    CAF_CHECK(!read_span("8761h"));
    CAF_CHECK(!read_span("5"));
    CAF_CHECK(!read_span(""));
}

CAF_TEST(a refusal has the shape of what refuses) {
    const auto token = make_refusal(fault_point::token, 402, "no");
    CAF_CHECK_EQUAL(token.status, 402u);
    CAF_CHECK_EQUAL(token.body,
                    R"({"errors":[{"code":"","detail":"no","status":402,"title":""}]})");
    const auto upgrade = make_refusal(fault_point::upgrade, 503, "no");
    CAF_CHECK_EQUAL(upgrade.status, 503u);
    CAF_CHECK_EQUAL(upgrade.body, "{\"message\":\"no\"}\n");
}

CAF_TEST(an oversize frame is a bit over what clients take) {
    CAF_CHECK_EQUAL(default_oversize, 16'777'216u + 65'536u);
}

CAF_TEST(a fault is what it is said to be and no more) {
    const fault f;
    CAF_CHECK(f.at == fault_point::handshake);
    CAF_CHECK_EQUAL(f.after, 0u);
    CAF_CHECK(!f.any_frame);
    CAF_CHECK(f.idle_for == 1s);
    CAF_CHECK_EQUAL(f.when.probability, 1.0);
    CAF_CHECK(f.when.window.from == 0ms);
    CAF_CHECK(f.when.window.every == 0ms);
    CAF_CHECK_EQUAL(error_message().code, 0);
    CAF_CHECK(!error_message().of_request);
    CAF_CHECK(!stray_message().text);
    CAF_CHECK_EQUAL(clean_close().code, 1000);
    CAF_CHECK(late_answer().by == 0ms);
    CAF_CHECK_EQUAL(frame_fault().bytes, 0u);
    CAF_CHECK_EQUAL(session_error().code, 0);
    const frame_place place;
    CAF_CHECK_EQUAL(place.number, 0u);
    CAF_CHECK_EQUAL(place.foreseen, 1u);
    CAF_CHECK(!place.last);
    CAF_CHECK_EQUAL(place.luck, 0.0);
    const animation a;
    CAF_CHECK(a.interval == 0ns);
    CAF_CHECK_EQUAL(a.planned + a.sent, 0u);
    CAF_CHECK_EQUAL(a.foreseen, 1u);
    CAF_CHECK_EQUAL(a.luck, 0.0);
    CAF_CHECK(!a.ended);
}

CAF_TEST(a session has limits where none are set) {
    const session_rules rules;
    CAF_REQUIRE(rules.faults != nullptr);
    CAF_CHECK(rules.configure_limit == 10s);
    CAF_CHECK_EQUAL(rules.max_request_bytes, 67'108'864u);
    CAF_CHECK_EQUAL(rules.max_open_requests, 64u);
    CAF_CHECK(rules.max_audio == 21'600s);
}
