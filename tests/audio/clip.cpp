#define CAF_SUITE audio_clip

#include "audio/clip.hpp"

#include "caf/test/dsl.hpp"
#include "config/settings.hpp"
#include "tests/audio/ogg_pages.hpp"
#include "tests/audio/support.hpp"
#include "tests/support/ogg_opus_clip.hpp"

#include <csignal>
#include <sys/stat.h>
#include <thread>

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

CAF_TEST(a file with a header is what that says whatever its name) {
    const temporary_folder folder;
    for (const auto name : {"a.pcm", "a.raw", "a.s16le", "a.S16", "a.sw"}) {
        const auto path = folder.file(name);
        write_sound(path, std::vector<float>(8'000, 0.25F), {.rate = 24'000});
        CAF_CHECK_EQUAL(load({path, 8'000}).clip.format().sample_rate, 24'000);
        CAF_CHECK_EQUAL(load({path, 8'000}).clip.size(), 16'000u);
        write_bytes(path, make_ogg_opus(0.5, 16'000));
        CAF_CHECK(load({path}).clip.format().encoding == audio_format::ogg_opus);
        write_bytes(path, "ab");
        CAF_CHECK(load({path}).clip.bytes() == "ab");
        write_bytes(path, std::string("\0\0\0\x20", 4) + "ftypM4A and so on");
        const auto error = load_error(path);
        CAF_CHECK(error.starts_with("MP4 that cannot be read ("));
    }
}

CAF_TEST(what has no header can be said to be raw PCM) {
    const temporary_folder folder;
    avatar::config::audio_settings settings;
    settings.file = folder.file("speech");
    settings.raw = true;
    write_bytes(settings.file, "abcd");
    CAF_CHECK(load(settings).clip.bytes() == "abcd");
    write_sound(settings.file, std::vector<float>(100, 0.25F));
    CAF_CHECK_EQUAL(load(settings).clip.size(), 200u);
}

CAF_TEST(a pipe is read to its end and no further than the limit) {
    const temporary_folder folder;
    const auto pipe = folder.file("pipe");
    CAF_REQUIRE_EQUAL(mkfifo(pipe.c_str(), 0600), 0);
    const auto written = [&](std::string bytes, const std::string& as) {
        std::filesystem::rename(folder.file("pipe"), folder.file(as));
        std::thread writer([path = folder.file(as), bytes = std::move(bytes)] {
            write_bytes(path, bytes); // As far as it is read.
        });
        const auto text = error_of([&] { CAF_MESSAGE(load({folder.file(as)}).clip.size()); });
        writer.join();
        std::filesystem::rename(folder.file(as), folder.file("pipe"));
        return text;
    };
    std::signal(SIGPIPE, SIG_IGN);
    CAF_CHECK_EQUAL(written(std::string(300'000, 'a'), "a.pcm"), "no error");
    CAF_CHECK_EQUAL(written(make_ogg_opus(1.0, 16'000), "a.wav"), "no error");
    CAF_CHECK_EQUAL(written("", "a.pcm"),
                    "audio file " + folder.file("a.pcm") + ": is empty: expected an audio file");
    CAF_CHECK_EQUAL(written(std::string(largest_audio + 100, 'a'), "a.pcm"),
                    "audio file " + folder.file("a.pcm") +
                        ": more than 67108864 bytes large: expected at most 64 MiB");
}

CAF_TEST(several channels are mixed to one where that is wanted) {
    const temporary_folder folder;
    avatar::config::audio_settings settings;
    settings.file = folder.file("a.wav");
    settings.downmix = true;
    write_sound(settings.file, {1, 1, -1, -1, 0.5, -0.5, 0.5, 0}, {.channels = 2});
    CAF_CHECK(samples_of(load(settings).clip.bytes()) == (std::vector{32'767, -32'767, 0, 8'192}));
    write_sound(settings.file, {0.75, 0, 0, 0, 0, 0.75}, {.channels = 3});
    CAF_CHECK(samples_of(load(settings).clip.bytes()) == (std::vector{8'192, 8'192}));
    write_sound(settings.file, std::vector<float>(96'000, 0.25F),
                {SF_FORMAT_OGG | SF_FORMAT_OPUS, 48'000, 2});
    const auto from_opus = load(settings);
    CAF_CHECK(from_opus.clip.format().encoding == audio_format::pcm_s16le);
    CAF_CHECK_EQUAL(from_opus.clip.size(), 96'000u);
    settings.encode = "opus";
    CAF_CHECK(load(settings).clip.format().encoding == audio_format::ogg_opus);
    settings.downmix = false;
    CAF_CHECK_EQUAL(load_error(settings.file),
                    "2 channels: expected 1 (mono), or --audio.downmix=true to mix them");
}

CAF_TEST(tags are told of unless they are few and can be left out) {
    const temporary_folder folder;
    avatar::config::audio_settings settings;
    settings.file = folder.file("a.opus");
    const auto plain = make_ogg_opus(1.0, 16'000);
    write_bytes(settings.file, plain);
    CAF_CHECK(!warning_of(load(settings), settings.file));
    // One page more of them, which is as much as a page can hold.
    const auto head = plain.find("OggS", 1);
    const auto tags = plain.find("OggS", head + 1);
    const auto page = ogg_page_of("OpusTags" + std::string(10'000, '\0'), 0);
    write_bytes(settings.file, plain.substr(0, head) + page + plain.substr(tags));
    const auto loaded = load(settings);
    CAF_CHECK_EQUAL(loaded.tag_bytes, page.size());
    CAF_CHECK_EQUAL(warning_of(loaded, settings.file).value_or(""),
                    "audio file " + settings.file + ": " + std::to_string(page.size()) +
                        " bytes of tags, such as cover art, go out with every request: "
                        "--audio.strip-tags=true leaves them out");
    settings.strip_tags = true;
    CAF_CHECK(!warning_of(load(settings), settings.file));
    CAF_CHECK_LESS(load(settings).clip.size(), plain.size());
    settings.file = folder.file("a.wav");
    write_sound(settings.file, {0, 0});
    CAF_CHECK_EQUAL(load(settings).clip.size(), 4u);
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
    CAF_CHECK_EQUAL(load_error(folder.file("a.wav")),
                    "2 channels: expected 1 (mono), or --audio.downmix=true to mix them");
}

CAF_TEST(files that are none are errors) {
    const temporary_folder folder;
    CAF_CHECK_EQUAL(load_error(folder.file("none.wav")), "not found: expected an audio file");
    CAF_CHECK_EQUAL(load_error(folder.file("")), "is a directory: expected an audio file");
    for (const auto name : {"a.wav", "a.pcm"}) {
        write_bytes(folder.file(name), "");
        CAF_CHECK_EQUAL(load_error(folder.file(name)), "is empty: expected an audio file");
    }
    CAF_CHECK_EQUAL(load_error("/dev/zero"),
                    "neither a plain file nor a pipe: expected an audio file");
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
