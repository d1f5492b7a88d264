#include "audio/container.hpp"

#include <cstddef>

namespace avatar::audio {
namespace {

using namespace std::string_view_literals;

struct signature {
    std::string_view name;
    std::string_view start;
    std::size_t at = 0; ///< Of `more`.
    std::string_view more = {};
};

// None is so short that samples are likely to look like it.
constexpr signature signatures[] = {
    {"WAV", "RIFF", 8, "WAVE"},
    {"WAV", "RF64", 8, "WAVE"},
    {"WAV", "RIFX", 8, "WAVE"},
    {"W64", "riff\x2e\x91\xcf\x11"sv},
    {"AVI", "RIFF", 8, "AVI "},
    {"Ogg", "OggS\0"sv},
    {"FLAC", "fLaC"},
    {"AIFF", "FORM", 8, "AIF"},
    {"AU", ".snd"},
    {"CAF", "caff\0\1"sv},
    {"SPHERE", "NIST_1A\n"},
    {"MP3 with tags", "ID3\2"},
    {"MP3 with tags", "ID3\3"},
    {"MP3 with tags", "ID3\4"},
    {"MP4", "", 4, "ftyp"},
    {"Matroska or WebM", "\x1a\x45\xdf\xa3"},
    {"AMR", "#!AMR"},
    {"WMA", "\x30\x26\xb2\x75\x8e\x66\xcf\x11"},
};

} // namespace

std::string_view container_of(std::string_view file) {
    for (const auto& known : signatures)
        if (file.starts_with(known.start) && file.size() >= known.at &&
            file.substr(known.at).starts_with(known.more))
            return known.name;
    return {};
}

} // namespace avatar::audio
