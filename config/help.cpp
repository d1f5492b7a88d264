#include "config/help.hpp"

#include "config/exit_codes.hpp"
#include "config/options.hpp"

#include <fmt/format.h>

#include <sstream>

namespace avatar::config {

namespace {

constexpr std::size_t width = 100;
constexpr std::size_t text_column = 46;

constexpr std::string_view usage =
    R"(avatar-pool: a pool of long-lived avatar sessions

Usage: avatar-pool run [options]
       avatar-pool emulator [options]

  run        open the pool, send rounds of concurrent requests through it, print the report
  emulator   serve a local avatar service until SIGINT or SIGTERM

Options stand before or after the subcommand, as --key=value or --key value; the later of two equal
ones counts. The command line overrides the environment, that the file, that the defaults. The file
has the same keys: pool.size=3 is written as size = 3 under [pool]. Durations are written as 500ms,
30s, 10min or 1h.
)";

// A name on the left and its text from `column` on, in as many lines as it takes.
std::string row(const std::string& left, const std::string& text,
                std::size_t column = text_column) {
    auto line = fmt::format("  {:<{}}", left, column - 2);
    std::string result;
    std::istringstream words(text);
    for (std::string word; words >> word;) {
        const bool first = line.back() == ' ';
        if (!first && line.size() + 1 + word.size() > width) {
            result += line + '\n';
            line = std::string(column, ' ') + word;
        } else {
            line += (first ? "" : " ") + word;
        }
    }
    return result + line + '\n';
}

std::string describe(const option& what) {
    auto text = std::string(what.help);
    if (const auto value = what.default_text(); !value.empty())
        text += fmt::format(" (default {})", value);
    if (!what.environment.empty())
        text += fmt::format(" [{}]", what.environment);
    return text;
}

std::string left_of(const option& what) {
    return what.secret ? std::string(what.key)
                       : fmt::format("--{}={}", what.key, what.kind.placeholder);
}

std::string exit_codes() {
    std::string text = "\nExit codes:\n";
    for (const auto& known : exit_meanings())
        text += row(fmt::format("{}", static_cast<int>(known.code)), std::string(known.meaning), 5);
    return text;
}

} // namespace

std::string help_text() {
    auto text = std::string(usage) + "\nOptions, by group; [NAME] is the environment variable:\n";
    text +=
        row("--config=FILE", "Config file, TOML; config/avatar-pool.example.toml shows every key");
    text += row("--emulator", "With run: against an emulator of its own, started on a free port of "
                              "the loopback interface; needs no other option");
    text += row("-h, --help", "Print this text");
    text += row("--version", "Print the version");
    std::string_view group;
    for (const auto& known : options()) {
        if (known.group() != group) {
            group = known.group();
            text += fmt::format("\n{}:\n", group);
        }
        text += row(left_of(known), describe(known));
    }
    return text + exit_codes();
}

} // namespace avatar::config
