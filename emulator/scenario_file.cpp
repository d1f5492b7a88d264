#include "emulator/error.hpp"
#include "emulator/scenario.hpp"
#include "protocol/error_body.hpp"
#include "protocol/text.hpp"

#include <boost/algorithm/hex.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <initializer_list>
#include <iterator>
#include <limits>
#include <map>
#include <vector>

namespace avatar::emulator {
namespace {

using nlohmann::json;

constexpr std::size_t largest_file = 1024 * 1024;

/// What is wrong with one fault; the file and its number are added outside.
[[noreturn]] void wrong(std::string_view what) {
    throw emulator_error(std::string(what));
}

/// An object whose keys are all known.
const json& object(const json& value, std::string_view name,
                   std::initializer_list<std::string_view> keys) {
    const auto expected = fmt::format("expected {}", fmt::join(keys, ", "));
    if (!value.is_object())
        wrong(fmt::format("{} is no object: {}", name, expected));
    for (const auto& [key, ignored] : value.items())
        if (std::ranges::find(keys, key) == keys.end())
            wrong(fmt::format("{} has an unknown key \"{}\": {}", name, protocol::on_one_line(key),
                              expected));
    return value;
}

std::string text(const json& in, std::string_view key, std::string otherwise = {}) {
    const auto found = in.find(key);
    if (found == in.end())
        return otherwise;
    if (!found->is_string())
        wrong(fmt::format("{} is no text: expected \"...\"", key));
    return *found;
}

std::int64_t number(const json& in, std::string_view key, std::int64_t otherwise, std::int64_t min,
                    std::int64_t max) {
    const auto found = in.find(key);
    if (found == in.end())
        return otherwise;
    const bool whole = found->is_number_integer();
    if (!whole || found->get<double>() < static_cast<double>(min) ||
        found->get<double>() > static_cast<double>(max))
        wrong(fmt::format("{} is {}: expected a whole number from {} to {}", key,
                          protocol::on_one_line(found->dump()), min, max));
    return *found;
}

bool flag(const json& in, std::string_view key) {
    const auto found = in.find(key);
    if (found != in.end() && !found->is_boolean())
        wrong(fmt::format("{} is no truth value: expected true or false", key));
    return found != in.end() && found->get<bool>();
}

transport::http_reply read_refusal(const json& value, fault_point at) {
    object(value, "refuse", {"status", "message", "body"});
    transport::http_reply result;
    // The console also refuses with status 200 and a list of errors.
    const bool lists_errors = at == fault_point::token && value.value("status", json()) == 200;
    result.status =
        lists_errors ? 200 : static_cast<unsigned>(number(value, "status", 500, 400, 599));
    const auto message = text(value, "message");
    result.body = at == fault_point::token
                      ? protocol::error_response(static_cast<int>(result.status), "", "", message)
                      : protocol::upgrade_refusal(message);
    result.body = text(value, "body", std::move(result.body));
    return result;
}

error_message read_error(const json& value) {
    object(value, "error", {"code", "message", "of_request"});
    constexpr auto range = std::numeric_limits<std::int32_t>();
    return {static_cast<std::int32_t>(number(value, "code", 0, range.min(), range.max())),
            text(value, "message"), flag(value, "of_request")};
}

stray_message read_hex(const std::string& hex) {
    stray_message stray;
    try {
        boost::algorithm::unhex(hex, std::back_inserter(stray.bytes));
    } catch (const boost::algorithm::hex_decode_error&) {
        wrong("bytes is no hexadecimal text: expected two digits a byte, such as \"08021a00\"");
    }
    return stray;
}

/// RFC 6455, section 7.4, and the IANA registry of close codes.
bool may_be_sent(std::int64_t close_code) {
    return (close_code >= 1000 && close_code <= 1003) ||
           (close_code >= 1007 && close_code <= 1013) || close_code >= 3000;
}

clean_close read_close(const json& value) {
    object(value, "close", {"code", "reason"});
    const auto code = number(value, "code", 1000, 1000, 4999);
    if (!may_be_sent(code))
        wrong(fmt::format("code {} may not be sent: expected 1000 to 1003, 1007 to 1013, or 3000 "
                          "to 4999",
                          code));
    return {static_cast<std::uint16_t>(code), text(value, "reason")};
}

fault_point read_point(const json& value) {
    static const std::map<std::string, fault_point, std::less<>> points{
        {"token", fault_point::token},
        {"upgrade", fault_point::upgrade},
        {"handshake", fault_point::handshake},
        {"audio", fault_point::audio},
        {"frames", fault_point::frames}};
    const auto found = points.find(text(value, "at"));
    if (found == points.end())
        wrong("at is missing or unknown: expected token, upgrade, handshake, audio or frames");
    return found->second;
}

fault_action read_action(const json& value, fault_point at) {
    const bool http = at == fault_point::token || at == fault_point::upgrade;
    const std::vector<std::string_view> allowed =
        http ? std::vector<std::string_view>{"refuse"}
             : std::vector<std::string_view>{"error", "text", "bytes", "close", "cut"};
    const auto given = std::ranges::count_if(
        allowed, [&](std::string_view key) { return value.contains(std::string(key)); });
    if (given != 1 || http != value.contains("refuse"))
        wrong(fmt::format("expected exactly one of {} at this point", fmt::join(allowed, ", ")));
    if (http)
        return read_refusal(value["refuse"], at);
    if (value.contains("error"))
        return read_error(value["error"]);
    if (value.contains("text"))
        return stray_message{text(value, "text"), true};
    if (value.contains("bytes"))
        return read_hex(text(value, "bytes"));
    if (value.contains("close"))
        return read_close(value["close"]);
    if (!flag(value, "cut"))
        wrong("cut is false: expected true, or another thing that goes wrong");
    return reset{};
}

fault read_fault(const json& value) {
    object(
        value, "it",
        {"at", "avatar", "api_key", "after", "refuse", "error", "text", "bytes", "close", "cut"});
    fault result;
    result.at = read_point(value);
    const bool of_key = result.at == fault_point::token;
    if (value.contains(of_key ? "avatar" : "api_key"))
        wrong(of_key ? "avatar is not known at token: expected api_key"
                     : "api_key is for token: expected avatar");
    result.whom = text(value, of_key ? "api_key" : "avatar");
    if (value.contains("after") && result.at != fault_point::frames)
        wrong("after is for frames: expected none here");
    result.after = static_cast<std::size_t>(number(value, "after", 0, 0, 1'000'000));
    result.action = read_action(value, result.at);
    return result;
}

[[noreturn]] void refuse_file(const std::string& name, std::string_view what) {
    throw emulator_error(fmt::format("scenario {}: {}", protocol::on_one_line(name), what));
}

} // namespace

scenario parse_scenario(std::string_view text, const std::string& name) {
    const auto root = json::parse(text, nullptr, false);
    if (!root.is_object() || root.size() != 1 || !root.contains("faults") ||
        !root["faults"].is_array())
        refuse_file(name, "expected JSON of the form {\"faults\": [...]}");
    std::vector<fault> faults;
    for (const auto& entry : root["faults"]) {
        try {
            faults.push_back(read_fault(entry));
        } catch (const emulator_error& e) {
            refuse_file(name, fmt::format("fault {}: {}", faults.size() + 1, e.what()));
        }
    }
    return scenario(std::move(faults));
}

scenario load_scenario(const std::string& path) {
    errno = 0;
    std::ifstream file(path, std::ios::binary);
    if (!file)
        refuse_file(
            path, fmt::format("cannot be opened ({}): expected a JSON file", std::strerror(errno)));
    std::string text(largest_file + 1, '\0');
    file.read(text.data(), static_cast<std::streamsize>(text.size()));
    text.resize(static_cast<std::size_t>(file.gcount()));
    if (text.size() > largest_file)
        refuse_file(path, "is larger than 1 MiB: expected a scenario");
    return parse_scenario(text, path);
}

} // namespace avatar::emulator
