#pragma once

#include "config/error.hpp"
#include "config/sources.hpp"

#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <unistd.h>
#include <vector>

/// Helpers of the config tests.
namespace avatar::config::test {

/// What the config_error says that `action` throws; "no error" where none.
template <class Action>
std::string error_of(Action action) {
    try {
        action();
    } catch (const config_error& e) {
        return e.what();
    }
    return "no error";
}

/// Calls `action(argc, argv)` with a program name in front of the arguments.
template <class Action>
auto with_arguments(const std::vector<std::string>& arguments, Action action) {
    std::vector<const char*> argv{"avatar-pool"};
    for (const auto& argument : arguments)
        argv.push_back(argument.c_str());
    return action(static_cast<int>(argv.size()), argv.data());
}

using variables = std::map<std::string, std::string>;

/// read_command with these arguments, in this environment.
inline command read(const std::vector<std::string>& arguments, const variables& set = {}) {
    return with_arguments(arguments, [&](int argc, const char* const* argv) {
        return read_command(argc, argv, [&](const std::string& name) {
            const auto found = set.find(name);
            return found == set.end() ? std::nullopt : std::optional(found->second);
        });
    });
}

/// The error of `read`.
inline std::string read_error(const std::vector<std::string>& arguments,
                              const variables& set = {}) {
    return error_of([&] { read(arguments, set); });
}

/// A file with this content, removed at the end.
class temporary_file {
public:
    explicit temporary_file(const std::string& content) {
        static int count = 0;
        path_ = std::filesystem::temp_directory_path() /
                ("avatar-config-" + std::to_string(getpid()) + "-" + std::to_string(++count));
        std::ofstream(path_, std::ios::binary) << content;
    }
    temporary_file(const temporary_file&) = delete;
    temporary_file& operator=(const temporary_file&) = delete;
    ~temporary_file() { std::filesystem::remove(path_); }

    std::string path() const { return path_.string(); }

private:
    std::filesystem::path path_;
};

} // namespace avatar::config::test
