#include "protocol/secret_text.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <optional>
#include <vector>

namespace avatar::protocol {
namespace {

/// A few characters say nothing, and many a text ends with them.
constexpr std::size_t telling = 6;

/// The number that `digits` hexadecimal characters at `at` stand for.
std::optional<std::uint32_t> hexadecimal(std::string_view text, std::size_t at,
                                         std::size_t digits) {
    std::uint32_t number = 0;
    if (at + digits > text.size())
        return std::nullopt;
    const auto* first = text.data() + at;
    const auto* end = std::from_chars(first, first + digits, number, 16).ptr;
    return end == first + digits ? std::optional(number) : std::nullopt;
}

/// What JSON's short escapes stand for (RFC 8259, section 7).
std::optional<char> short_escape(char c) {
    constexpr std::string_view escapes = "\"\\/bfnrt";
    constexpr std::string_view meanings = "\"\\/\b\f\n\r\t";
    const auto at = escapes.find(c);
    return at == escapes.npos ? std::nullopt : std::optional(meanings[at]);
}

/// Follows a secret through a text, character by character. One may be written in
/// several ways, and a text be read in several: all places reached are kept.
class reading {
public:
    reading(std::string_view text, std::size_t from) : text_(text), places_{from} {}

    /// Goes on over one character of the secret; false when it does not stand there.
    bool take(char c) {
        std::vector<std::size_t> next;
        for (const auto at : places_)
            take_at(at, c, next);
        std::ranges::sort(next);
        const auto doubles = std::ranges::unique(next);
        next.erase(doubles.begin(), doubles.end());
        places_ = std::move(next);
        return !places_.empty();
    }

    std::size_t end() const { return places_.back(); }

private:
    void take_at(std::size_t at, char c, std::vector<std::size_t>& next) {
        const auto rest = text_.substr(at);
        if (rest.empty())
            return;
        if (rest[0] == c || (c == ' ' && rest[0] == '+'))
            next.push_back(at + 1);
        if (rest[0] == '%')
            take_percent(at + 1, c, next);
        if (rest[0] == '\\')
            take_escape(at, c, next);
    }

    /// Encoded once, "%2F", or again and again, "%252F".
    void take_percent(std::size_t at, char c, std::vector<std::size_t>& next) {
        for (;; at += 2) {
            if (hexadecimal(text_, at, 2) == static_cast<unsigned char>(c))
                next.push_back(at + 2);
            if (text_.substr(at, 2) != "25")
                return;
        }
    }

    /// Escaped once, or again and again as JSON in a JSON string is: then there are
    /// more backslashes.
    void take_escape(std::size_t at, char c, std::vector<std::size_t>& next) {
        for (; at < text_.size() && text_[at] == '\\'; ++at)
            if (c == '\\')
                next.push_back(at + 1);
        if (at == text_.size())
            return;
        if (short_escape(text_[at]) == c)
            next.push_back(at + 1);
        if (text_[at] == 'u' && hexadecimal(text_, at + 1, 4) == static_cast<unsigned char>(c))
            next.push_back(at + 5);
    }

    std::string_view text_;
    std::vector<std::size_t> places_;
};

/// Nothing, or an encoded character that lacks its end.
bool is_cut_off(std::string_view rest) {
    if (rest.starts_with('%'))
        return rest.size() < 3;
    const auto escape = rest.substr(std::min(rest.find_first_not_of('\\'), rest.size()));
    return escape.empty() || (escape.size() < rest.size() && escape[0] == 'u' && escape.size() < 5);
}

/// How much of the text at `at` is the secret, or its front that the text ends with.
std::size_t secret_at(std::string_view text, std::size_t at, std::string_view secret) {
    constexpr std::string_view begin_encoded = "%\\+";
    if (text[at] != secret[0] && begin_encoded.find(text[at]) == begin_encoded.npos)
        return 0;
    reading r(text, at);
    for (std::size_t taken = 0; taken < secret.size(); ++taken) {
        const auto reached = r.end();
        if (r.take(secret[taken]))
            continue;
        return taken >= telling && is_cut_off(text.substr(reached)) ? text.size() - at : 0;
    }
    return r.end() - at;
}

bool is_small_letter(char c) {
    return c >= 'a' && c <= 'z';
}

/// A few characters, or a word as it could stand in any message.
bool reads_like_text(std::string_view secret) {
    constexpr std::size_t few = 3;
    constexpr std::size_t longest_word = 16;
    if (secret.size() <= few)
        return true;
    const bool begins_word = is_small_letter(static_cast<char>(secret[0] | 0x20));
    return secret.size() <= longest_word && begins_word &&
           std::ranges::all_of(secret.substr(1), is_small_letter);
}

bool stands_alone(std::string_view text, std::size_t at, std::size_t size) {
    const auto front = text.substr(0, at);
    const auto rest = text.substr(at + size);
    const auto one_of = [](std::string_view set, char c) { return set.find(c) != set.npos; };
    return (front.empty() || one_of("\"'=:", front.back())) &&
           (rest.empty() || one_of("\"'\\&;,}\r\n", rest.front()));
}

} // namespace

void replace_secret(std::string& in, std::string_view secret, std::string_view by) {
    if (secret.empty())
        return;
    const bool only_alone = reads_like_text(secret);
    std::string result;
    for (std::size_t at = 0; at < in.size();) {
        const auto size = secret_at(in, at, secret);
        if (size > 0 && (!only_alone || stands_alone(in, at, size))) {
            result += by;
            at += size;
        } else {
            result += in[at++];
        }
    }
    in = std::move(result);
}

} // namespace avatar::protocol
