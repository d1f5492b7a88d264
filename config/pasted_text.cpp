#include "config/pasted_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <vector>

namespace avatar::config {
namespace {

/// Stands for a byte that is no UTF-8.
constexpr char32_t not_a_character = 0xffff'ffff;

/// The code point at the front of a text that is not empty, and its size in bytes.
std::pair<char32_t, std::size_t> first_character(std::string_view text) {
    const auto byte = [text](std::size_t at) { return static_cast<unsigned char>(text[at]); };
    const auto lead = byte(0);
    if (lead < 0x80)
        return {lead, 1};
    const std::size_t size = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
    if (lead < 0xc2 || lead > 0xf4 || text.size() < size)
        return {not_a_character, 1};
    char32_t character = lead & (0x7fu >> size);
    for (std::size_t i = 1; i < size; ++i) {
        if ((byte(i) & 0xc0) != 0x80)
            return {not_a_character, 1};
        character = character << 6 | (byte(i) & 0x3fu);
    }
    return {character, size};
}

std::vector<char32_t> characters_of(std::string_view text) {
    std::vector<char32_t> characters;
    while (!text.empty()) {
        const auto [character, size] = first_character(text);
        characters.push_back(character);
        text.remove_prefix(size);
    }
    return characters;
}

struct named_range {
    char32_t first;
    char32_t last;
    std::string_view name;
};

/// Unicode's white space but the plain one (property White_Space), what has no width or
/// only directs (category Cf), and quotation marks.
constexpr named_range unseen[] = {
    {0x00, 0x08, "a control character"},
    {0x09, 0x09, "a tab"},
    {0x0a, 0x0a, "a line break"},
    {0x0b, 0x0c, "a control character"},
    {0x0d, 0x0d, "a carriage return"},
    {0x0e, 0x1f, "a control character"},
    {0x7f, 0x9f, "a control character"},
    {0xa0, 0xa0, "a no-break space"},
    {0xad, 0xad, "a soft hyphen"},
    {0x034f, 0x034f, "an invisible character"},
    {0x061c, 0x061c, "an invisible character"},
    {0x115f, 0x1160, "an invisible character"},
    {0x1680, 0x1680, "a space of another kind"},
    {0x17b4, 0x17b5, "an invisible character"},
    {0x180b, 0x180f, "an invisible character"},
    {0x2000, 0x2006, "a space of another kind"},
    {0x2007, 0x2007, "a no-break space"},
    {0x2008, 0x200a, "a space of another kind"},
    {0x200b, 0x200b, "a zero-width space"},
    {0x200c, 0x200d, "a zero-width joiner"},
    {0x200e, 0x200f, "an invisible character"},
    {0x2028, 0x2029, "a line break"},
    {0x202a, 0x202e, "an invisible character"},
    {0x202f, 0x202f, "a no-break space"},
    {0x205f, 0x205f, "a space of another kind"},
    {0x2060, 0x2060, "a zero-width no-break space"},
    {0x2061, 0x206f, "an invisible character"},
    {0x3000, 0x3000, "a space of another kind"},
    {0x3164, 0x3164, "an invisible character"},
    {0xfe00, 0xfe0f, "an invisible character"},
    {0xfeff, 0xfeff, "a byte order mark"},
    {0xffa0, 0xffa0, "an invisible character"},
    {0xfff9, 0xfffb, "an invisible character"},
    {0xfffd, 0xfffd, "a replacement character"},
    {0xe0000, 0xe0fff, "an invisible character"},
    {not_a_character, not_a_character, "a byte that is no UTF-8"},
};

constexpr char32_t quotes[] = {U'"',   U'\'',  U'`',   0xab,   0xbb,   0x2018, 0x2019, 0x201a,
                               0x201b, 0x201c, 0x201d, 0x201e, 0x201f, 0x2039, 0x203a};

/// Empty for a character that one sees.
std::string_view name_of_unseen(char32_t character) {
    const auto* found = std::ranges::find_if(unseen, [=](const named_range& range) {
        return range.first <= character && character <= range.last;
    });
    return found == std::end(unseen) ? std::string_view() : found->name;
}

bool is_control(char32_t character) {
    return character < 0x20 || character == 0x7f;
}

/// What is wrong with a character at either end, which in the middle would do.
std::string_view name_at_end(char32_t character) {
    if (character == U' ')
        return "a space";
    const bool is_quote = std::ranges::find(quotes, character) != std::end(quotes);
    return is_quote ? "a quotation mark" : "";
}

/// `at` counts from 0.
std::string place_of(std::string_view name, char32_t character, std::size_t at, std::size_t of) {
    const auto number = character == not_a_character
                            ? std::string()
                            : fmt::format(" (U+{:04X})", static_cast<std::uint32_t>(character));
    return fmt::format("{}{} as character {} of {}", name, number, at + 1, of);
}

} // namespace

std::optional<std::string> pasted_flaw(std::string_view text) {
    const auto characters = characters_of(text);
    for (std::size_t i = 0; i < characters.size(); ++i) {
        auto name = name_of_unseen(characters[i]);
        if (name.empty() && (i == 0 || i + 1 == characters.size()))
            name = name_at_end(characters[i]);
        if (!name.empty())
            return place_of(name, characters[i], i, characters.size());
    }
    return std::nullopt;
}

std::optional<std::string> control_character_in(std::string_view text) {
    const auto characters = characters_of(text);
    const auto found = std::ranges::find_if(characters, is_control);
    if (found == characters.end())
        return std::nullopt;
    return place_of(name_of_unseen(*found), *found,
                    static_cast<std::size_t>(found - characters.begin()), characters.size());
}

} // namespace avatar::config
