#include "emulator/scenario.hpp"

#include "emulator/error.hpp"

#include <string>

#define CAF_SUITE scenario
#include "caf/test/dsl.hpp"

using namespace avatar::emulator;

namespace {

/// A scenario of these faults.
scenario with(const std::string& faults) {
    return parse_scenario("{\"faults\": [" + faults + "]}", "file");
}

std::string error_of(const std::string& text) {
    try {
        parse_scenario(text, "my.json");
    } catch (const emulator_error& e) {
        return e.what();
    }
    return "no error";
}

std::string error_of_fault(const std::string& fault) {
    const std::string start = "scenario my.json: fault 1: ";
    const auto error = error_of("{\"faults\": [" + fault + "]}");
    return error.starts_with(start) ? error.substr(start.size()) : error;
}

template <class Action>
const Action& action_of(const scenario& faults, fault_point at) {
    return std::get<Action>(faults.find(at, "anybody")->action);
}

} // namespace

CAF_TEST(an empty scenario lets everything go right) {
    CAF_CHECK(scenario().find(fault_point::handshake, "a") == nullptr);
    CAF_CHECK(with("").find(fault_point::token, "a") == nullptr);
}

CAF_TEST(a fault strikes at its point for whom it names) {
    const auto faults = with(R"({"avatar": "a", "at": "handshake", "cut": true},
                                {"avatar": "b", "at": "upgrade", "refuse": {"status": 402}},
                                {"api_key": "k", "at": "token", "refuse": {}})");
    CAF_CHECK(faults.find(fault_point::handshake, "a") != nullptr);
    CAF_CHECK(faults.find(fault_point::handshake, "b") == nullptr);
    CAF_CHECK(faults.find(fault_point::audio, "a") == nullptr);
    CAF_CHECK(faults.find(fault_point::token, "k") != nullptr);
    CAF_CHECK(faults.avatars() == (std::vector<std::string>{"a", "b"}));
}

CAF_TEST(a fault that names nobody strikes everybody and the first that fits counts) {
    const auto faults = with(R"({"avatar": "a", "at": "audio", "close": {"code": 1011}},
                                {"at": "audio", "cut": true})");
    CAF_CHECK(std::holds_alternative<clean_close>(faults.find(fault_point::audio, "a")->action));
    CAF_CHECK(std::holds_alternative<reset>(faults.find(fault_point::audio, "b")->action));
    CAF_CHECK_EQUAL(faults.avatars().size(), 1u);
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
    CAF_CHECK_EQUAL(faults.find(fault_point::frames, "x")->after, 3u);
    CAF_CHECK(action_of<stray_message>(faults, fault_point::frames).text);
}

CAF_TEST(what is not a scenario is refused) {
    for (const auto* text : {"", "{", "[]", "{}", "{\"faults\": {}}", "{\"faults\": [], \"x\": 1}"})
        CAF_CHECK_EQUAL(error_of(text),
                        "scenario my.json: expected JSON of the form {\"faults\": [...]}");
    CAF_CHECK_EQUAL(error_of("{\"faults\": [{\"at\": \"audio\", \"cut\": true}, 7]}").substr(0, 26),
                    "scenario my.json: fault 2:");
}

CAF_TEST(a fault that cannot be is refused with what would be right) {
    CAF_CHECK_EQUAL(error_of_fault("{}"), "at is missing or unknown: expected token, upgrade, "
                                          "handshake, audio or frames");
    CAF_CHECK_EQUAL(error_of_fault(R"({"at": "audio", "avatr": "a"})"),
                    "it has an unknown key \"avatr\": expected at, avatar, api_key, after, refuse, "
                    "error, text, bytes, close, cut");
    const auto later = "expected exactly one of error, text, bytes, close, cut at this point";
    for (const auto* fault : {R"({"at": "audio"})", R"({"at": "audio", "refuse": {}})",
                              R"({"at": "audio", "cut": true, "text": "x"})",
                              R"({"at": "audio", "cut": true, "refuse": {}})"})
        CAF_CHECK_EQUAL(error_of_fault(fault), later);
    CAF_CHECK_EQUAL(error_of_fault(R"({"at": "upgrade", "cut": true})"),
                    "expected exactly one of refuse at this point");
    CAF_CHECK_EQUAL(error_of_fault(R"({"at": "token", "avatar": "a", "refuse": {}})"),
                    "avatar is not known at token: expected api_key");
    CAF_CHECK_EQUAL(error_of_fault(R"({"at": "audio", "api_key": "a", "cut": true})"),
                    "api_key is for token: expected avatar");
    CAF_CHECK_EQUAL(error_of_fault(R"({"at": "audio", "after": 1, "cut": true})"),
                    "after is for frames: expected none here");
    CAF_CHECK_EQUAL(error_of_fault(R"({"at": "audio", "bytes": "0"})"),
                    "bytes is no hexadecimal text: expected two digits a byte, such as "
                    "\"08021a00\"");
    CAF_CHECK_EQUAL(error_of_fault(R"({"at": "audio", "close": {"code": 1006}})"),
                    "code 1006 may not be sent: expected 1000 to 1003, 1007 to 1013, or 3000 to "
                    "4999");
    CAF_CHECK_EQUAL(error_of_fault(R"({"at": "upgrade", "refuse": {"status": 200}})"),
                    "status is 200: expected a whole number from 400 to 599");
    CAF_CHECK_EQUAL(error_of_fault(R"({"at": "audio", "error": {"code": 1e12}})"),
                    "code is 1000000000000.0: expected a whole number from -2147483648 to "
                    "2147483647");
    CAF_CHECK_EQUAL(error_of_fault(R"({"at": "audio", "cut": 1})"),
                    "cut is no truth value: expected true or false");
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
