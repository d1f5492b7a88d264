#include "report/connection_label.hpp"

#include <algorithm>
#include <cstddef>

namespace avatar::report {
namespace {

constexpr std::size_t longest = 20;

bool is_continuation(char byte) {
    return (static_cast<unsigned char>(byte) & 0xC0) == 0x80;
}

// Bytes that a character takes, told by its first (RFC 3629); npos: none starts so.
std::size_t length_by_lead(unsigned char lead) {
    if (lead < 0x80)
        return 1;
    if (lead >= 0xC2 && lead <= 0xDF)
        return 2;
    if (lead >= 0xE0 && lead <= 0xEF)
        return 3;
    return lead >= 0xF0 && lead <= 0xF4 ? 4 : std::string_view::npos;
}

// Whether its second byte may follow its first: no longer form than the character takes, no
// half of a UTF-16 pair, nothing beyond U+10FFFF.
bool is_in_range(std::string_view character) {
    const auto byte = [&](std::size_t at) { return static_cast<unsigned char>(character[at]); };
    switch (byte(0)) {
    case 0xE0:
        return byte(1) >= 0xA0;
    case 0xED:
        return byte(1) < 0xA0;
    case 0xF0:
        return byte(1) >= 0x90;
    case 0xF4:
        return byte(1) < 0x90;
    default:
        return true;
    }
}

// The character at the front of a non-empty text; empty: broken UTF-8.
std::string_view first_character(std::string_view text) {
    const auto length = length_by_lead(static_cast<unsigned char>(text.front()));
    if (length > text.size())
        return {};
    const auto character = text.substr(0, length);
    if (!std::all_of(character.begin() + 1, character.end(), is_continuation))
        return {};
    return is_in_range(character) ? character : std::string_view();
}

// C0 and DEL take one byte; C1 (U+0080 to U+009F) takes two, and terminals
// obey those as well.
bool is_control(std::string_view character) {
    const auto first = static_cast<unsigned char>(character.front());
    if (character.size() == 1)
        return first < 0x20 || first == 0x7F;
    return first == 0xC2 && static_cast<unsigned char>(character[1]) < 0xA0;
}

} // namespace

std::string connection_label(std::string_view id) {
    return connection_label_within(id, longest);
}

std::string connection_label_within(std::string_view id, std::size_t width) {
    std::string label;
    std::size_t cut = 0; // Bytes of the label that a longer id has.
    for (std::size_t characters = 0; !id.empty(); ++characters) {
        if (characters == longest)
            cut = label.size();
        if (characters == std::max(width, longest))
            return label.substr(0, cut) + "...";
        const auto character = first_character(id);
        if (character.empty() || is_control(character))
            label += '?';
        else
            label += character;
        id.remove_prefix(std::max<std::size_t>(1, character.size()));
    }
    return label;
}

} // namespace avatar::report
