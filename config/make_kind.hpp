#pragma once

#include "config/clean_text.hpp"
#include "config/value_kinds.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// What the kinds of values are made from. Private to this library.
namespace avatar::config {

/// A kind whose values live in `to`: `parse` makes one of a text, or nothing of a
/// wrong one; `format` makes the text again. `choices` are the values to offer.
template <class Value, class Parse, class Format>
value_kind make_kind(field<Value> to, std::string placeholder, std::string expected, Parse parse,
                     Format format, std::vector<std::string> choices = {}) {
    auto apply = [to, parse](settings& s, std::string_view text) {
        std::optional<Value> value = parse(text);
        if (value)
            to(s) = std::move(*value);
        return value.has_value();
    };
    // Fields are reached through settings one may write to; a copy gives that.
    auto as_text = [to, format](settings s) { return format(to(s)); };
    return {std::move(placeholder), std::move(expected), apply, as_text, std::move(choices)};
}

} // namespace avatar::config
