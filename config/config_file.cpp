#include "config/config_file.hpp"

#include "config/config_line.hpp"
#include "config/error.hpp"

#include <fmt/format.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>
#include <string_view>
#include <utility>

namespace avatar::config {

namespace {

constexpr std::size_t largest_file = 1024 * 1024;

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
    std::string text;
    std::array<char, 8 * 1024> block;
    while (file && text.size() <= largest_file) {
        file.read(block.data(), block.size());
        text.append(block.data(), static_cast<std::size_t>(file.gcount()));
    }
    if (file.bad())
        fail(path, "cannot be read: expected a config file");
    if (text.size() > largest_file)
        fail(path, "is larger than 1 MiB: expected a config file");
    return text;
}

std::string checked(const std::string& path, std::size_t number, std::string_view line) {
    try {
        return checked_line(line);
    } catch (const line_error& e) {
        fail(path, fmt::format("line {}: {}", number, e.what()));
    }
}

// What stands before the keys of a section: "pool." after "[pool]".
std::string prefix_of(std::string_view section) {
    return std::string(section.substr(1, section.size() - 2)) + '.';
}

std::string_view without_quotes(std::string_view value) {
    const auto quoted = value.starts_with('"') || value.starts_with('\'');
    return quoted ? value.substr(1, value.size() - 2) : value;
}

// Of a line that checked_line has put into the form `key = value`.
assignment assignment_of(const std::string& prefix, std::string_view line) {
    constexpr std::string_view equals = " = ";
    const auto at = line.find(equals);
    return {prefix + std::string(line.substr(0, at)),
            std::string(without_quotes(line.substr(at + equals.size())))};
}

} // namespace

std::vector<assignment> read_config_file(const std::string& path) {
    std::istringstream text(read_text(path));
    std::vector<assignment> result;
    std::set<std::string> seen;
    std::string prefix;
    std::size_t number = 0;
    for (std::string raw; std::getline(text, raw);) {
        const auto line = checked(path, ++number, raw);
        if (line.empty())
            continue;
        if (line.starts_with('[')) {
            prefix = prefix_of(line);
            continue;
        }
        auto next = assignment_of(prefix, line);
        if (!seen.insert(next.key).second)
            fail(path, fmt::format("{} is given twice: expected it once", printable(next.key)));
        result.push_back(std::move(next));
    }
    return result;
}

} // namespace avatar::config
