#include "emulator/scenario.hpp"

#include "emulator/error.hpp"

#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <unistd.h>

#define CAF_SUITE scenario
#include "caf/test/dsl.hpp"

using namespace avatar::emulator;
using namespace std::chrono_literals;

namespace {

/// A scenario of these faults.
scenario with(const std::string& faults) {
    return parse_scenario("{\"faults\": [" + faults + "]}", "file");
}

std::string scenario_error(const std::string& text) {
    try {
        parse_scenario(text, "my.json");
    } catch (const emulator_error& e) {
        return e.what();
    }
    return "no error";
}

std::string fault_error(const std::string& fault) {
    const std::string start = "scenario my.json: fault 1: ";
    const auto error = scenario_error("{\"faults\": [" + fault + "]}");
    return error.starts_with(start) ? error.substr(start.size()) : error;
}

const fault& at(const scenario& faults, fault_point point) {
    for (const auto& each : faults.all())
        if (each.at == point)
            return each;
    throw std::logic_error("no fault at that point");
}

template <class Action>
const Action& action_of(const scenario& faults, fault_point point) {
    return std::get<Action>(at(faults, point).action);
}

/// The one action of a fault that hits the frames.
template <class Action>
Action of_frames(const std::string& action) {
    return action_of<Action>(with(R"({"at": "frames", )" + action + "}"), fault_point::frames);
}

} // namespace

CAF_TEST(an empty scenario has no faults) {
    CAF_CHECK(with("").all().empty());
    CAF_CHECK(with("").avatars().empty());
}

CAF_TEST(faults are read in their order for whom they name) {
    const auto faults = with(R"({"avatar": "a", "at": "handshake", "cut": true},
                                {"avatar": "b", "at": "upgrade", "refuse": {"status": 402}},
                                {"api_key": "k", "at": "token", "refuse": {}})");
    CAF_REQUIRE_EQUAL(faults.all().size(), 3u);
    CAF_CHECK(faults.all()[0].at == fault_point::handshake);
    CAF_CHECK_EQUAL(faults.all()[1].whom, "b");
    CAF_CHECK_EQUAL(faults.all()[2].whom, "k");
    CAF_CHECK(faults.avatars() == (std::vector<std::string>{"a", "b"}));
    CAF_CHECK(!faults.is_random());
}

CAF_TEST(every action is read with its values) {
    const auto faults = with(R"(
        {"at": "token", "refuse": {"status": 402, "message": "no"}},
        {"at": "upgrade", "refuse": {"status": 503, "body": "<html>"}},
        {"at": "handshake", "bytes": "08021A00"},
        {"at": "audio", "error": {"code": -5, "message": "odd", "of_request": true}},
        {"at": "frames", "after": 3, "text": "hello"})");
    const auto& token = action_of<avatar::transport::http_reply>(faults, fault_point::token);
    CAF_CHECK_EQUAL(token.status, 402u);
    CAF_CHECK_NOT_EQUAL(token.body.find("\"errors\""), std::string::npos);
    const auto& upgrade = action_of<avatar::transport::http_reply>(faults, fault_point::upgrade);
    CAF_CHECK_EQUAL(upgrade.body, "<html>");
    const auto& bytes = action_of<stray_message>(faults, fault_point::handshake);
    CAF_CHECK(bytes.bytes == std::string("\x08\x02\x1a\x00", 4));
    CAF_CHECK(!bytes.text);
    const auto& error = action_of<error_message>(faults, fault_point::audio);
    CAF_CHECK_EQUAL(error.code, -5);
    CAF_CHECK_EQUAL(error.message, "odd");
    CAF_CHECK(error.of_request);
    CAF_CHECK_EQUAL(at(faults, fault_point::frames).after, 3u);
    CAF_CHECK(action_of<stray_message>(faults, fault_point::frames).text);
}

