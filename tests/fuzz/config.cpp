// Input: the text of a config file.

#include "config/checks.hpp"
#include "config/config_file.hpp"
#include "config/error.hpp"
#include "config/options.hpp"
#include "config/settings.hpp"
#include "config/sources.hpp"
#include "tests/fuzz/property.hpp"

#include <algorithm>
#include <cstdint>
#include <initializer_list>
#include <map>
#include <optional>
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

bool ends_with_any(std::string_view text, std::initializer_list<std::string_view> ends) {
    return std::ranges::any_of(ends, [&](auto end) { return text.ends_with(end); });
}

/// The marker may stand in an error only as part of a key, or of the value of an
/// option that is no secret. `read` is what the file says, where it can be read.
void check_secret(const std::optional<assignments>& read, const std::string& error) {
    if (!holds_marker(error))
        return;
    if (!read) {
        // The refusals that name a key, and nothing else of the text.
        require(
            ends_with_any(error, {": expected it once", " once", ": expected one value",
                                  ": expected one value; where a key takes several, \"a,b\"",
                                  ": expected one value, text in quotes",
                                  ": expected the key without quotes", ": expected text without"}),
            "a syntax error does not repeat what stands there");
        return;
    }
    bool told = false;
    for (const auto& [key, value] : *read) {
        const auto known = find_option(key);
        told |= holds_marker(key) || (known != nullptr && !known->secret && holds_marker(value));
    }
    require(told, "an error does not repeat a secret");
}

/// Text as TOML writes it, in double quotes. There is no control character in it.
std::string quoted(std::string_view text) {
    std::string result = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\')
            result += '\\';
        result += c;
    }
    return result + '"';
}

/// A file that says the same with every key in full.
std::string written(const assignments& all) {
    std::string text;
    for (const auto& [key, value] : all) {
        std::size_t begin = 0;
        for (auto dot = key.find('.'); dot != key.npos; dot = key.find('.', begin)) {
            text += quoted(std::string_view(key).substr(begin, dot - begin)) + '.';
            begin = dot + 1;
        }
        text += quoted(std::string_view(key).substr(begin)) + " = " + quoted(value) + '\n';
    }
    return text;
}

bool is_clean(std::string_view text) {
    return std::ranges::none_of(
        text, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}

assignments read(const std::string& path) {
    assignments result;
    for (const auto& [key, value, line] : read_config_file(path)) {
        require(is_clean(key) && is_clean(value), "no control character is read");
        require(result.emplace(key, value).second, "a key is given once");
    }
    return result;
}

/// What the file says; nothing where it cannot be read.
std::optional<assignments> check_file(const std::string& path) {
    const auto outcome = outcome_of([&] { return read(path); });
    if (const auto error = std::get_if<std::string>(&outcome)) {
        check_error(path, *error);
        check_secret(std::nullopt, *error);
        return std::nullopt;
    }
    const auto& all = std::get<assignments>(outcome);
    require(read(memory_file(written(all)).path()) == all, "what was read can be written");
    return all;
}

/// A secret without quotes, or with a quote too many, is in no error.
void check_secret_value(std::string_view value) {
    const auto line = std::string(value.substr(0, value.find('\n')));
    if (line.find('=') != line.npos)
        return; // May hold a key, which an error names.
    const memory_file file("[service]\napi-key = " + line + '\n');
    const auto outcome = outcome_of([&] {
        settings values;
        apply_file(file.path(), values);
        return values;
    });
    if (const auto error = std::get_if<std::string>(&outcome))
        require(!holds_marker(*error), "an error does not repeat a secret, well written or not");
}

void check_settings(const std::string& path, const std::optional<assignments>& read) {
    const auto outcome = outcome_of([&] {
        settings values;
        apply_file(path, values);
        check_consistency(values);
        return values;
    });
    if (const auto error = std::get_if<std::string>(&outcome)) {
        check_error(path, *error);
        check_secret(read, *error);
        return;
    }
    require(read.has_value(), "only a file that can be read sets something");
    const auto& values = std::get<settings>(outcome);
    for (const auto& [key, value] : *read) {
        const auto known = find_option(key);
        require(known != nullptr, "only options are set");
        settings copy;
        require(known->kind.apply(copy, value), "only what an option takes is set");
        const auto text = known->kind.text(values);
        require(known->kind.text(copy) == text, "an option is set to what the file says");
        require(known->kind.apply(copy, text), "a setting's text is one of its values");
        require(known->kind.text(copy) == text, "a setting survives its text");
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string text(reinterpret_cast<const char*>(data), size);
    const memory_file file(text);
    check_settings(file.path(), check_file(file.path()));
    check_secret_value(text);
    return 0;
}
