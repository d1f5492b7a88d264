#include "tests/main/binary.hpp"
#include "tests/support/ogg_opus_clip.hpp"

#define CAF_SUITE ways_to_send

using namespace avatar;
using namespace avatar::tests;

namespace {

using protocol::audio_input;
using protocol::client_interrupt;

/// What a service got of a session, its views made into strings.
struct heard {
    std::vector<std::string> audio; ///< Of each message.
    std::uint64_t interrupts = 0;
};

/// A service that notes what it gets and answers each request when its audio
/// has ended, or its interrupt.
struct noting_service {
    /// Without `answers` only interrupts are answered.
    explicit noting_service(bool answers = true) : answers(answers) { service.emplace(script()); }

    service_script script() {
        service_script s;
        s.request = [this](transport::peer& peer, const protocol::message& message) {
            if (const auto* audio = std::get_if<audio_input>(&message)) {
                notes.audio.emplace_back(audio->audio);
                if (audio->end && answers)
                    send_frames(peer, audio->req_id, 3);
            } else if (const auto* interrupt = std::get_if<client_interrupt>(&message)) {
                ++notes.interrupts;
                send_frames(peer, interrupt->req_id, 1);
            }
        };
        return s;
    }

    std::string all_audio() const {
        std::string all;
        for (const auto& piece : notes.audio)
            all += piece;
        return all;
    }

    /// One request of one connection. The service ends with it, and so do its
    /// notes.
    outcome run(const arguments& more) {
        auto result = run_binary(
            joined({"run", "--pool.size=1", "--rounds.count=1", "--rounds.concurrency=1"}, more),
            pointing_at(*service));
        service.reset();
        return result;
    }

    heard notes; // Of the service's thread, while that runs.
    const bool answers;
    std::optional<local_service> service;
};

} // namespace

CAF_TEST(an Ogg Opus file goes out byte for byte) {
    const scratch_folder folder;
    const auto clip = make_ogg_opus(0.5, 24'000);
    noting_service service;
    const auto result = service.run({"--audio.file=" + folder.file("a.opus", clip)});
    CAF_CHECK_EQUAL(result.code, 0);
    check_contains(result.out, "Loaded audio file: " + std::to_string(clip.size()) + " bytes");
    CAF_CHECK(service.all_audio() == clip);
    CAF_CHECK_EQUAL(service.notes.audio.size(), 1u);
}

CAF_TEST(the clip is encoded to Ogg Opus and sent as a live stream) {
    const scratch_folder folder;
    const auto file = folder.file("a.pcm", std::string(9'600, '\1')); // 0.3 s at 16 kHz.
    noting_service service;
    const auto result =
        service.run({"--audio.file=" + file, "--audio.encode=opus", "--audio.chunk=100ms"});
    CAF_CHECK_EQUAL(result.code, 0);
    CAF_CHECK(service.all_audio().starts_with("OggS"));
    CAF_CHECK(service.notes.audio.size() >= 3u);
    check_contains(result.out, "  Avg time from last audio to first frame: ");
}

CAF_TEST(requests are interrupted where the plan says so) {
    noting_service service(/*answers=*/false);
    const auto result = service.run({"--rounds.interrupt-after=50ms"});
    CAF_CHECK_EQUAL(result.code, 0);
    check_contains(result.out, "  Completed: 0 OK, 0 FAILED, 1 INTERRUPTED in ");
    check_contains(result.out, "  Interrupted: 1 (100.0%)\n");
    CAF_CHECK_EQUAL(service.notes.interrupts, 1u);
}

CAF_TEST(a request over its timeout is interrupted on the side of the service) {
    noting_service service(/*answers=*/false);
    const auto result = service.run({"--pool.request-timeout=100ms"});
    CAF_CHECK_EQUAL(result.code, 1);
    check_contains(result.out, "  1 \u00d7 requestTimeout, such as: request timed out after 100ms");
    CAF_CHECK_EQUAL(service.notes.interrupts, 1u);
}

CAF_TEST(audio comes from pipes of the shell) {
    const scratch_folder folder;
    // As a writer to a pipe leaves it: no size is known.
    const auto samples = std::string(32'000, '\1');
    const auto wav = folder.file(
        "a.wav", std::string("RIFF\xff\xff\xff\xffWAVEfmt \x10\0\0\0\1\0\1\0\x80\x3e\0\0\0\x7d\0\0"
                             "\2\0\x10\0data\xff\xff\xff\xff",
                             44) +
                     samples);
    const auto raw = folder.file("a", samples);
    const auto dash = quick_run_in_words({"--audio.file=-"});
    for (const auto& line : {"cat " + wav + " | " + dash, dash + " < " + wav,
                             "cat " + raw + " | " + dash + " --audio.raw=true",
                             quick_run_in_words({}) + " --audio.file=<(cat " + wav + ")"}) {
        process shell("/bin/bash", {"-c", line});
        CAF_CHECK_EQUAL(shell.wait(), 0);
        check_contains(shell.out(), "Loaded audio file: 32000 bytes\n");
    }
    process empty("/bin/bash", {"-c", dash + " < /dev/null"});
    CAF_CHECK_EQUAL(empty.wait(), 2);
    check_contains(empty.err(),
                   "avatar-pool: audio on standard input: is empty: expected an audio file\n");
}

CAF_TEST(with an egress requests end without frames) {
    for (const auto& destination :
         {arguments{"--egress.livekit.url=wss://livekit.example", "--egress.livekit.room-name=r"},
          arguments{"--egress.agora.channel-name=c"}}) {
        process child(AVATAR_POOL_BINARY, quick_run(destination),
                      {{"AVATAR_LIVEKIT_API_TOKEN", "header.payload.signature"},
                       {"AVATAR_AGORA_TOKEN", "agora-token"}});
        CAF_CHECK_EQUAL(child.wait(), 0);
        check_contains(child.out(), "  Completed: 3 OK, 0 FAILED in ");
        check_contains(child.out(), "  Avg frames: 0.0\n");
    }
}

CAF_TEST(an egress without good credentials is refused by the service) {
    const auto result = run_binary(
        quick_run({"--egress.livekit.url=wss://livekit.example", "--egress.livekit.room-name=r"}),
        {{"AVATAR_LIVEKIT_API_TOKEN", "token"}});
    CAF_CHECK_EQUAL(result.code, 3);
    check_contains(result.err, "2 \u00d7 invalidEgressConfig (server code 16): unauthorized: "
                               "api_token is no JSON Web Token");
}

CAF_TEST(an Agora channel without a token is taken) {
    const auto result = run_binary(quick_run({"--egress.agora.channel-name=c"}));
    CAF_CHECK_EQUAL(result.code, 0);
    check_contains(result.out, "  Completed: 3 OK, 0 FAILED in ");
}