CAF_TEST(what goes wrong with a connection or an answer is read) {
    const auto faults = with(R"(
        {"at": "token", "late": "1500ms"},
        {"at": "handshake", "no_answer": true},
        {"at": "idle", "after": "2s", "silence": true},
        {"at": "audio", "stall": true},
        {"at": "accept", "stop": true, "from": "20s", "until": "30s"})");
    CAF_CHECK(action_of<late_answer>(faults, fault_point::token).by == 1500ms);
    action_of<no_answer>(faults, fault_point::handshake);
    action_of<silence>(faults, fault_point::idle);
    CAF_CHECK(at(faults, fault_point::idle).idle_for == 2s);
    action_of<stall>(faults, fault_point::audio);
    action_of<stop_accepting>(faults, fault_point::accept);
}

CAF_TEST(what goes wrong with a frame is read) {
    using kind = frame_fault::kind;
    CAF_CHECK(of_frames<frame_fault>(R"("drop": true)").what == kind::drop);
    CAF_CHECK(of_frames<frame_fault>(R"("drop": "end")").what == kind::drop_end);
    CAF_CHECK(of_frames<frame_fault>(R"("repeat": true)").what == kind::repeat);
    CAF_CHECK(of_frames<frame_fault>(R"("hold_back": true)").what == kind::hold_back);
    CAF_CHECK(of_frames<frame_fault>(R"("foreign": true)").what == kind::foreign);
    CAF_CHECK_EQUAL(of_frames<frame_fault>(R"("oversize": 77)").bytes, 77u);
    CAF_CHECK(of_frames<frame_fault>(R"("oversize": true)").bytes > 16u * 1024 * 1024);
}

CAF_TEST(a probability and a window are read) {
    const auto faults = with(R"({"at": "frames", "after": "any", "cut": true, "probability": 0.05,
                                 "from": "20s", "until": "30s", "every": "2min"})");
    const auto& when = at(faults, fault_point::frames).when;
    CAF_CHECK_EQUAL(when.probability, 0.05);
    CAF_CHECK(when.window.from == 20s);
    CAF_CHECK(when.window.until == 30s);
    CAF_CHECK(when.window.every == 2min);
    CAF_CHECK(at(faults, fault_point::frames).any_frame);
    CAF_CHECK(faults.is_random());
    const auto always = with(R"({"at": "audio", "cut": true})");
    CAF_CHECK_EQUAL(at(always, fault_point::audio).when.probability, 1.0);
    CAF_CHECK(!at(always, fault_point::audio).when.window.until);
}

CAF_TEST(what is not a scenario is refused) {
    for (const auto* text : {"", "{", "[]", "{}", "{\"faults\": {}}", "{\"faults\": [], \"x\": 1}"})
        CAF_CHECK_EQUAL(scenario_error(text),
                        "scenario my.json: expected JSON of the form {\"faults\": [...]}");
    CAF_CHECK_EQUAL(
        scenario_error("{\"faults\": [{\"at\": \"audio\", \"cut\": true}, 7]}").substr(0, 26),
        "scenario my.json: fault 2:");
}

