#include "emulator/fault_reader.hpp"

#include "emulator/error.hpp"
#include "emulator/fault_values.hpp"
#include "emulator/json_values.hpp"

#include <boost/algorithm/hex.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <initializer_list>
#include <iterator>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace avatar::emulator {
namespace {

using nlohmann::json;
using point = fault_point;
using kind = frame_fault::kind;

[[noreturn]] void wrong(std::string_view what) {
    throw emulator_error(std::string(what));
}

// -- what goes wrong -------------------------------------------------------------

fault_action read_refusal(const json& in, std::string_view key, point at) {
    const auto& value = in[key];
    require_object(value, key, {"status", "message", "body"});
    // The console also refuses with status 200 and a list of errors.
    const bool lists_errors = at == point::token && value.value("status", json()) == 200;
    const auto status =
        lists_errors ? 200 : number(value, "status", 500, refusal_status.min, refusal_status.max);
    auto reply = make_refusal(at, static_cast<unsigned>(status), text(value, "message"));
    reply.body = text(value, "body", std::move(reply.body));
    return reply;
}

fault_action read_late(const json& in, std::string_view key, point) {
    return late_answer{*span(in, key)};
}

fault_action read_error(const json& in, std::string_view key, point at) {
    const auto& value = in[key];
    require_object(value, key, {"code", "message", "of_request"});
    if (at == point::idle && flag(value, "of_request"))
        wrong("of_request is true: expected false at idle, where there is no request");
    return error_message{
        static_cast<std::int32_t>(number(value, "code", 0, error_code.min, error_code.max)),
        text(value, "message"), flag(value, "of_request")};
}

fault_action read_text(const json& in, std::string_view key, point) {
    return stray_message{text(in, key), /*text=*/true};
}

fault_action read_bytes(const json& in, std::string_view key, point) {
    stray_message stray;
    try {
        boost::algorithm::unhex(text(in, key), std::back_inserter(stray.bytes));
    } catch (const boost::algorithm::hex_decode_error&) {
        wrong("bytes is no hexadecimal text: expected two digits a byte, such as \"08021a00\"");
    }
    return stray;
}

fault_action read_close(const json& in, std::string_view key, point) {
    const auto& value = in[key];
    require_object(value, key, {"code", "reason"});
    const auto code = number(value, "code", 1000, close_code.min, close_code.max);
    if (!may_be_sent(code))
        wrong(fmt::format("code {} may not be sent: expected {}", code, sendable_codes));
    return clean_close{static_cast<std::uint16_t>(code), text(value, "reason")};
}

/// One that has nothing to say but that it happens.
template <class Action>
fault_action read_plain(const json& in, std::string_view key, point) {
    if (!flag(in, key))
        wrong(fmt::format("{} is false: expected true, or another thing that goes wrong", key));
    return Action{};
}

template <kind What>
fault_action read_frame(const json& in, std::string_view key, point at) {
    read_plain<frame_fault>(in, key, at);
    return frame_fault{What};
}

fault_action read_drop(const json& in, std::string_view key, point at) {
    if (!in[key].is_string())
        return read_frame<kind::drop>(in, key, at);
    if (text(in, key) != "end")
        wrong("drop is another text: expected true, or \"end\" for the last frame");
    if (in.contains("after"))
        wrong("after is for any frame: expected none where the last one is dropped");
    return frame_fault{kind::drop_end};
}

fault_action read_oversize(const json& in, std::string_view key, point at) {
    if (!in[key].is_number())
        return frame_fault{std::get<frame_fault>(read_frame<kind::oversize>(in, key, at)).what,
                           default_oversize};
    return frame_fault{kind::oversize, static_cast<std::size_t>(number(
                                           in, key, 0, oversize_bytes.min, oversize_bytes.max))};
}

struct action_kind {
    std::string_view key;
    std::vector<point> points; ///< Where it may occur.
    fault_action (*read)(const json& in, std::string_view key, point at);
};

const std::vector<action_kind>& action_kinds() {
    static const std::vector<point> in_session{point::handshake, point::idle, point::audio,
                                               point::frames};
    static const std::vector<point> in_answer{point::handshake, point::audio, point::frames};
    static const std::vector<point> in_frames{point::frames};
    static const std::vector<action_kind> kinds{
        {"refuse", {point::token, point::upgrade}, read_refusal},
        {"late", {point::token}, read_late},
        {"error", in_session, read_error},
        {"text", in_session, read_text},
        {"bytes", in_session, read_bytes},
        {"close", in_session, read_close},
        {"cut", in_session, read_plain<reset>},
        {"silence", in_session, read_plain<silence>},
        {"stall", in_session, read_plain<stall>},
        {"no_answer", in_answer, read_plain<no_answer>},
        {"drop", in_frames, read_drop},
        {"repeat", in_frames, read_frame<kind::repeat>},
        {"hold_back", in_frames, read_frame<kind::hold_back>},
        {"foreign", in_frames, read_frame<kind::foreign>},
        {"oversize", in_frames, read_oversize},
        {"stop", {point::accept}, read_plain<stop_accepting>},
    };
    return kinds;
}

fault_action read_action(const json& entry, point at) {
    std::vector<std::string_view> allowed;
    std::vector<const action_kind*> given;
    for (const auto& each : action_kinds()) {
        if (std::ranges::find(each.points, at) != each.points.end())
            allowed.push_back(each.key);
        if (entry.contains(each.key))
            given.push_back(&each);
    }
    if (given.size() != 1 || std::ranges::find(allowed, given.front()->key) == allowed.end())
        wrong(fmt::format("expected exactly one of {} at this point", fmt::join(allowed, ", ")));
    return given.front()->read(entry, given.front()->key, at);
}

// -- where, for whom and when ----------------------------------------------------

constexpr std::array<std::pair<std::string_view, point>, 7> points{{{"accept", point::accept},
                                                                    {"token", point::token},
                                                                    {"upgrade", point::upgrade},
                                                                    {"handshake", point::handshake},
                                                                    {"idle", point::idle},
                                                                    {"audio", point::audio},
                                                                    {"frames", point::frames}}};

point read_point(const json& entry) {
    const auto name = text(entry, "at");
    const auto* found = std::ranges::find(points, name, &decltype(points)::value_type::first);
    if (found == points.end())
        wrong("at is missing or unknown: expected accept, token, upgrade, handshake, idle, audio "
              "or frames");
    return found->second;
}

std::string read_whom(const json& entry, point at) {
    if (at == point::accept && (entry.contains("avatar") || entry.contains("api_key")))
        wrong("nobody is known at accept: expected neither avatar nor api_key");
    const bool of_key = at == point::token;
    if (entry.contains(of_key ? "avatar" : "api_key"))
        wrong(of_key ? "avatar is not known at token: expected api_key"
                     : "api_key is for token: expected avatar");
    return text(entry, of_key ? "api_key" : "avatar");
}

void read_after(const json& entry, fault& result) {
    const auto given = entry.find("after");
    if (given == entry.end())
        return;
    if (result.at == point::idle) {
        result.idle_for = *span(entry, "after");
        if (result.idle_for.count() == 0)
            wrong("after is 0: expected a duration from 1ms up");
    } else if (result.at != point::frames) {
        wrong("after is for idle and frames: expected none here");
    } else if (*given == "any") {
        result.any_frame = true;
    } else if (given->is_string()) {
        wrong("after is another text: expected a whole number or \"any\"");
    } else {
        result.after = static_cast<std::size_t>(number(entry, "after", 0, 0, 1'000'000));
    }
}

occasion read_occasion(const json& entry, point at) {
    occasion when;
    when.probability = probability(entry, "probability", 1.0);
    auto& [from, until, every] = when.window;
    from = span(entry, "from").value_or(from);
    until = span(entry, "until");
    every = span(entry, "every").value_or(every);
    if (const auto problem = problem_of(when.window))
        wrong(fmt::format("from, until, every: {}", *problem));
    if (at == point::accept && (!until || entry.contains("probability")))
        wrong("expected from and until, and no probability, at accept");
    return when;
}

std::vector<std::string_view> known_keys() {
    std::vector<std::string_view> keys{"at",          "avatar", "api_key", "after",
                                       "probability", "from",   "until",   "every"};
    for (const auto& each : action_kinds())
        keys.push_back(each.key);
    return keys;
}

} // namespace

fault read_fault(const json& entry) {
    require_object(entry, "it", known_keys());
    fault result;
    result.at = read_point(entry);
    result.whom = read_whom(entry, result.at);
    read_after(entry, result);
    result.when = read_occasion(entry, result.at);
    result.action = read_action(entry, result.at);
    return result;
}

} // namespace avatar::emulator
