#include "config/config_file.hpp"

#include "config/config_line.hpp"
#include "config/error.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

namespace avatar::config {

namespace {

constexpr std::size_t largest_file = 1024 * 1024;

// A character that checked_line lets through nowhere: what CLI11 is told to
// look for where it should look for nothing.
constexpr char never = '\x01';

[[noreturn]] void fail(const std::string& path, std::string_view what) {
    throw config_error(fmt::format("{}: {}", printable(path), what));
}

std::string read_text(const std::string& path) {
    std::error_code ignored;
    if (std::filesystem::is_directory(path, ignored))
        fail(path, "is a directory: expected a config file");
    errno = 0;
    std::ifstream file(path, std::ios::binary);
    if (!file)
        fail(path,
             fmt::format("cannot be opened ({}): expected a config file", std::strerror(errno)));
    // Not by its size: the file may be a pipe.
    std::string text(largest_file + 1, '\0');
    file.read(text.data(), static_cast<std::streamsize>(text.size()));
    if (file.bad())
        fail(path, "cannot be read: expected a config file");
    text.resize(static_cast<std::size_t>(file.gcount()));
    if (text.size() > largest_file)
        fail(path, "is larger than 1 MiB: expected a config file");
    return text;
}

std::string checked_text(const std::string& path, const std::string& text) {
    std::istringstream in(text);
    std::string result;
    std::size_t number = 0;
    for (std::string line; std::getline(in, line);) {
        ++number;
        try {
            result += checked_line(line) + '\n';
        } catch (const line_error& e) {
            fail(path, fmt::format("line {}: {}", number, e.what()));
        }
    }
    return result;
}

} // namespace

std::vector<assignment> read_config_file(const std::string& path) {
    std::istringstream text(checked_text(path, read_text(path)));
    CLI::ConfigTOML parser;
    parser.comment(never)->arrayDelimiter(never);
    std::vector<assignment> result;
    std::set<std::string> seen;
    for (const auto& item : parser.from_config(text)) {
        if (item.name == "++" || item.name == "--") // Start and end of a section.
            continue;
        const auto key = item.fullname();
        // CLI11 joins a key's values where it stands twice in a row.
        if (!seen.insert(key).second || item.inputs.size() != 1)
            fail(path, fmt::format("{} is given twice: expected it once", printable(key)));
        result.push_back({key, item.inputs.front()});
    }
    return result;
}

} // namespace avatar::config