CAF_TEST(a fault that cannot be is refused with what would be right) {
    CAF_CHECK_EQUAL(fault_error("{}"), "at is missing or unknown: expected accept, token, "
                                       "upgrade, handshake, idle, audio or frames");
    CAF_CHECK_EQUAL(
        fault_error(R"({"at": "audio", "avatr": "a"})"),
        "it has an unknown key \"avatr\": expected at, avatar, api_key, after, "
        "probability, from, until, every, refuse, late, error, text, bytes, close, cut, "
        "silence, stall, no_answer, drop, repeat, hold_back, foreign, oversize, stop");
    const auto later = "expected exactly one of error, text, bytes, close, cut, silence, stall, "
                       "no_answer at this point";
    for (const auto* fault : {R"({"at": "audio"})", R"({"at": "audio", "refuse": {}})",
                              R"({"at": "audio", "cut": true, "text": "x"})",
                              R"({"at": "audio", "cut": true, "refuse": {}})"})
        CAF_CHECK_EQUAL(fault_error(fault), later);
    CAF_CHECK_EQUAL(fault_error(R"({"at": "upgrade", "cut": true})"),
                    "expected exactly one of refuse at this point");
    CAF_CHECK_EQUAL(fault_error(R"({"at": "token", "avatar": "a", "refuse": {}})"),
                    "avatar is not known at token: expected api_key");
    CAF_CHECK_EQUAL(fault_error(R"({"at": "audio", "api_key": "a", "cut": true})"),
                    "api_key is for token: expected avatar");
    CAF_CHECK_EQUAL(fault_error(R"({"at": "audio", "after": 1, "cut": true})"),
                    "after is for idle and frames: expected none here");
    CAF_CHECK_EQUAL(fault_error(R"({"at": "audio", "bytes": "0"})"),
                    "bytes is no hexadecimal text: expected two digits a byte, such as "
                    "\"08021a00\"");
    CAF_CHECK_EQUAL(fault_error(R"({"at": "audio", "close": {"code": 1006}})"),
                    "code 1006 may not be sent: expected 1000 to 1003, 1007 to 1013, or 3000 to "
                    "4999");
    CAF_CHECK_EQUAL(fault_error(R"({"at": "upgrade", "refuse": {"status": 200}})"),
                    "status is 200: expected a whole number from 400 to 599");
    CAF_CHECK_EQUAL(fault_error(R"({"at": "audio", "error": {"code": 1e12}})"),
                    "code is 1000000000000.0: expected a whole number from -2147483648 to "
                    "2147483647");
    CAF_CHECK_EQUAL(fault_error(R"({"at": "audio", "cut": 1})"),
                    "cut is no truth value: expected true or false");
}

CAF_TEST(what a fault does not say has a value of its own) {
    const auto faults = with(R"(
        {"at": "token", "refuse": {}},
        {"at": "upgrade", "refuse": {}},
        {"at": "idle", "cut": true},
        {"at": "handshake", "error": {}},
        {"at": "audio", "close": {}})");
    CAF_CHECK_EQUAL(action_of<avatar::transport::http_reply>(faults, fault_point::token).status,
                    500u);
    CAF_CHECK_EQUAL(action_of<avatar::transport::http_reply>(faults, fault_point::upgrade).body,
                    "{\"message\":\"\"}\n");
    CAF_CHECK(at(faults, fault_point::idle).idle_for == 1s);
    const auto& error = action_of<error_message>(faults, fault_point::handshake);
    CAF_CHECK_EQUAL(error.code, 0);
    CAF_CHECK_EQUAL(error.message, "");
    CAF_CHECK(!error.of_request);
    const auto& close = action_of<clean_close>(faults, fault_point::audio);
    CAF_CHECK_EQUAL(close.code, 1000);
    CAF_CHECK_EQUAL(close.reason, "");
    for (const auto& each : faults.all()) {
        CAF_CHECK_EQUAL(each.after, 0u);
        CAF_CHECK(!each.any_frame);
        CAF_CHECK_EQUAL(each.whom, "");
    }
}

CAF_TEST(each number is taken up to its limits) {
    struct row {
        std::string before; ///< What stands before the number in a fault,
        std::string behind; ///< and what behind.
        std::string name;
        std::int64_t min;
        std::int64_t max;
    };
    for (const auto& [before, behind, name, min, max] : {
             row{R"({"at": "upgrade", "refuse": {"status": )", "}}", "status", 400, 599},
             row{R"({"at": "audio", "error": {"code": )", "}}", "code", INT32_MIN, INT32_MAX},
             row{R"({"at": "audio", "close": {"code": )", "}}", "code", 1000, 4999},
             row{R"({"at": "frames", "oversize": )", "}", "oversize", 1, 62'914'560},
             row{R"({"at": "frames", "cut": true, "after": )", "}", "after", 0, 1'000'000},
         }) {
        for (const auto number : {min, min + 1, max - 1, max})
            CAF_CHECK_EQUAL(fault_error(before + std::to_string(number) + behind), "no error");
        for (const auto number : {min - 1, max + 1})
            CAF_CHECK_EQUAL(fault_error(before + std::to_string(number) + behind),
                            name + " is " + std::to_string(number) +
                                ": expected a whole number from " + std::to_string(min) + " to " +
                                std::to_string(max));
    }
    for (const auto* chance : {"0", "0.0", "0.5", "1", "1.0"})
        CAF_CHECK_EQUAL(fault_error(R"({"at": "audio", "cut": true, "probability": )" +
                                    std::string(chance) + "}"),
                        "no error");
}

