#include "config/config_file.hpp"

#include "config/error.hpp"
#include "config/toml_reader.hpp"

#include <fmt/format.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <string_view>

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

} // namespace

std::vector<assignment> read_config_file(const std::string& path) {
    try {
        return read_toml(read_text(path));
    } catch (const toml_error& e) {
        fail(path, e.what());
    }
}

} // namespace avatar::config
