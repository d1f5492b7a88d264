#include "emulator/error.hpp"
#include "emulator/scenario.hpp"

#include <string>

#define CAF_SUITE fault_list
#include "caf/test/dsl.hpp"

using namespace avatar::emulator;
using namespace std::chrono_literals;

namespace {

fault only(const std::string& list) {
    const auto faults = parse_fault_list(list);
    CAF_REQUIRE_EQUAL(faults.all().size(), 1u);
    return faults.all().front();
}

template <class Action>
Action action_of(const std::string& list) {
    return std::get<Action>(only(list).action);
}

frame_fault::kind frame_fault_of(const std::string& list) {
    CAF_CHECK(only(list).at == fault_point::frames);
    CAF_CHECK(only(list).any_frame);
    return action_of<frame_fault>(list).what;
}

std::string list_error(const std::string& list) {
    try {
        parse_fault_list(list);
    } catch (const emulator_error& e) {
        return e.what();
    }
    return "no error";
}

} // namespace

CAF_TEST(no list has no faults) {
    CAF_CHECK(parse_fault_list("").all().empty());
}

CAF_TEST(a list keeps its order) {
    const auto faults = parse_fault_list(
        "reset:0.5%,slow-token=5s:10%,stop-accepting:20s-30s/2min,silence:1%@10s-60s");
    CAF_REQUIRE_EQUAL(faults.all().size(), 4u);
    CAF_CHECK(std::holds_alternative<reset>(faults.all()[0].action));
    CAF_CHECK_EQUAL(faults.all()[0].when.probability, 0.005);
    CAF_CHECK(!faults.all()[0].when.window.until);
    CAF_CHECK(std::get<late_answer>(faults.all()[1].action).by == 5s);
    CAF_CHECK(faults.all()[2].at == fault_point::accept);
    CAF_CHECK_EQUAL(faults.all()[2].when.probability, 1.0);
    CAF_CHECK(faults.all()[2].when.window.from == 20s);
    CAF_CHECK(faults.all()[2].when.window.until == 30s);
    CAF_CHECK(faults.all()[2].when.window.every == 2min);
    CAF_CHECK_EQUAL(faults.all()[3].when.probability, 0.01);
    CAF_CHECK(faults.all()[3].when.window.until == 60s);
    CAF_CHECK(faults.is_random());
    CAF_CHECK(faults.avatars().empty());
}

CAF_TEST(every name stands for a fault at its point) {
    using kind = frame_fault::kind;
    CAF_CHECK_EQUAL(action_of<avatar::transport::http_reply>("refuse-token:1%").status, 503u);
    CAF_CHECK_EQUAL(action_of<avatar::transport::http_reply>("refuse-upgrade=402:1%").status, 402u);
    CAF_CHECK(only("refuse-token:1%").at == fault_point::token);
    CAF_CHECK(only("refuse-upgrade:1%").at == fault_point::upgrade);
    CAF_CHECK(action_of<late_answer>("slow-token:1%").by == 3s);
    action_of<no_answer>("no-handshake:1%");
    CAF_CHECK(only("no-handshake:1%").at == fault_point::handshake);
    action_of<no_answer>("no-answer:1%");
    CAF_CHECK(only("no-answer:1%").at == fault_point::audio);
    for (const auto* name : {"close", "reset", "silence", "stall", "garbage", "error"}) {
        const auto each = only(name + std::string(":1%"));
        CAF_CHECK(each.at == fault_point::frames);
        CAF_CHECK(each.any_frame);
    }
    CAF_CHECK_EQUAL(action_of<clean_close>("close:1%").code, 1012);
    CAF_CHECK_EQUAL(action_of<clean_close>("close=1000:1%").code, 1000);
    CAF_CHECK(only("refuse-session:1%").at == fault_point::handshake);
    CAF_CHECK_EQUAL(action_of<error_message>("refuse-session:1%").code, 4003);
    CAF_CHECK_EQUAL(action_of<error_message>("refuse-session=4010:1%").code, 4010);
    CAF_CHECK(!action_of<error_message>("refuse-session:1%").of_request);
    CAF_CHECK(only("close-handshake:1%").at == fault_point::handshake);
    CAF_CHECK_EQUAL(action_of<clean_close>("close-handshake:1%").code, 4003);
    CAF_CHECK_EQUAL(action_of<clean_close>("close-handshake=4503:1%").code, 4503);
    CAF_CHECK(only("end-session:1%").at == fault_point::frames);
    CAF_CHECK_EQUAL(action_of<error_message>("end-session:1%").code, 4002);
    CAF_CHECK(!action_of<error_message>("end-session=4001:1%").of_request);
    CAF_CHECK(action_of<error_message>("error:1%").of_request);
    CAF_CHECK_EQUAL(action_of<error_message>("error=-4:1%").code, -4);
    action_of<reset>("reset:1%");
    action_of<silence>("silence:1%");
    action_of<stall>("stall:1%");
    CAF_CHECK(!action_of<stray_message>("garbage:1%").text);
    CAF_CHECK(frame_fault_of("drop-frame:1%") == kind::drop);
    CAF_CHECK(frame_fault_of("drop-end:1%") == kind::drop_end);
    CAF_CHECK(frame_fault_of("repeat-frame:1%") == kind::repeat);
    CAF_CHECK(frame_fault_of("reorder-frames:1%") == kind::hold_back);
    CAF_CHECK(frame_fault_of("foreign-frame:1%") == kind::foreign);
    CAF_CHECK(frame_fault_of("oversize-frame:1%") == kind::oversize);
    CAF_CHECK(action_of<frame_fault>("oversize-frame:1%").bytes > 16u * 1024 * 1024);
    CAF_CHECK_EQUAL(action_of<frame_fault>("oversize-frame=5000:1%").bytes, 5000u);
    CAF_CHECK_EQUAL(action_of<clean_close>("idle-close:1%").code, 1012);
    CAF_CHECK_EQUAL(action_of<clean_close>("idle-close=300ms/4002:1%").code, 4002);
    CAF_CHECK(only("idle-close=300ms/4002:1%").idle_for == 300ms);
    CAF_CHECK(only("idle-close=/4002:1%").idle_for == 1s);
    CAF_CHECK(only("idle-error=300ms:1%").idle_for == 300ms);
    CAF_CHECK_EQUAL(action_of<error_message>("idle-error=300ms:1%").code, 4002);
    CAF_CHECK_EQUAL(action_of<error_message>("idle-error=/4001:1%").code, 4001);
    action_of<reset>("idle-reset=300ms:1%");
    action_of<silence>("idle-silence:1%");
    CAF_CHECK(only("idle-reset=300ms:1%").at == fault_point::idle);
    CAF_CHECK(only("idle-reset=300ms:1%").idle_for == 300ms);
    CAF_CHECK(only("idle-silence:1%").idle_for == 1s);
}

