#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace avatar::config {

struct settings;

/// The placeholder of values that are paths, which shells complete.
constexpr std::string_view file_placeholder = "FILE";

/// What values an option takes, and how they get into settings and out again.
struct value_kind {
    std::string placeholder; ///< For the help text: `N`, `DURATION`, `FILE`, …
    std::string expected;    ///< What a value must be: "a whole number from 1 up".
    /// Puts a value into settings; false, and settings unchanged, where the
    /// text is not what `expected` says.
    std::function<bool(settings&, std::string_view)> apply;
    /// The value settings hold, as `apply` would read it.
    std::function<std::string(const settings&)> text;
    /// The values to offer where it takes a few only; else empty.
    std::vector<std::string> choices = {};
    /// What in a wrong text is wrong, without the text, where `expected` does not tell;
    /// null: nothing to add. A text of such a kind is in no message.
    std::function<std::optional<std::string>(std::string_view)> flaw = nullptr;
};

/// One thing a user can set.
struct option {
    std::string_view key;         ///< "pool.size": the same in every source.
    std::string_view environment; ///< Variable that sets it; empty: none.
    value_kind kind;
    std::string_view help; ///< One sentence without its full stop.
    /// Never printed, and refused on the command line, where every user of the
    /// machine could read it in the process list.
    bool secret = false;

    /// "pool" of "pool.size".
    std::string_view group() const { return key.substr(0, key.find('.')); }

    /// Whether a message about a value may show it.
    bool shows_value() const { return !secret && !kind.flaw; }

    /// The value of default-constructed settings.
    std::string default_text() const;
};

} // namespace avatar::config
