#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

/// What the scripts for shells are made with. Private to this library.
namespace avatar::config {

/// A text as one word of a shell, taken as it stands.
std::string shell_quoted(std::string_view text);

/// Names as one pattern of a `case`: "run | emulator".
std::string shell_pattern(const std::vector<std::string>& names);

/// What stands for a marker of a script.
struct script_part {
    std::string_view marker;
    std::string text;
};

/// The script with each marker replaced, wherever it stands, one after another.
std::string filled(std::string script, std::initializer_list<script_part> parts);

} // namespace avatar::config
