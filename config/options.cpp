#include "config/options.hpp"

#include "config/clean_text.hpp"
#include "config/error.hpp"
#include "config/option_table.hpp"
#include "config/settings.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <deque>
#include <numeric>
#include <utility>

namespace avatar::config {

namespace {

// Levenshtein's edit distance, one row at a time.
std::size_t distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> row(b.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 0; i < a.size(); ++i) {
        std::size_t diagonal = std::exchange(row[0], i + 1);
        for (std::size_t j = 0; j < b.size(); ++j) {
            const std::size_t replaced = diagonal + (a[i] == b[j] ? 0 : 1);
            diagonal = row[j + 1];
            row[j + 1] = std::min({replaced, row[j] + 1, diagonal + 1});
        }
    }
    return row.back();
}

std::string_view name_of(std::string_view key) {
    return key.substr(key.find('.') + 1);
}

// A key with its group left out or mistaken counts as one slip.
std::size_t remoteness(std::string_view unknown_key, std::string_view key) {
    if (name_of(unknown_key) == name_of(key))
        return 1;
    return distance(unknown_key, key);
}

// Words of small letters, digits and hyphens, two or more, with dots between them.
bool is_key(std::string_view key) {
    char before = '.';
    for (const char c : key) {
        const bool letter = c >= 'a' && c <= 'z';
        const bool inner = (c >= '0' && c <= '9') || c == '-' || c == '.';
        if (!letter && (!inner || before == '.' || (before == '-' && c == '.')))
            return false;
        before = c;
    }
    return before != '.' && before != '-' && key.find('.') != std::string_view::npos;
}

std::string variable_of(std::string_view key) {
    std::string name = "AVATAR_";
    for (const char c : key)
        name += c == '.' || c == '-' ? '_' : static_cast<char>(std::toupper(c));
    return name;
}

// Whether an option has that key or variable, or a key that one of the two goes on from: a
// config file could not set both.
bool is_taken(const std::string& key) {
    const auto begins = [](std::string_view longer, std::string_view shorter) {
        return longer.starts_with(shorter) && longer[shorter.size()] == '.';
    };
    return std::ranges::any_of(options(), [&](const option& known) {
        return known.key == key || known.environment == variable_of(key) ||
               (known.key.size() > key.size() && begins(known.key, key)) ||
               (key.size() > known.key.size() && begins(key, known.key));
    });
}

// A user who sets an option to what the help says gets just that.
void check_default(const std::string& key, const value_kind& kind) {
    settings defaults;
    const auto text = kind.text(defaults);
    if (!kind.apply(defaults, text))
        throw config_error(fmt::format("option \"{}\": default {}: expected {}", key,
                                       printable(text), kind.expected));
}

} // namespace

const std::vector<option>& options() {
    return option_table();
}

void add_option(std::string key, value_kind kind, std::string help) {
    const auto bad = [&key](std::string_view expected) {
        throw config_error(fmt::format("option \"{}\": expected {}", printable(key), expected));
    };
    if (!is_key(key))
        bad("a key of small letters, digits and hyphens such as \"load.shape\"");
    if (is_taken(key))
        bad("a key, and a variable, that no other option has or begins with");
    if (!is_clean(help) || help.empty())
        bad("a sentence of help, without control characters");
    check_default(key, kind);
    static std::deque<std::string> texts; // An option views its own.
    const auto& kept_key = texts.emplace_back(std::move(key));
    const auto& variable = texts.emplace_back(variable_of(kept_key));
    const auto& kept_help = texts.emplace_back(std::move(help));
    option added{kept_key, variable, std::move(kind), kept_help};
    auto& table = option_table();
    const auto same_group = [&](const option& o) { return o.group() == added.group(); };
    const auto last = std::find_if(table.rbegin(), table.rend(), same_group);
    table.insert(last == table.rend() ? table.end() : last.base(), std::move(added));
}

std::string option::default_text() const {
    static const settings defaults;
    return kind.text(defaults);
}

const option* find_option(std::string_view key) {
    const auto& all = options();
    const auto found =
        std::find_if(all.begin(), all.end(), [key](const option& o) { return o.key == key; });
    return found == all.end() ? nullptr : &*found;
}

std::string suggest(std::string_view unknown_key, std::string_view prefix) {
    constexpr std::size_t longest_compared = 64;
    constexpr std::size_t nearest_allowed = 3;
    const option* nearest = nullptr;
    std::size_t least = nearest_allowed + 1;
    if (unknown_key.size() <= longest_compared) {
        for (const auto& candidate : options()) {
            const auto apart = remoteness(unknown_key, candidate.key);
            if (apart < least) {
                least = apart;
                nearest = &candidate;
            }
        }
    }
    if (nearest == nullptr)
        return "see --help";
    return fmt::format("did you mean {}{}?", prefix, nearest->key);
}

void apply(const option& what, settings& to, std::string_view value, const std::string& where) {
    if (what.kind.apply(to, value))
        return;
    const auto flaw = what.kind.flaw ? what.kind.flaw(value) : std::nullopt;
    throw config_error(
        fmt::format("{}: {}expected {}", where, flaw ? *flaw + ": " : "", what.kind.expected));
}

} // namespace avatar::config
