#include "config/make_kind.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace avatar::config {

namespace {

// A word of a list: something, and nothing that a list is written with.
bool is_word(std::string_view text) {
    return !text.empty() && is_clean(text) && text.find_first_of(" ,") == std::string_view::npos;
}

// What stands between the commas.
std::vector<std::string_view> between_commas(std::string_view text) {
    std::vector<std::string_view> items;
    for (auto comma = text.find(','); comma != std::string_view::npos; comma = text.find(',')) {
        items.push_back(text.substr(0, comma));
        text.remove_prefix(comma + 1);
    }
    items.push_back(text);
    return items;
}

// A word on either side of the first `separator`; the first may not hold another.
std::optional<std::pair<std::string, std::string>> halves(std::string_view text, char separator) {
    const auto middle = text.find(separator);
    if (middle == std::string_view::npos)
        return std::nullopt;
    const auto left = text.substr(0, middle);
    const auto right = text.substr(middle + 1);
    if (!is_word(left) || !is_word(right))
        return std::nullopt;
    return std::pair(std::string(left), std::string(right));
}

} // namespace

value_kind words(field<std::vector<std::string>> to, std::string placeholder) {
    return make_kind(
        to, std::move(placeholder), "words without spaces, separated by commas",
        [](std::string_view text) -> std::optional<std::vector<std::string>> {
            std::vector<std::string> result;
            for (const auto item : between_commas(text)) {
                if (!is_word(item))
                    return std::nullopt;
                result.emplace_back(item);
            }
            return result;
        },
        [](const std::vector<std::string>& value) {
            return fmt::format("{}", fmt::join(value, ","));
        });
}

value_kind words_among(field<std::vector<std::string>> to, std::vector<std::string> words) {
    auto expected = fmt::format("any of {}, separated by commas", fmt::join(words, ", "));
    const auto parse = [words](std::string_view text) -> std::optional<std::vector<std::string>> {
        std::vector<std::string> result;
        if (text.empty())
            return result;
        for (const auto item : between_commas(text)) {
            const bool known = std::ranges::find(words, item) != words.end();
            if (!known || std::ranges::find(result, item) != result.end())
                return std::nullopt;
            result.emplace_back(item);
        }
        return result;
    };
    const auto format = [](const std::vector<std::string>& value) {
        return fmt::format("{}", fmt::join(value, ","));
    };
    return make_kind(to, "NAMES", std::move(expected), parse, format, std::move(words));
}

value_kind pairs(field<std::map<std::string, std::string>> to) {
    using map = std::map<std::string, std::string>;
    return make_kind(
        to, "NAME=VALUE", "pairs such as role=avatar, separated by commas",
        [](std::string_view text) -> std::optional<map> {
            map result;
            if (text.empty())
                return result;
            for (const auto item : between_commas(text)) {
                auto pair = halves(item, '=');
                if (!pair || !result.insert(std::move(*pair)).second)
                    return std::nullopt;
            }
            return result;
        },
        [](const map& value) {
            std::vector<std::string> items;
            items.reserve(value.size());
            for (const auto& [name, text] : value)
                items.push_back(fmt::format("{}={}", name, text));
            return fmt::format("{}", fmt::join(items, ","));
        });
}

value_kind accounts(field<std::vector<emulator_account>> to) {
    return make_kind(
        to, "KEY:APP", "an API key and its app id, such as key:app; several separated by commas",
        [](std::string_view text) -> std::optional<std::vector<emulator_account>> {
            std::vector<emulator_account> result;
            for (const auto item : between_commas(text)) {
                auto pair = halves(item, ':');
                if (!pair)
                    return std::nullopt;
                result.push_back({std::move(pair->first), std::move(pair->second)});
            }
            return result;
        },
        [](const std::vector<emulator_account>& value) {
            std::vector<std::string> items;
            items.reserve(value.size());
            for (const auto& account : value)
                items.push_back(fmt::format("{}:{}", account.api_key, account.app_id));
            return fmt::format("{}", fmt::join(items, ","));
        });
}

} // namespace avatar::config
