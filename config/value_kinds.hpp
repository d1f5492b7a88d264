#pragma once

#include "config/duration.hpp"
#include "config/option.hpp"
#include "config/settings.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

/// The kinds of values of the option table. `field` says where in settings a
/// value lives.
namespace avatar::config {

/// Where a value of an option lives.
template <class Value>
using field = std::function<Value&(settings&)>;

/// The field `settings.*First.*Second`, and so on.
template <auto... Members>
auto& at(settings& of) {
    return (of.*....*Members);
}

/// A whole number; without `max` the text says "from <min> up".
value_kind whole(field<std::size_t> to, std::size_t min, std::size_t max = SIZE_MAX);

/// The same, which may be negative.
value_kind signed_whole(field<std::int64_t> to, std::int64_t min, std::int64_t max = INT64_MAX);

/// The same, counted in bytes.
value_kind bytes(field<std::size_t> to, std::size_t min, std::size_t max);

/// A bitrate that the Opus codec knows, or 0.
value_kind opus_bitrate(field<std::size_t> to);

/// A TCP port, 0 included.
value_kind port(field<std::uint16_t> to);

/// A sample rate that the service takes, as PCM or as Ogg Opus.
value_kind sample_rate(field<std::int32_t> to);

/// The same, or 0.
value_kind sample_rate_or_none(field<std::int32_t> to);

/// A number with or without a fraction.
value_kind number(field<double> to, double min, double max);

/// So many a second, from 0 to `max`, such as 100/s or 30/min.
value_kind rate(field<double> to, double max);

/// A duration.
value_kind duration(field<milliseconds> to, milliseconds min, milliseconds max = longest_duration);

/// A duration of whole seconds up to a day, 0 included.
value_kind whole_seconds(field<milliseconds> to);

/// One of a few durations.
value_kind duration_among(field<milliseconds> to, std::vector<milliseconds> allowed);

/// true, false, 1 or 0.
value_kind boolean(field<bool> to);

/// One of a few words.
value_kind word(field<std::string> to, std::vector<std::string> words);

/// Any number of a few words, separated by commas.
value_kind words_among(field<std::vector<std::string>> to, std::vector<std::string> words);

/// An IPv4 or IPv6 address, not a name.
value_kind address(field<std::string> to);

/// Where a worker listens: an IP address and a port, 0 included, such as "[::1]:7000". Empty:
/// nowhere.
value_kind listen_address(field<node_address> to);

/// Any number of workers, each a host name or an IP address and a port, separated by commas.
value_kind node_addresses(field<std::vector<node_address>> to);

/// Free text without control characters, as it may end up in HTTP headers.
/// Empty is allowed: it clears what an earlier source said.
value_kind text(field<std::string> to, std::string placeholder);

/// A key, an id or a token, as people paste them. Messages say what is wrong with one, and
/// never show it.
value_kind pasted(field<std::string> to, std::string placeholder);

/// One or more words, separated by commas: "a,b".
value_kind words(field<std::vector<std::string>> to, std::string placeholder);

/// Any number of pairs, separated by commas: "name=value,name=value".
value_kind pairs(field<std::map<std::string, std::string>> to);

/// One or more accounts, separated by commas: "KEY:APP,KEY:APP".
value_kind accounts(field<std::vector<emulator_account>> to);

} // namespace avatar::config
