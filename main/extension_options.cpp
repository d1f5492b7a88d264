#include "main/extension_options.hpp"

#include "config/error.hpp"
#include "config/options.hpp"
#include "config/value_kinds.hpp"
#include "main/extensions.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace avatar {
namespace {

using config::extension_settings;
using config::settings;

void require_name(const std::string& name, const std::vector<std::string>& others) {
    const bool is_word = !name.empty() && std::ranges::all_of(name, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
    });
    if (!is_word)
        throw config::config_error(
            fmt::format("extension \"{}\": expected a name of small letters, digits and hyphens",
                        config::printable(name)));
    if (std::ranges::find(others, name) != others.end())
        throw config::config_error(
            fmt::format("extension \"{}\": expected a name that no other of its kind has", name));
}

template <class Behavior>
void append_names(const extensions::list<Behavior>& from, std::vector<std::string>& to) {
    for (const auto& each : from) {
        require_name(each.name, to);
        if (!each.behavior)
            throw config::config_error(
                fmt::format("extension \"{}\": expected a function, not an empty one", each.name));
        to.push_back(each.name);
    }
}

/// Which of these a run takes; the first is what every program has.
template <class Behavior>
void add_choice(std::string key, std::string extension_settings::*chosen,
                const extensions::list<Behavior>& from, std::string help) {
    if (from.empty())
        return;
    std::vector<std::string> names{extension_settings().*chosen};
    append_names(from, names);
    config::add_option(
        std::move(key),
        config::word([chosen](settings& s) -> std::string& { return s.extensions.*chosen; },
                     std::move(names)),
        std::move(help));
}

void add_sink_choice(const extensions& from) {
    std::vector<std::string> names;
    append_names(from.result_sinks(), names);
    append_names(from.frame_sinks(), names);
    if (names.empty())
        return;
    const auto chosen = [](settings & s) -> auto& {
        return s.extensions.sinks;
    };
    config::add_option("report.sinks", config::words_among(chosen, std::move(names)),
                       "Who hears each result besides the report");
}

/// What values an option of somebody's own takes.
struct kind_of_value {
    template <class Value>
    using bounded = extensions::bounded<Value>;

    template <class Value>
    static config::field<Value> at(Value* value) {
        return [value](settings&) -> Value& { return *value; };
    }

    config::value_kind operator()(const bounded<std::size_t>& to) const {
        return whole(at(to.value), to.bounds.lowest, to.bounds.highest);
    }
    config::value_kind operator()(const bounded<std::int64_t>& to) const {
        return signed_whole(at(to.value), to.bounds.lowest, to.bounds.highest);
    }
    config::value_kind operator()(const bounded<double>& to) const {
        return number(at(to.value), to.bounds.lowest, to.bounds.highest);
    }
    config::value_kind operator()(const bounded<config::milliseconds>& to) const {
        return duration(at(to.value), to.bounds.lowest, to.bounds.highest);
    }
    config::value_kind operator()(bool* value) const { return boolean(at(value)); }
    config::value_kind operator()(std::string* value) const { return text(at(value), "TEXT"); }
};

template <class Number>
bool in_order(const extensions::bounded<Number>& of) {
    return of.bounds.lowest <= of.bounds.highest; // Not so with NaN.
}

/// What has no bounds.
bool in_order(const void*) {
    return true;
}

void add_option(const extensions::added_option& added) {
    const auto& [key, value, help] = added;
    if (!std::visit([](const auto& of) { return in_order(of); }, value))
        throw config::config_error(
            fmt::format("option \"{}\": expected a lowest value that is not above the highest",
                        config::printable(key)));
    config::add_option(key, std::visit(kind_of_value(), value), help);
}

} // namespace

void add_options(const extensions& from) {
    add_choice("pool.dispatch", &extension_settings::dispatch, from.policies(),
               "Who gets which connection: which idle one takes a request, and which request is "
               "next");
    add_choice("pool.session", &extension_settings::session, from.sessions(),
               "What the actor behind a connection does");
    add_choice("service.channel", &extension_settings::channel, from.channels(),
               "How the service is reached");
    add_choice("load.shape", &extension_settings::shape, from.shapes(),
               "When the requests of a round start");
    add_sink_choice(from);
    for (const auto& added : from.options())
        add_option(added);
}

} // namespace avatar
