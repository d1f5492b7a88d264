#include "audio/ogg_opus_tags.hpp"

#include "audio/error.hpp"

#include <boost/endian/conversion.hpp>

#include <cstdint>
#include <numeric>
#include <ogg/ogg.h>
#include <optional>

namespace avatar::audio {
namespace {

// Of a page: RFC 3533, section 6.
constexpr std::size_t flags_at = 5; // Then the position.
constexpr std::size_t serial_at = 14;
constexpr std::size_t page_number_at = 18;
constexpr std::size_t segment_count_at = 26;
constexpr std::size_t fixed_header = 27;
constexpr unsigned char full_segment = 255; // The packet goes on behind it.

constexpr std::string_view tags_magic = "OpusTags";

/// The page that begins there; nothing where there is no whole one.
std::optional<std::string_view> page_at(std::string_view file) {
    if (file.size() < fixed_header || !file.starts_with("OggS"))
        return std::nullopt;
    const auto segments = static_cast<unsigned char>(file[segment_count_at]);
    if (file.size() < fixed_header + segments)
        return std::nullopt;
    const auto lacing = file.substr(fixed_header, segments);
    const auto size = std::accumulate(
        lacing.begin(), lacing.end(), fixed_header + segments,
        [](std::size_t sum, char part) { return sum + static_cast<unsigned char>(part); });
    return size <= file.size() ? std::optional(file.substr(0, size)) : std::nullopt;
}

std::string_view lacing_of(std::string_view page) {
    return page.substr(fixed_header, static_cast<unsigned char>(page[segment_count_at]));
}

std::string_view body_of(std::string_view page) {
    return page.substr(fixed_header + lacing_of(page).size());
}

/// Where the first packet of a page ends, in segments; its end may be on a later page.
std::size_t segments_of_packet(std::string_view lacing) {
    const auto last = lacing.find_first_not_of(static_cast<char>(full_segment));
    return last == lacing.npos ? lacing.size() : last + 1;
}

bool goes_on(std::string_view lacing) {
    return lacing.find_first_not_of(static_cast<char>(full_segment)) == lacing.npos;
}

struct tag_pages {
    std::size_t begin = 0; ///< In the file.
    std::size_t end = 0;
    std::uint32_t count = 0;
    bool alone = true; ///< No other packet begins on them.
};

/// Nothing where the second packet is no comment header.
std::optional<tag_pages> find_tags(std::string_view file) {
    const auto head = page_at(file);
    if (!head)
        return std::nullopt;
    tag_pages found{head->size(), head->size()};
    for (;;) {
        const auto page = page_at(file.substr(found.end));
        if (!page || (found.count == 0 && !body_of(*page).starts_with(tags_magic)))
            return std::nullopt;
        const auto lacing = lacing_of(*page);
        found.end += page->size();
        ++found.count;
        found.alone = segments_of_packet(lacing) == lacing.size();
        if (!goes_on(lacing))
            return found;
    }
}

void set_checksum(std::string& page) {
    auto* bytes = reinterpret_cast<unsigned char*>(page.data());
    const auto header = static_cast<long>(fixed_header + lacing_of(page).size());
    ogg_page parts{bytes, header, bytes + header, static_cast<long>(page.size()) - header};
    ogg_page_checksum_set(&parts);
}

std::uint32_t number_of(std::string_view page) {
    return boost::endian::load_little_u32(
        reinterpret_cast<const unsigned char*>(page.data() + page_number_at));
}

void renumber(std::string& page, std::uint32_t number) {
    boost::endian::store_little_u32(reinterpret_cast<unsigned char*>(page.data() + page_number_at),
                                    number);
    set_checksum(page);
}

/// Without a vendor and without comments, numbered as the first page that it stands for.
std::string empty_tags(std::string_view first) {
    const auto body = std::string(tags_magic) + std::string(8, '\0');
    auto page = std::string(first.substr(0, segment_count_at)) + '\1' +
                static_cast<char>(body.size()) + body;
    page.replace(flags_at, serial_at - flags_at, serial_at - flags_at, '\0'); // Position 0.
    set_checksum(page);
    return page;
}

} // namespace

std::size_t opus_tags_size(std::string_view file) {
    const auto tags = find_tags(file);
    return tags ? tags->end - tags->begin : 0;
}

std::string without_opus_tags(std::string_view file) {
    const auto tags = find_tags(file);
    if (!tags)
        throw audio_error("no comment header behind the Opus header: expected one to strip");
    if (!tags->alone)
        throw audio_error("audio in the pages of its tags: expected pages of their own, or "
                          "--audio.strip-tags=false");
    auto stream = std::string(file.substr(0, tags->begin)) + empty_tags(file.substr(tags->begin));
    auto rest = file.substr(tags->end);
    while (const auto found = page_at(rest)) {
        std::string page(*found);
        renumber(page, number_of(page) - (tags->count - 1));
        stream += page;
        rest.remove_prefix(found->size());
    }
    return stream.append(rest);
}

} // namespace avatar::audio
