#include "config/usage.hpp"

#include "config/completion.hpp"

#include <algorithm>

namespace avatar::config {

bool general_option::goes_with(subcommand what) const {
    return owners.empty() || std::ranges::find(owners, what) != owners.end();
}

const std::vector<subcommand_usage>& subcommands() {
    static const std::vector<subcommand_usage> all = {
        {subcommand::run, "run",
         "open the pool, send rounds of concurrent requests through it, print the report", true},
        {subcommand::worker, "worker",
         "drive the load that other nodes give it on a pool of its own, until SIGINT or SIGTERM; "
         "pool, rounds and audio come from the run",
         true},
        {subcommand::emulator, "emulator", "serve a local avatar service until SIGINT or SIGTERM",
         true},
        {subcommand::manual, "manual", "print the manual page, in the format of man(7)", false},
        {subcommand::completion, "completion", "print the script that completes command lines",
         false, "shell", completion_shells()},
    };
    return all;
}

const subcommand_usage& usage_of(subcommand what) {
    return *std::ranges::find(subcommands(), what, &subcommand_usage::what);
}

const std::vector<general_option>& general_options() {
    static const std::vector<general_option> all = {
        {"--config",
         "",
         "FILE",
         "Config file, TOML; avatar-pool.example.toml shows every key",
         {subcommand::run, subcommand::worker, subcommand::emulator}},
        {"--emulator",
         "",
         "",
         "With run: against an emulator of its own, started on a free port of the loopback "
         "interface; needs no other option",
         {subcommand::run}},
        {"--help", "-h", "", "Print all options in short"},
        {"--version", "", "", "Print the version"},
    };
    return all;
}

std::vector<subcommand> option_owners() {
    std::vector<subcommand> owners;
    for (const auto& known : subcommands())
        if (known.takes_options)
            owners.push_back(known.what);
    return owners;
}

const std::vector<std::string_view>& option_notes() {
    static const std::vector<std::string_view> notes = {
        "Options stand before or after the subcommand, as --key=value or --key value; the later of "
        "two equal ones counts.",
        "The command line overrides the environment, that the file, that the defaults.",
        "The file has the same keys: pool.size=3 is written as size = 3 under [pool].",
        "Durations are written as 500ms, 30s, 10min or 1h.",
    };
    return notes;
}

std::string enumerate(const std::vector<subcommand>& some, std::string_view last_joint) {
    std::vector<std::string_view> names;
    for (const auto each : some)
        names.push_back(usage_of(each).name);
    return enumerate(names, last_joint);
}

std::string enumerate(const std::vector<std::string_view>& words, std::string_view last_joint) {
    std::string text;
    for (std::size_t i = 0; i < words.size(); ++i) {
        if (i > 0 && i + 1 == words.size())
            text.append(" ").append(last_joint).append(" ");
        else if (i > 0)
            text += ", ";
        text += words[i];
    }
    return text;
}

} // namespace avatar::config
