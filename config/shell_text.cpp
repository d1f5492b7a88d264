#include "config/shell_text.hpp"

#include <fmt/format.h>

namespace avatar::config {

namespace {

// Nothing in it means anything to a shell.
bool is_plain(std::string_view text) {
    constexpr std::string_view safe = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                      "0123456789-._/";
    return !text.empty() && text.find_first_not_of(safe) == std::string_view::npos;
}

} // namespace

std::string shell_quoted(std::string_view text) {
    if (is_plain(text))
        return std::string(text);
    std::string quoted = "'";
    for (const char c : text) {
        if (c == '\'')
            quoted += R"('\'')";
        else
            quoted += c;
    }
    return quoted + "'";
}

std::string shell_pattern(const std::vector<std::string>& names) {
    return fmt::format("{}", fmt::join(names, " | "));
}

std::string filled(std::string script, std::initializer_list<script_part> parts) {
    for (const auto& [marker, text] : parts) {
        auto at = script.find(marker);
        while (at != std::string::npos) {
            script.replace(at, marker.size(), text);
            at = script.find(marker, at + text.size());
        }
    }
    return script;
}

} // namespace avatar::config
