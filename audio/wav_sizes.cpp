#include "audio/wav_sizes.hpp"

#include <boost/endian/conversion.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string_view>

namespace avatar::audio {
namespace {

// A file is "RIFF", its size from here on, "WAVE" and chunks: a name, a size and so many
// bytes, padded to an even number. In RF64 (EBU Tech 3306) sizes are in a chunk "ds64".
constexpr std::size_t riff_size_at = 4;
constexpr std::size_t first_chunk = 12;
constexpr std::size_t chunk_header = 8;
constexpr std::size_t block_align_at = 12; // In the chunk "fmt ".

std::uint32_t number_at(std::string_view file, std::size_t at) {
    return boost::endian::load_little_u32(reinterpret_cast<const unsigned char*>(file.data() + at));
}

void set_number(std::string& file, std::size_t at, std::size_t value) {
    constexpr std::size_t largest = std::numeric_limits<std::uint32_t>::max();
    boost::endian::store_little_u32(reinterpret_cast<unsigned char*>(file.data() + at),
                                    static_cast<std::uint32_t>(std::min(value, largest)));
}

bool is_wav(std::string_view file) {
    return (file.starts_with("RIFF") || file.starts_with("RF64")) && file.size() >= first_chunk &&
           file.substr(8, 4) == "WAVE";
}

bool is_chunk_name(std::string_view name) {
    return std::ranges::all_of(name, [](char c) { return c >= ' ' && c <= '~'; });
}

/// Whether chunks fill all from there to the end, or tags of ID3v1 do.
bool are_chunks(std::string_view rest) {
    constexpr std::size_t id3_size = 128;
    while (rest.size() >= chunk_header) {
        if (rest.size() == id3_size && rest.starts_with("TAG"))
            return true;
        const std::uint64_t size = number_at(rest, 4);
        const auto padded = chunk_header + size + size % 2;
        if (!is_chunk_name(rest.substr(0, 4)) || chunk_header + size > rest.size())
            return false;
        rest.remove_prefix(std::min<std::size_t>(padded, rest.size()));
    }
    return true;
}

std::size_t whole_frames(std::size_t size, std::size_t frame) {
    return frame > 0 ? size / frame * frame : size;
}

/// `frame`: bytes of one sample of every channel; 0: not known.
void correct_data_size(std::string& file, std::size_t at, std::size_t frame) {
    const auto start = at + chunk_header;
    const auto available = file.size() - start;
    const std::size_t stated = number_at(file, at + 4);
    const auto padded = stated + stated % 2;
    const auto rest = std::string_view(file).substr(start + std::min(padded, available));
    if (stated > available || !are_chunks(rest))
        set_number(file, at + 4, whole_frames(available, frame));
}

} // namespace

void correct_wav_sizes(std::string& file) {
    if (!is_wav(file))
        return;
    // It fits: 4 GiB are far more than is read.
    file.replace(0, 4, "RIFF");
    set_number(file, riff_size_at, file.size() - chunk_header);
    std::size_t frame = 0;
    for (auto at = first_chunk; at + chunk_header <= file.size();) {
        const auto name = std::string_view(file).substr(at, 4);
        const std::size_t size = number_at(file, at + 4);
        if (name == "data")
            return correct_data_size(file, at, frame);
        if (name == "fmt " && at + chunk_header + block_align_at + 2 <= file.size())
            frame = boost::endian::load_little_u16(reinterpret_cast<const unsigned char*>(
                file.data() + at + chunk_header + block_align_at));
        if (name == "ds64")
            file.replace(at, 4, "JUNK");
        at += chunk_header + size + size % 2;
    }
}

} // namespace avatar::audio
