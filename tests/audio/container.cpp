#define CAF_SUITE audio_container

#include "audio/container.hpp"

#include "caf/test/dsl.hpp"

#include <string>

using avatar::audio::container_of;
using namespace std::string_literals;

CAF_TEST(a file is known by its first bytes) {
    for (const auto& [start, name] :
         {std::pair("RIFF\x24\0\0\0WAVEfmt "s, "WAV"),
          std::pair("RF64\xff\xff\xff\xffWAVE"s, "WAV"), std::pair("OggS\0\2"s, "Ogg"),
          std::pair("fLaC\0"s, "FLAC"), std::pair("FORM\0\0\0\0AIFC"s, "AIFF"),
          std::pair("ID3\4\0"s, "MP3 with tags"),
          std::pair("\0\0\0\x20"
                    "ftypM4A "s,
                    "MP4"),
          std::pair("\x1a\x45\xdf\xa3"s, "Matroska or WebM")})
        CAF_CHECK_EQUAL(container_of(start), name);
}

CAF_TEST(samples are no file) {
    for (const auto& bytes : {""s, "R"s, "RIFF"s, "RIFF\x24\0\0\0WAV"s, "OggS\1"s, "ID3x"s,
                              std::string(100, '\0'), "\xff\xfb\x90\x44"s})
        CAF_CHECK_EQUAL(container_of(bytes), "");
}
