#include "protocol/text.hpp"

#include <algorithm>

namespace avatar::protocol {

namespace {

unsigned char byte(char c) {
    return static_cast<unsigned char>(c);
}

bool is_continuation(char c) {
    return (byte(c) & 0xC0) == 0x80;
}

} // namespace

std::string lower_case(std::string_view text) {
    auto result = std::string(text);
    std::ranges::transform(result, result.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    return result;
}

std::string_view trimmed(std::string_view text) {
    constexpr std::string_view white_space = " \t\r\n\v\f";
    auto first = text.find_first_not_of(white_space);
    if (first == text.npos)
        return {};
    return text.substr(first, text.find_last_not_of(white_space) - first + 1);
}

std::string_view shortened(std::string_view text, std::size_t limit) {
    if (text.size() <= limit)
        return text;
    auto end = limit;
    // A sequence has at most three continuation bytes; more are not UTF-8 and
    // are cut where the limit falls.
    while (end > 0 && limit - end < 3 && is_continuation(text[end]))
        --end;
    return text.substr(0, is_continuation(text[end]) ? limit : end);
}

std::string on_one_line(std::string_view text) {
    std::string result;
    result.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        auto c = byte(text[i]);
        auto next = i + 1 < text.size() ? byte(text[i + 1]) : 0;
        auto second_set = c == 0xC2 && next >= 0x80 && next <= 0x9F;
        result += c < 0x20 || c == 0x7F || second_set ? ' ' : text[i];
        i += second_set;
    }
    return result;
}

} // namespace avatar::protocol
