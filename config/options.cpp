#include "config/options.hpp"

#include "config/error.hpp"
#include "config/settings.hpp"

#include <fmt/format.h>

#include <algorithm>
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

} // namespace

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
    if (!what.kind.apply(to, value))
        throw config_error(fmt::format("{}: expected {}", where, what.kind.expected));
}

} // namespace avatar::config
