#define CAF_SUITE audio_clip

#include "audio/clip.hpp"

#include "caf/test/dsl.hpp"
#include "config/settings.hpp"
#include "tests/audio/support.hpp"
#include "tests/support/ogg_opus_clip.hpp"

#include <sys/stat.h>

using namespace avatar::audio;
using namespace avatar::audio::test;
using namespace std::chrono_literals;
using avatar::protocol::audio_format;

namespace {

// The error for a sample rate that the service does not take.
std::string refused(const std::string& rate) {
    return "sample rate " + rate +
           " Hz: expected one that the service takes as PCM: 8000, 16000, 22050, 24000, 32000, "
           "44100, 48000 (or --audio.resample to one of them)";
}

// The error of loading a file, without "audio file <path>: " in front.
std::string load_error(const std::string& path, std::int32_t sample_rate = 16'000) {
    const auto text = error_of([&] { load({path, sample_rate}); });
    const auto front = "audio file " + path + ": ";
    return text.starts_with(front) ? text.substr(front.size()) : "no path: " + text;
}

} // namespace

CAF_TEST(sound files keep their own sample rate) {
    const temporary_folder folder;
    for (const int rate : {8'000, 16'000, 22'050, 24'000, 32'000, 44'100, 48'000}) {
        const auto path = folder.file("a.wav");
        write_sound(path, std::vector<float>(static_cast<std::size_t>(rate) / 2, 0.25F),
                    {.rate = rate});
        const auto loaded = load({path, 8'000});
        CAF_CHECK_EQUAL(loaded.clip.format().sample_rate, rate);
        CAF_CHECK_EQUAL(loaded.clip.size(), static_cast<std::size_t>(rate / 2 * 2));
        CAF_CHECK_EQUAL(loaded.length.count(), std::chrono::nanoseconds(500ms).count());
    }
}

CAF_TEST(raw PCM is taken as it is at the rate of the settings) {
    const temporary_folder folder;
    for (const auto name : {"a.pcm", "a.raw", "a.PCM"}) {
        const auto path = folder.file(name);
        const auto bytes = std::string("RIFF\x00\x80\xff\x7f", 8);
        write_bytes(path, bytes);
        const auto loaded = load({path, 8'000});
        CAF_CHECK(loaded.clip.bytes() == bytes);
        CAF_CHECK_EQUAL(loaded.clip.format().sample_rate, 8'000);
        CAF_CHECK_EQUAL(loaded.length.count(), std::chrono::nanoseconds(500us).count());
    }
}

CAF_TEST(raw PCM of odd length is an error) {
    const temporary_folder folder;
    write_bytes(folder.file("a.pcm"), "abc");
    CAF_CHECK_EQUAL(load_error(folder.file("a.pcm")),
                    "3 bytes long, an odd number: expected 16-bit PCM, two bytes a sample");
}

CAF_TEST(a sample rate that the service does not take is an error) {
    const temporary_folder folder;
    write_sound(folder.file("a.wav"), {0, 0}, {.rate = 11'025});
    CAF_CHECK_EQUAL(load_error(folder.file("a.wav")), refused("11025"));
    write_bytes(folder.file("a.raw"), "ab");
    CAF_CHECK_EQUAL(load_error(folder.file("a.raw"), 12'000), refused("12000"));
}

CAF_TEST(stereo is an error) {
    const temporary_folder folder;
    write_sound(folder.file("a.wav"), {0, 0, 0, 0}, {.channels = 2});
    CAF_CHECK_EQUAL(load_error(folder.file("a.wav")), "2 channels: expected 1 (mono)");
}

CAF_TEST(files that are none are errors) {
    const temporary_folder folder;
    CAF_CHECK_EQUAL(load_error(folder.file("none.wav")), "not found: expected an audio file");
    CAF_CHECK_EQUAL(load_error(folder.file("")), "is a directory: expected an audio file");
    for (const auto name : {"a.wav", "a.pcm"}) {
        write_bytes(folder.file(name), "");
        CAF_CHECK_EQUAL(load_error(folder.file(name)), "is empty: expected an audio file");
    }
    CAF_REQUIRE_EQUAL(mkfifo(folder.file("pipe.pcm").c_str(), 0600), 0);
    CAF_CHECK_EQUAL(load_error(folder.file("pipe.pcm")),
                    "not a plain file: expected an audio file");
    write_bytes(folder.file("below"), "a file");
    CAF_CHECK_EQUAL(load_error(folder.file("below/a.wav")), "not found: expected an audio file");
}

CAF_TEST(a file that may not be read is an error) {
    if (geteuid() == 0)
        return; // Nothing is closed to root.
    const temporary_folder folder;
    write_bytes(folder.file("a.wav"), "RIFF");
    std::filesystem::permissions(folder.file("a.wav"), std::filesystem::perms::none);
    CAF_CHECK_EQUAL(load_error(folder.file("a.wav")),
                    "cannot be opened (Permission denied): expected an audio file");
}

CAF_TEST(a file beyond the limit is refused before it is read) {
    const temporary_folder folder;
    for (const auto name : {"a.wav", "a.raw"}) {
        write_bytes(folder.file(name), "");
        std::filesystem::resize_file(folder.file(name), largest_audio + 1);
        CAF_CHECK_EQUAL(load_error(folder.file(name)),
                        "67108865 bytes large: expected at most 64 MiB");
    }
}

CAF_TEST(an error is on one line) {
    CAF_CHECK_EQUAL(error_of([] {
                        load({"no\nsuch.wav", 16'000});
                    }),
                    "audio file no such.wav: not found: expected an audio file");
}

CAF_TEST(Ogg Opus goes out byte for byte) {
    const temporary_folder folder;
    const auto bytes = make_ogg_opus(1.0, 24'000);
    for (const auto name : {"a.opus", "a.ogg", "a.wav"}) {
        write_bytes(folder.file(name), bytes);
        const auto loaded = load({folder.file(name)});
        CAF_CHECK(loaded.clip.format().encoding == audio_format::ogg_opus);
        CAF_CHECK(loaded.clip.bytes() == bytes);
        CAF_CHECK_EQUAL(loaded.clip.format().sample_rate, 24'000);
        CAF_CHECK_EQUAL(loaded.clip.format().bitrate, 0);
    }
}

CAF_TEST(Ogg Opus that is to be resampled is decoded first) {
    const temporary_folder folder;
    write_bytes(folder.file("a.opus"), make_ogg_opus(1.0, 24'000));
    avatar::config::audio_settings settings;
    settings.file = folder.file("a.opus");
    settings.resample = 22'050;
    const auto loaded = load(settings);
    CAF_CHECK(loaded.clip.format().encoding == audio_format::pcm_s16le);
    CAF_CHECK_EQUAL(loaded.clip.format().sample_rate, 22'050);
}

CAF_TEST(a rate that the service does not take can be resampled) {
    const temporary_folder folder;
    write_sound(folder.file("a.wav"), std::vector<float>(11'025, 0.25F), {.rate = 11'025});
    avatar::config::audio_settings settings;
    settings.file = folder.file("a.wav");
    settings.resample = 16'000;
    const auto loaded = load(settings);
    CAF_CHECK_EQUAL(loaded.clip.format().sample_rate, 16'000);
    CAF_CHECK_EQUAL(loaded.clip.size(), 32'000u);
    settings.resample = 12'000; // As Ogg Opus only.
    CAF_CHECK_EQUAL(error_of([&] { load(settings); }),
                    "audio file " + settings.file + ": " + refused("12000"));
    settings.encode = "opus";
    CAF_CHECK_EQUAL(load(settings).clip.format().sample_rate, 12'000);
}

CAF_TEST(a clip is encoded at its own rate and only at one that Ogg Opus is taken at) {
    avatar::config::audio_settings settings;
    settings.encode = "opus";
    settings.opus.bitrate = 24'000;
    const auto loaded = load(settings);
    CAF_CHECK(loaded.clip.format().encoding == audio_format::ogg_opus);
    CAF_CHECK_EQUAL(loaded.clip.format().sample_rate, 16'000);
    CAF_CHECK_EQUAL(loaded.clip.format().bitrate, 24'000);
    CAF_CHECK(loaded.length == load({}).length);
    CAF_CHECK_LESS(4 * loaded.clip.size(), load({}).clip.size());
    settings.resample = 44'100;
    CAF_CHECK_EQUAL(error_of([&] { load(settings); }),
                    "audio file built into the program: sample rate 44100 Hz: expected one that "
                    "the service takes as Ogg Opus: 8000, 12000, 16000, 24000, 48000 (or "
                    "--audio.resample to one of them)");
}

CAF_TEST(a clip is one piece unless it is to be streamed) {
    CAF_CHECK(!load({}).clip.streamed());
    avatar::config::audio_settings settings;
    settings.chunk = 40ms;
    const auto pcm = load(settings);
    CAF_CHECK(pcm.clip.streamed());
    CAF_CHECK_EQUAL(pcm.clip.piece(0).size(), 1'280u);
    CAF_CHECK(pcm.clip.interval() == 40ms);
    CAF_CHECK_EQUAL(pcm.clip.pieces(), static_cast<std::size_t>((pcm.length + 40ms - 1ns) / 40ms));
    settings.encode = "opus";
    const auto opus = load(settings);
    CAF_CHECK(opus.clip.piece(0).starts_with("OggS"));
    std::string joined;
    for (std::size_t i = 0; i < opus.clip.pieces(); ++i)
        joined += opus.clip.piece(i);
    CAF_CHECK(joined == opus.clip.bytes());
}