CAF_TEST(the console may refuse with status 200 and a list of errors) {
    const auto faults = with(R"({"at": "token", "refuse": {"status": 200, "message": "no"}})");
    const auto& reply = action_of<avatar::transport::http_reply>(faults, fault_point::token);
    CAF_CHECK_EQUAL(reply.status, 200u);
    CAF_CHECK_NOT_EQUAL(reply.body.find("\"detail\":\"no\""), std::string::npos);
    for (const auto* status : {"199", "201", "\"200\""})
        CAF_CHECK_EQUAL(
            fault_error(R"({"at": "token", "refuse": {"status": )" + std::string(status) + "}}"),
            "status is " + std::string(status) + ": expected a whole number from 400 to 599");
}

CAF_TEST(a value of another kind is refused) {
    const auto keys = "expected at, avatar, api_key, after, probability, from, until, every, "
                      "refuse, late, error, text, bytes, close, cut, silence, stall, no_answer, "
                      "drop, repeat, hold_back, foreign, oversize, stop";
    for (const auto* fault : {"7", "null", "\"text\"", "[]"})
        CAF_CHECK_EQUAL(fault_error(fault), std::string("it is no object: ") + keys);
    for (const auto* value : {"7", "null", "\"text\"", "[]", "true"}) {
        CAF_CHECK_EQUAL(fault_error(R"({"at": "upgrade", "refuse": )" + std::string(value) + "}"),
                        "refuse is no object: expected status, message, body");
        CAF_CHECK_EQUAL(fault_error(R"({"at": "audio", "error": )" + std::string(value) + "}"),
                        "error is no object: expected code, message, of_request");
        CAF_CHECK_EQUAL(fault_error(R"({"at": "audio", "close": )" + std::string(value) + "}"),
                        "close is no object: expected code, reason");
    }
    CAF_CHECK_EQUAL(fault_error(R"({"at": "audio", "text": 7})"),
                    "text is no text: expected \"...\"");
    CAF_CHECK_EQUAL(fault_error(R"({"at": "audio", "cut": false})"),
                    "cut is false: expected true, or another thing that goes wrong");
    CAF_CHECK_EQUAL(fault_error(R"({"at": "frames", "drop": false})"),
                    "drop is false: expected true, or another thing that goes wrong");
    CAF_CHECK_EQUAL(fault_error(R"({"at": "frames", "oversize": false})"),
                    "oversize is false: expected true, or another thing that goes wrong");
}

CAF_TEST(of a long value the beginning is shown) {
    for (const std::size_t size : {197u, 198u, 199u, 500u}) {
        const auto value = '"' + std::string(size, 'x') + '"';
        CAF_CHECK_EQUAL(fault_error(R"({"at": "audio", "cut": true, "from": )" + value + "}"),
                        "from is " + value.substr(0, 200) +
                            ": expected a duration up to a year, such as \"30s\"");
    }
    CAF_CHECK_EQUAL(fault_error("{\"at\": \"audio\", \"from\": \"\xC3\xA9\"}"),
                    "from is \"\xC3\xA9\": expected a duration up to a year, such as \"30s\"");
}

