#include "config/value_kinds.hpp"

#include "config/make_kind.hpp"
#include "config/number_text.hpp"
#include "config/pasted_text.hpp"
#include "protocol/audio_format.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <arpa/inet.h>
#include <limits>
#include <optional>
#include <set>
#include <type_traits>

namespace avatar::config {

namespace {

template <class Number>
bool is_negative(Number value) {
    if constexpr (std::is_signed_v<Number>)
        return value < 0;
    else
        return false;
}

template <class Number>
value_kind ranged(field<Number> to, Number min, Number max, std::string expected) {
    return make_kind(
        to, "N", std::move(expected),
        [min, max](std::string_view text) {
            auto value = parse_number<Number>(text, is_negative(min));
            return value && *value >= min && *value <= max ? value : std::nullopt;
        },
        [](Number value) { return fmt::format("{}", value); });
}

template <class Number>
value_kind whole_number(field<Number> to, Number min, Number max) {
    return ranged(to, min, max,
                  max == std::numeric_limits<Number>::max()
                      ? fmt::format("a whole number from {} up", min)
                      : fmt::format("a whole number from {} to {}", min, max));
}

bool is_address(const std::string& text) {
    in6_addr storage{};
    return inet_pton(AF_INET, text.c_str(), &storage) == 1 ||
           inet_pton(AF_INET6, text.c_str(), &storage) == 1;
}

// A sample rate that the service takes in one format or another, or 0 for none.
value_kind one_of_rates(field<std::int32_t> to, bool or_none) {
    std::set<int> rates(protocol::pcm_rates.begin(), protocol::pcm_rates.end());
    rates.insert(protocol::ogg_opus_rates.begin(), protocol::ogg_opus_rates.end());
    std::vector<std::string> choices;
    if (or_none)
        choices.emplace_back("0");
    for (const auto rate : rates)
        choices.push_back(std::to_string(rate));
    return make_kind(
        to, "HZ",
        fmt::format("{}a sample rate in Hz: {}", or_none ? "0 or " : "", fmt::join(rates, ", ")),
        [rates, or_none](std::string_view text) {
            auto value = parse_number<std::int32_t>(text);
            return value && (rates.contains(*value) || (or_none && *value == 0)) ? value
                                                                                 : std::nullopt;
        },
        [](std::int32_t value) { return std::to_string(value); }, std::move(choices));
}

std::string same(const std::string& value) {
    return value;
}

} // namespace

value_kind whole(field<std::size_t> to, std::size_t min, std::size_t max) {
    return whole_number(to, min, max);
}

value_kind signed_whole(field<std::int64_t> to, std::int64_t min, std::int64_t max) {
    return whole_number(to, min, max);
}

value_kind bytes(field<std::size_t> to, std::size_t min, std::size_t max) {
    return ranged(to, min, max, fmt::format("a whole number of bytes from {} to {}", min, max));
}

value_kind opus_bitrate(field<std::size_t> to) {
    constexpr std::size_t least = 6'000; // RFC 6716, section 2.1.1.
    constexpr std::size_t most = 510'000;
    return make_kind(
        to, "N", fmt::format("0 or a bitrate from {} to {}", least, most),
        [=](std::string_view text) {
            auto value = parse_number<std::size_t>(text);
            return value && (*value == 0 || (*value >= least && *value <= most)) ? value
                                                                                 : std::nullopt;
        },
        [](std::size_t value) { return std::to_string(value); });
}

value_kind port(field<std::uint16_t> to) {
    return ranged(to, std::uint16_t(0), std::uint16_t(65535),
                  "a port, a whole number from 0 to 65535");
}

value_kind sample_rate(field<std::int32_t> to) {
    return one_of_rates(to, false);
}

value_kind sample_rate_or_none(field<std::int32_t> to) {
    return one_of_rates(to, true);
}

value_kind number(field<double> to, double min, double max) {
    return ranged(to, min, max, fmt::format("a number from {} to {}", min, max));
}

value_kind rate(field<double> to, double max) {
    return make_kind(
        to, "RATE", fmt::format("a rate from 0/s to {}/s, such as 100/s or 30/min", max),
        [max](std::string_view text) -> std::optional<double> {
            const auto slash = text.find('/');
            const auto number = parse_number<double>(text.substr(0, slash));
            const auto unit = slash == std::string_view::npos ? "" : text.substr(slash + 1);
            if (!number || (unit != "s" && unit != "min"))
                return std::nullopt;
            const auto a_second = unit == "s" ? *number : *number / 60;
            return a_second <= max ? std::optional(a_second) : std::nullopt;
        },
        [](double value) { return fmt::format("{}/s", value); });
}

value_kind duration(field<milliseconds> to, milliseconds min, milliseconds max) {
    return make_kind(
        to, "DURATION",
        fmt::format("a duration from {} to {}, such as 500ms, 30s, 10min or 1h",
                    format_duration(min), format_duration(max)),
        [min, max](std::string_view text) {
            auto value = parse_duration(text);
            return value && *value >= min && *value <= max ? value : std::nullopt;
        },
        format_duration);
}

value_kind whole_seconds(field<milliseconds> to) {
    constexpr milliseconds most = std::chrono::hours(24);
    return make_kind(
        to, "DURATION", "whole seconds up to 24h, such as 30s",
        [=](std::string_view text) {
            auto value = parse_duration(text);
            return value && *value <= most && *value % std::chrono::seconds(1) == milliseconds(0)
                       ? value
                       : std::nullopt;
        },
        format_duration);
}

value_kind duration_among(field<milliseconds> to, std::vector<milliseconds> allowed) {
    std::vector<std::string> texts;
    texts.reserve(allowed.size());
    for (const auto each : allowed)
        texts.push_back(format_duration(each));
    return make_kind(
        to, "DURATION", fmt::format("one of {}", fmt::join(texts, ", ")),
        [allowed = std::move(allowed)](std::string_view text) {
            auto value = parse_duration(text);
            return value && std::ranges::find(allowed, *value) != allowed.end() ? value
                                                                                : std::nullopt;
        },
        format_duration, texts);
}

value_kind boolean(field<bool> to) {
    return make_kind(
        to, "BOOL", "true, false, 1 or 0",
        [](std::string_view text) -> std::optional<bool> {
            if (text == "true" || text == "1")
                return true;
            if (text == "false" || text == "0")
                return false;
            return std::nullopt;
        },
        [](bool value) { return std::string(value ? "true" : "false"); }, {"true", "false"});
}

value_kind word(field<std::string> to, std::vector<std::string> words) {
    auto expected = fmt::format("one of {}", fmt::join(words, ", "));
    return make_kind(
        to, "WORD", std::move(expected),
        [words](std::string_view text) -> std::optional<std::string> {
            const auto found = std::find(words.begin(), words.end(), text);
            return found == words.end() ? std::nullopt : std::optional(*found);
        },
        same, words);
}

value_kind address(field<std::string> to) {
    return make_kind(
        to, "ADDRESS", "an IPv4 or IPv6 address, such as 127.0.0.1 or ::1",
        [](std::string_view text) {
            auto value = std::optional(std::string(text));
            return is_address(*value) ? value : std::nullopt;
        },
        same);
}

value_kind text(field<std::string> to, std::string placeholder) {
    return make_kind(
        to, std::move(placeholder), "text without control characters",
        [](std::string_view text) {
            return is_clean(text) ? std::optional(std::string(text)) : std::nullopt;
        },
        same);
}

value_kind pasted(field<std::string> to, std::string placeholder) {
    auto kind = make_kind(
        to, std::move(placeholder), "visible characters without quotes around them",
        [](std::string_view text) {
            return pasted_flaw(text) ? std::nullopt : std::optional(std::string(text));
        },
        same);
    kind.flaw = pasted_flaw;
    return kind;
}

} // namespace avatar::config
