#include "emulator/error.hpp"
#include "emulator/fault_values.hpp"
#include "emulator/scenario.hpp"
#include "emulator/session_error.hpp"
#include "protocol/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace avatar::emulator {
namespace {

using kind = frame_fault::kind;
using optional_text = std::optional<std::string_view>;

[[noreturn]] void refuse_item(std::string_view what) {
    throw emulator_error(std::string(what));
}

/// What stands before the first separator, and what behind it, if there is one.
std::pair<std::string_view, optional_text> split(std::string_view text, char separator) {
    const auto at = text.find(separator);
    if (at == std::string_view::npos)
        return {text, std::nullopt};
    return {text.substr(0, at), text.substr(at + 1)};
}

template <class Number>
std::optional<Number> read_number(std::string_view text) {
    Number value{};
    const auto* end = text.data() + text.size();
    const auto [stopped, error] = std::from_chars(text.data(), end, value);
    return error == std::errc() && stopped == end ? std::optional(value) : std::nullopt;
}

// -- VALUE -----------------------------------------------------------------------

/// A whole number after the name's =.
std::int64_t whole(optional_text value, std::int64_t otherwise, limits<std::int64_t> range) {
    if (!value)
        return otherwise;
    const auto number = read_number<std::int64_t>(*value);
    if (!number || *number < range.min || *number > range.max)
        refuse_item(fmt::format("the value is \"{}\": expected a whole number from {} to {}",
                                *value, range.min, range.max));
    return *number;
}

std::chrono::milliseconds duration_of(optional_text value, std::chrono::milliseconds otherwise) {
    if (!value)
        return otherwise;
    const auto duration = read_span(*value);
    if (!duration || duration->count() == 0)
        refuse_item(fmt::format("the value is \"{}\": expected a duration up to a year, such as 3s",
                                *value));
    return *duration;
}

std::uint16_t sendable_code(optional_text value, std::int64_t otherwise) {
    const auto code = whole(value, otherwise, close_code);
    if (!may_be_sent(code))
        refuse_item(fmt::format("the value {} may not be sent: expected {}", code, sendable_codes));
    return static_cast<std::uint16_t>(code);
}

void expect_none(optional_text value) {
    if (value)
        refuse_item(fmt::format("the value is \"{}\": expected none with this name", *value));
}

// -- NAME ------------------------------------------------------------------------

template <fault_point At>
fault refusal(optional_text value) {
    const auto status = static_cast<unsigned>(whole(value, 503, refusal_status));
    return {.at = At, .action = make_refusal(At, status, "refused on purpose")};
}

fault slow_token(optional_text value) {
    return {.at = fault_point::token,
            .action = late_answer{duration_of(value, std::chrono::seconds(3))}};
}

/// At a random frame of a request, so once in each at most.
fault at_any_frame(fault_action action) {
    return {.at = fault_point::frames, .action = std::move(action), .any_frame = true};
}

constexpr std::int64_t restarting = 1012;

clean_close closing(optional_text code, std::int64_t otherwise = restarting) {
    return {sendable_code(code, otherwise), "closed on purpose"};
}

error_message failing(optional_text code, std::int32_t otherwise) {
    return {static_cast<std::int32_t>(whole(code, otherwise, error_code)), "failed on purpose"};
}

fault refuse_session(optional_text value) {
    return {.at = fault_point::handshake, .action = failing(value, server_code::concurrency_limit)};
}

fault close_handshake(optional_text value) {
    return {.at = fault_point::handshake, .action = closing(value, server_code::concurrency_limit)};
}

fault close_in_request(optional_text value) {
    return at_any_frame(closing(value));
}

fault end_session(optional_text value) {
    return at_any_frame(failing(value, server_code::session_time_limit));
}

fault error_of_request(optional_text value) {
    auto error = failing(value, server_code::internal);
    error.of_request = true;
    return at_any_frame(std::move(error));
}

fault garbage_in_request(optional_text value) {
    expect_none(value);
    return at_any_frame(stray_message{std::string(garbage)});
}

fault oversize(optional_text value) {
    const auto bytes = whole(value, default_oversize, oversize_bytes);
    return at_any_frame(frame_fault{kind::oversize, static_cast<std::size_t>(bytes)});
}

template <kind What>
fault in_frames(optional_text value) {
    expect_none(value);
    return at_any_frame(frame_fault{What});
}

template <class Action>
fault in_request(optional_text value) {
    expect_none(value);
    return at_any_frame(Action{});
}

template <fault_point At, class Action>
fault plain(optional_text value) {
    expect_none(value);
    return {.at = At, .action = Action{}};
}

fault when_idle(optional_text value, fault_action action) {
    return {.at = fault_point::idle,
            .action = std::move(action),
            .idle_for = duration_of(value, std::chrono::seconds(1))};
}

/// The two of DURATION/CODE, each of which may be missing.
std::pair<optional_text, optional_text> span_and_code(optional_text value) {
    if (!value)
        return {};
    const auto [span, code] = split(*value, '/');
    return {span.empty() && code ? std::nullopt : optional_text(span), code};
}

fault idle_close(optional_text value) {
    const auto [span, code] = span_and_code(value);
    return when_idle(span, closing(code));
}

fault idle_error(optional_text value) {
    const auto [span, code] = span_and_code(value);
    return when_idle(span, failing(code, server_code::session_time_limit));
}

template <class Action>
fault idle(optional_text value) {
    return when_idle(value, Action{});
}

struct named_fault {
    std::string_view name;
    fault (*make)(optional_text value);
};

constexpr named_fault named_faults[] = {
    {"stop-accepting", plain<fault_point::accept, stop_accepting>},
    {"refuse-token", refusal<fault_point::token>},
    {"slow-token", slow_token},
    {"refuse-upgrade", refusal<fault_point::upgrade>},
    {"no-handshake", plain<fault_point::handshake, no_answer>},
    {"refuse-session", refuse_session},
    {"close-handshake", close_handshake},
    {"idle-close", idle_close},
    {"idle-error", idle_error},
    {"idle-reset", idle<reset>},
    {"idle-silence", idle<silence>},
    {"no-answer", plain<fault_point::audio, no_answer>},
    {"error", error_of_request},
    {"end-session", end_session},
    {"garbage", garbage_in_request},
    {"close", close_in_request},
    {"reset", in_request<reset>},
    {"silence", in_request<silence>},
    {"stall", in_request<stall>},
    {"drop-frame", in_frames<kind::drop>},
    {"drop-end", in_frames<kind::drop_end>},
    {"repeat-frame", in_frames<kind::repeat>},
    {"reorder-frames", in_frames<kind::hold_back>},
    {"foreign-frame", in_frames<kind::foreign>},
    {"oversize-frame", oversize},
};

fault read_name(std::string_view text) {
    const auto [name, value] = split(text, '=');
    const auto* found = std::ranges::find(named_faults, name, &named_fault::name);
    if (found != std::end(named_faults)) {
        auto result = found->make(value);
        result.name = found->name;
        return result;
    }
    std::vector<std::string_view> names;
    for (const auto& each : named_faults)
        names.push_back(each.name);
    refuse_item(
        fmt::format("there is no fault \"{}\": expected one of {}", name, fmt::join(names, ", ")));
}

// -- WHEN ------------------------------------------------------------------------

std::optional<double> read_percentage(std::string_view text) {
    if (!text.ends_with('%'))
        return std::nullopt;
    const auto value = read_number<double>(text.substr(0, text.size() - 1));
    return value && *value >= 0.0 && *value <= 100.0 ? std::optional(*value / 100.0) : std::nullopt;
}

/// FROM-UNTIL or FROM-UNTIL/EVERY; whether they fit together is not asked yet.
std::optional<time_window> read_window(std::string_view text) {
    const auto [span, every] = split(text, '/');
    const auto [from, until] = split(span, '-');
    const auto first = read_span(from);
    const auto last = until ? read_span(*until) : std::nullopt;
    const auto again = every ? read_span(*every) : std::chrono::milliseconds(0);
    if (!first || !last || !again || (every && again->count() == 0))
        return std::nullopt;
    return time_window{*first, last, *again};
}

occasion read_when(std::string_view text) {
    const auto [chance, window] = split(text, '@');
    const auto percentage = read_percentage(chance);
    const auto span = window ? read_window(*window) : read_window(chance);
    const bool is_known = window ? percentage && span : percentage || span;
    if (!is_known)
        refuse_item(
            fmt::format("\"{}\" says no time: expected a percentage such as 5%, a window such as "
                        "20s-30s or 20s-30s/2min, or both as 5%@20s-30s",
                        text));
    occasion when{percentage.value_or(1.0), span.value_or(time_window())};
    if (const auto problem = problem_of(when.window))
        refuse_item(*problem);
    return when;
}

fault read_item(std::string_view item) {
    const auto [name, when] = split(item, ':');
    auto result = read_name(name);
    if (!when)
        refuse_item("it does not say when: expected NAME:WHEN, such as reset:5%");
    result.when = read_when(*when);
    if (result.at == fault_point::accept && when->find('%') != std::string_view::npos)
        refuse_item("it has a percentage: expected a window alone, such as 20s-30s");
    return result;
}

} // namespace

scenario parse_fault_list(std::string_view list) {
    std::vector<fault> faults;
    for (optional_text rest = list; rest && !list.empty();) {
        const auto [item, more] = split(*rest, ',');
        try {
            faults.push_back(read_item(item));
        } catch (const emulator_error& e) {
            throw emulator_error(fmt::format("emulator.faults: \"{}\": {}",
                                             protocol::shortened(protocol::on_one_line(item), 200),
                                             e.what()));
        }
        rest = more;
    }
    return scenario(std::move(faults));
}

} // namespace avatar::emulator