CAF_TEST(a time that cannot be is refused with what would be right) {
    const auto error_when = [](const std::string& when) {
        return fault_error(R"({"at": "audio", "cut": true, )" + when + "}");
    };
    for (const auto* value : {"1.5", "-0.1", "\"5%\"", "null"})
        CAF_CHECK_EQUAL(error_when("\"probability\": " + std::string(value)),
                        "probability is " + std::string(value) + ": expected a number from 0 to 1");
    for (const auto* value : {"5", "\"5\"", "\"2m\"", "\"-1s\"", "\"9000h\""})
        CAF_CHECK_EQUAL(error_when("\"from\": " + std::string(value)),
                        "from is " + std::string(value) +
                            ": expected a duration up to a year, such as \"30s\"");
    CAF_CHECK_EQUAL(error_when(R"("from": "5s", "until": "5s")"),
                    "from, until, every: the end 5s is not after the beginning 5s: expected a "
                    "later one");
    CAF_CHECK_EQUAL(error_when(R"("every": "5s")"),
                    "from, until, every: what comes again must end: expected an end as well");
    CAF_CHECK_EQUAL(error_when(R"("until": "5s", "every": "4s")"),
                    "from, until, every: it comes again after 4s and lasts 5s: expected at most as "
                    "long");
}

CAF_TEST(what does not belong to its point is refused) {
    CAF_CHECK_EQUAL(fault_error(R"({"at": "upgrade", "late": "1s"})"),
                    "expected exactly one of refuse at this point");
    CAF_CHECK_EQUAL(fault_error(R"({"at": "token", "late": 1})"),
                    "late is 1: expected a duration up to a year, such as \"30s\"");
    CAF_CHECK_EQUAL(fault_error(R"({"at": "idle", "after": "0", "cut": true})"),
                    "after is 0: expected a duration from 1ms up");
    CAF_CHECK_EQUAL(fault_error(R"({"at": "idle", "error": {"of_request": true}})"),
                    "of_request is true: expected false at idle, where there is no request");
    CAF_CHECK_EQUAL(fault_error(R"({"at": "frames", "after": "some", "cut": true})"),
                    "after is another text: expected a whole number or \"any\"");
    CAF_CHECK_EQUAL(fault_error(R"({"at": "frames", "drop": "start"})"),
                    "drop is another text: expected true, or \"end\" for the last frame");
    CAF_CHECK_EQUAL(fault_error(R"({"at": "frames", "after": 1, "drop": "end"})"),
                    "after is for any frame: expected none where the last one is dropped");
    CAF_CHECK_EQUAL(fault_error(R"({"at": "frames", "oversize": 0})"),
                    "oversize is 0: expected a whole number from 1 to 62914560");
    for (const auto* fault :
         {R"({"at": "accept", "stop": true})", R"({"at": "accept", "stop": true, "from": "1s"})",
          R"({"at": "accept", "stop": true, "until": "1s", "probability": 1})"})
        CAF_CHECK_EQUAL(fault_error(fault),
                        "expected from and until, and no probability, at accept");
    CAF_CHECK_EQUAL(fault_error(R"({"at": "accept", "avatar": "a", "stop": true})"),
                    "nobody is known at accept: expected neither avatar nor api_key");
}

CAF_TEST(a file is read up to a size of 1 MiB) {
    const auto path = (std::filesystem::temp_directory_path() /
                       ("avatar-scenario-" + std::to_string(getpid()) + ".json"))
                          .string();
    const std::string text = R"({"faults": [{"at": "audio", "cut": true}]})";
    const auto load = [&](std::size_t size) -> std::string {
        std::ofstream(path, std::ios::binary) << text << std::string(size - text.size(), ' ');
        try {
            return std::to_string(load_scenario(path).all().size()) + " faults";
        } catch (const emulator_error& e) {
            return e.what();
        }
    };
    for (const std::size_t size : {text.size(), std::size_t{1'048'575}, std::size_t{1'048'576}})
        CAF_CHECK_EQUAL(load(size), "1 faults");
    for (const std::size_t size : {1'048'577, 2'000'000})
        CAF_CHECK_EQUAL(load(size),
                        "scenario " + path + ": is larger than 1 MiB: expected a scenario");
    std::filesystem::remove(path);
}

CAF_TEST(a file that cannot be read is named) {
    try {
        load_scenario("/no/such/file.json");
        CAF_FAIL("no error");
    } catch (const emulator_error& e) {
        CAF_CHECK_EQUAL(std::string(e.what()), "scenario /no/such/file.json: cannot be opened (No "
                                               "such file or directory): expected a JSON file");
    }
}
