// Input: the text of a config file.

#include "config/checks.hpp"
#include "config/config_file.hpp"
#include "config/config_line.hpp"
#include "config/error.hpp"
#include "config/options.hpp"
#include "config/settings.hpp"
#include "config/sources.hpp"
#include "protocol/text.hpp"
#include "tests/fuzz/property.hpp"

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <sstream>
#include <sys/mman.h>
#include <unistd.h>
#include <variant>

using namespace avatar::config;
using namespace avatar::fuzz;

namespace {

using assignments = std::map<std::string, std::string>;

/// What an error may repeat only where it is no secret: see check_secret.
constexpr std::string_view marker = "s3cr3t";

/// A file in memory with this content: readers of files want a path.
class memory_file {
public:
    explicit memory_file(std::string_view content) : descriptor_(memfd_create("config", 0)) {
        require(descriptor_ >= 0, "a file in memory can be made");
        require(write(descriptor_, content.data(), content.size()) ==
                    static_cast<ssize_t>(content.size()),
                "a file in memory can be written");
    }
    memory_file(const memory_file&) = delete;
    memory_file& operator=(const memory_file&) = delete;
    ~memory_file() { close(descriptor_); }

    std::string path() const { return "/proc/self/fd/" + std::to_string(descriptor_); }

private:
    int descriptor_;
};

/// What the lines that checked_line lets through say as TOML; nothing where it
/// lets one not through or a key stands twice. A second, simpler reader to
/// compare the real one with.
std::optional<assignments> meaning(const std::string& text) {
    assignments result;
    std::string section;
    std::istringstream in(text);
    for (std::string raw; std::getline(in, raw);) {
        std::string line;
        try {
            line = checked_line(raw);
        } catch (const line_error& e) {
            require(is_one_line(e.what()), "the error of a line is one line");
            return std::nullopt;
        }
        if (line.empty())
            continue;
        if (line.starts_with('[')) {
            section = avatar::protocol::trimmed(std::string_view(line).substr(1, line.size() - 2));
            section += '.';
            continue;
        }
        const auto equals = line.find(" = ");
        auto value = line.substr(equals + 3);
        if (value.starts_with('"') || value.starts_with('\''))
            value = value.substr(1, value.size() - 2);
        if (!result.emplace(section + line.substr(0, equals), value).second)
            return std::nullopt;
    }
    return result;
}

/// What `read` returns, or the text of the config_error it throws. Anything
/// else that it throws ends the process.
template <class Read>
auto outcome_of(Read read) -> std::variant<decltype(read()), std::string> {
    try {
        return read();
    } catch (const config_error& e) {
        return std::string(e.what());
    }
}

void check_error(const std::string& path, const std::string& error) {
    require(is_one_line(error), "an error is one line");
    const auto is_named = [&](const option& o) { return error.starts_with(o.key); };
    require(error.starts_with(path + ": ") || std::ranges::any_of(options(), is_named),
            "an error names the file or an option that does not fit another");
}

bool holds_marker(std::string_view text) {
    return text.find(marker) != text.npos;
}

/// The marker may stand in an error only as part of a key, or of the value of an
/// option that is no secret.
void check_secret(const std::optional<assignments>& meant, const std::string& error) {
    if (!holds_marker(error))
        return;
    require(meant.has_value() || error.ends_with(" is given twice: expected it once"),
            "a syntax error does not repeat what stands there");
    if (!meant)
        return;
    bool told = false;
    for (const auto& [key, value] : *meant) {
        const auto known = find_option(key);
        told |= holds_marker(key) || (known != nullptr && !known->secret && holds_marker(value));
    }
    require(told, "an error does not repeat a secret");
}

/// A file that says the same with every key in full.
std::string written(const assignments& all) {
    const auto lacks = [](const std::string& value, const char* characters) {
        return value.find_first_of(characters) == value.npos;
    };
    std::string text;
    for (const auto& [key, value] : all) {
        const char* quote = lacks(value, "'") ? "'" : lacks(value, "\"\\") ? "\"" : "";
        text += key + '=' + quote + value + quote + '\n';
    }
    return text;
}

assignments read(const std::string& path) {
    assignments result;
    for (const auto& [key, value] : read_config_file(path))
        require(result.emplace(key, value).second, "a key is given once");
    return result;
}

void check_file(const std::string& path, const std::optional<assignments>& meant) {
    const auto outcome = outcome_of([&] { return read(path); });
    if (const auto error = std::get_if<std::string>(&outcome)) {
        check_error(path, *error);
        check_secret(meant, *error);
        require(!meant, "a file that can be understood is read");
        return;
    }
    require(meant.has_value(), "a file that cannot be understood is refused");
    const auto& all = std::get<assignments>(outcome);
    require(all == *meant, "a file is read as TOML means it");
    require(read(memory_file(written(all)).path()) == all, "what was read can be written");
}

void check_settings(const std::string& path, const std::optional<assignments>& meant) {
    const auto outcome = outcome_of([&] {
        settings values;
        apply_file(path, values);
        check_consistency(values);
        return values;
    });
    if (const auto error = std::get_if<std::string>(&outcome)) {
        check_error(path, *error);
        check_secret(meant, *error);
        return;
    }
    require(meant.has_value(), "only a file that was understood sets something");
    const auto& values = std::get<settings>(outcome);
    for (const auto& [key, value] : *meant) {
        const auto known = find_option(key);
        require(known != nullptr, "only options are set");
        settings copy;
        const auto text = known->kind.text(values);
        require(known->kind.apply(copy, text), "a setting's text is one of its values");
        require(known->kind.text(copy) == text, "a setting survives its text");
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string text(reinterpret_cast<const char*>(data), size);
    const memory_file file(text);
    const auto meant = meaning(text);
    check_file(file.path(), meant);
    check_settings(file.path(), meant);
    return 0;
}
