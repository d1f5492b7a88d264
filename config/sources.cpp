#include "config/sources.hpp"

#include "config/checks.hpp"
#include "config/command_line.hpp"
#include "config/completion.hpp"
#include "config/config_file.hpp"
#include "config/error.hpp"
#include "config/help.hpp"
#include "config/manual.hpp"
#include "config/options.hpp"
#include "config/version.hpp"
#include "protocol/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <iterator>
#include <optional>

namespace avatar::config {

namespace {

// A value in an error text, unless it is to be in none.
std::string shown(const option& what, std::string_view format, std::string_view value) {
    return !what.shows_value() ? std::string()
                               : fmt::format(fmt::runtime(format), printable(value));
}

/// As the service's SDKs read their switches: what is not yes is no, and no error.
std::string_view as_sdks_read(std::string_view value) {
    constexpr std::string_view yes[] = {"true", "1", "yes", "y", "on"};
    const auto found = std::ranges::find(yes, protocol::lower_case(value));
    return found == std::end(yes) ? "false" : "true";
}

void apply_environment(const environment_lookup& environment, settings& to) {
    for (const auto& known : options()) {
        if (known.environment.empty())
            continue;
        const auto found = environment(std::string(known.environment));
        auto value = protocol::trimmed(found ? std::string_view(*found) : std::string_view());
        if (value.empty())
            continue;
        if (known.environment == "AVATAR_USE_QUERY_AUTH")
            value = as_sdks_read(value);
        apply(known, to, value,
              fmt::format("environment: {}{}", known.environment, shown(known, "=\"{}\"", value)));
    }
}

void apply_command_line(const command_line& line, settings& to) {
    for (const auto& given : line.values) {
        const auto& known = *find_option(given.key);
        apply(known, to, given.value,
              fmt::format("command line: --{}{}", given.key, shown(known, "={}", given.value)));
    }
}

// What the line asks to print, which depends on no setting; nothing: it asks for something else.
std::optional<std::string> text_of(const command_line& line) {
    if (line.help)
        return help_text();
    if (line.version)
        return fmt::format("avatar-pool {}\n", version());
    switch (line.what) {
    case subcommand::manual:
        return manual_page();
    case subcommand::completion:
        return completion_script(line.argument);
    case subcommand::run:
    case subcommand::worker:
    case subcommand::emulator:
        return std::nullopt;
    }
    return std::nullopt;
}

command::kind kind_of(subcommand what) {
    switch (what) {
    case subcommand::run:
        return command::kind::run;
    case subcommand::worker:
        return command::kind::worker;
    case subcommand::emulator:
        return command::kind::emulator;
    default:
        return command::kind::print;
    }
}

} // namespace

void apply_file(const std::string& path, settings& to) {
    if (path.empty())
        throw config_error("command line: --config=: expected the path of a file");
    for (const auto& [key, value, line] : read_config_file(path)) {
        const auto source = fmt::format("{}: line {}", printable(path), line);
        const auto known = find_option(key);
        if (known == nullptr)
            throw config_error(
                fmt::format("{}: unknown key {}: {}", source, printable(key), suggest(key, "")));
        apply(*known, to, value,
              fmt::format("{}: {}{}", source, key, shown(*known, " = \"{}\"", value)));
    }
}

std::optional<std::string> process_environment(const std::string& name) {
    const char* value = std::getenv(name.c_str());
    return value ? std::optional<std::string>(value) : std::nullopt;
}

settings read_settings(const std::string& config_file) {
    settings values;
    if (!config_file.empty())
        apply_file(config_file, values);
    apply_environment(process_environment, values);
    return values;
}

command read_command(int argc, const char* const* argv, const environment_lookup& environment) {
    const auto line = read_command_line(argc, argv);
    command result;
    if (auto text = text_of(line)) {
        result.what = command::kind::print;
        result.text = std::move(*text);
        return result;
    }
    result.what = kind_of(line.what);
    result.embedded_emulator = line.embedded_emulator;
    if (line.config_file)
        apply_file(*line.config_file, result.values);
    apply_environment(environment, result.values);
    apply_command_line(line, result.values);
    check_consistency(result.values);
    return result;
}

} // namespace avatar::config