CAF_TEST(what is certain is not random but for the frame) {
    CAF_CHECK(!parse_fault_list("refuse-token:100%").is_random());
    CAF_CHECK(!parse_fault_list("no-answer:1s-2s").is_random());
    CAF_CHECK(parse_fault_list("reset:100%").is_random());
}

CAF_TEST(a wrong name or value is refused with what would be right) {
    CAF_CHECK_EQUAL(
        list_error("reset:1%,rest:5%"),
        "emulator.faults: \"rest:5%\": there is no fault \"rest\": expected one of "
        "stop-accepting, refuse-token, slow-token, refuse-upgrade, no-handshake, "
        "refuse-session, close-handshake, idle-close, idle-error, idle-reset, "
        "idle-silence, no-answer, error, end-session, garbage, close, reset, silence, "
        "stall, drop-frame, drop-end, repeat-frame, reorder-frames, foreign-frame, oversize-frame");
    CAF_CHECK_EQUAL(list_error("reset=5:1%"),
                    "emulator.faults: \"reset=5:1%\": the value is \"5\": "
                    "expected none with this name");
    CAF_CHECK_EQUAL(list_error("refuse-token=200:1%"),
                    "emulator.faults: \"refuse-token=200:1%\": the value is \"200\": expected a "
                    "whole number from 400 to 599");
    CAF_CHECK_EQUAL(list_error("close=1006:1%"),
                    "emulator.faults: \"close=1006:1%\": the value 1006 may not be sent: expected "
                    "1000 to 1003, 1007 to 1013, or 3000 to 4999");
    for (const auto* value : {"", "0", "3", "2m", "9000h"})
        CAF_CHECK_EQUAL(list_error("slow-token=" + std::string(value) + ":1%"),
                        "emulator.faults: \"slow-token=" + std::string(value) +
                            ":1%\": the value is \"" + value +
                            "\": expected a duration up to a year, such as 3s");
    CAF_CHECK_NOT_EQUAL(list_error("reset:1%,").find("there is no fault \"\""), std::string::npos);
}

CAF_TEST(a wrong time is refused with what would be right) {
    CAF_CHECK_EQUAL(list_error("reset"),
                    "emulator.faults: \"reset\": it does not say when: expected "
                    "NAME:WHEN, such as reset:5%");
    for (const auto* when : {"", "5", "101%", "-1%", "nan%", "1s", "1s-", "-2s", "1s-2", "1s-2s/",
                             "1s-2s/0", "1s-2s@5%", "5%@", "5%@7%", "5%@1s-2s@3s-4s"})
        CAF_CHECK_EQUAL(list_error("reset:" + std::string(when)),
                        "emulator.faults: \"reset:" + std::string(when) + "\": \"" + when +
                            "\" says no time: expected a percentage such as 5%, a window such as "
                            "20s-30s or 20s-30s/2min, or both as 5%@20s-30s");
    CAF_CHECK_EQUAL(list_error("reset:30s-20s"),
                    "emulator.faults: \"reset:30s-20s\": the end 20s is not after the beginning "
                    "30s: expected a later one");
    CAF_CHECK_EQUAL(list_error("reset:20s-30s/9s"),
                    "emulator.faults: \"reset:20s-30s/9s\": it comes again after 9s and lasts 10s: "
                    "expected at most as long");
    for (const auto* when : {"5%", "5%@1s-2s"})
        CAF_CHECK_EQUAL(list_error("stop-accepting:" + std::string(when)),
                        "emulator.faults: \"stop-accepting:" + std::string(when) +
                            "\": it has a percentage: expected a window alone, such as 20s-30s");
}
