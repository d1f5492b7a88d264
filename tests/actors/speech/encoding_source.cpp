#include "actors/speech/encoding_source.hpp"

#include "audio/decode.hpp"
#include "audio/ogg_opus_stream.hpp"
#include "tests/actors/live_source.hpp"
#include "tests/support/actor_fixture.hpp"

#include <optional>

#define CAF_SUITE encoding_source

using namespace avatar;
using namespace std::chrono_literals;

namespace {

struct encoding_source_fixture : tests::actor_fixture {
    encoding_source_fixture() {
        speaker = sys.spawn(tests::live_source, &log);
        source = sys.spawn(encoding_source, speaker, 16'000, config::opus_settings{});
    }

    ~encoding_source_fixture() override {
        caf::anon_send_exit(speaker, caf::exit_reason::kill);
        consume_messages(); // Who still waits hears that nothing comes.
    }

    /// Asks; what comes back is kept in `encoded`.
    void ask_for(const std::string& id) {
        const next_audio question{id, std::exchange(latest_, id) != id};
        sys.spawn([this, question](caf::event_based_actor* session) {
            session->request(source, caf::infinite, question)
                .then([this](audio_piece& piece) { encoded.push_back(std::move(piece)); },
                      [this](const caf::error&) { ++failed; });
        });
        consume_messages();
    }

    /// So many milliseconds of silence.
    void say(int milliseconds, bool last = false, std::size_t more = 0) {
        const std::string pcm(static_cast<std::size_t>(milliseconds) * 32 + more, '\0');
        caf::anon_send(speaker, std::uint64_t{log.unanswered.size() - 1}, audio_piece{pcm, last});
        consume_messages();
    }

    std::string all() const {
        std::string stream;
        for (const auto& piece : encoded)
            stream += piece.bytes;
        return stream;
    }

    tests::source_log log;
    tests::live_source_actor speaker;
    audio_source_actor source;
    std::vector<audio_piece> encoded;
    int failed = 0;

private:
    std::string latest_;
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(encoding_source_tests, encoding_source_fixture)

CAF_TEST(what is said comes as one Ogg Opus stream) {
    for (int i = 0; i < 10; ++i) {
        ask_for("r-1");
        say(40, i == 9);
    }
    CAF_REQUIRE_EQUAL(encoded.size(), 10u);
    CAF_CHECK(!encoded[8].last);
    CAF_CHECK(encoded[9].last);
    const auto stream = audio::take_ogg_opus(all());
    CAF_CHECK_EQUAL(stream.sample_rate, 16'000);
    CAF_CHECK_EQUAL(stream.length().count(), std::chrono::nanoseconds(400ms).count());
}

CAF_TEST(the speaker is asked again until there is a packet) {
    ask_for("r-1");
    say(5); // The headers come at once.
    CAF_CHECK_EQUAL(encoded.size(), 1u);
    ask_for("r-1");
    std::size_t said = 0;
    for (; said < 20 && encoded.size() == 1; ++said)
        say(5);
    CAF_CHECK_EQUAL(encoded.size(), 2u);
    CAF_CHECK(said > 1);
    CAF_CHECK_EQUAL(log.asked.size(), 1 + said);
}

CAF_TEST(pieces may end within a sample) {
    ask_for("r-1");
    say(100, /*last=*/false, /*more=*/1);
    ask_for("r-1");
    say(100, /*last=*/true, /*more=*/1);
    CAF_CHECK(audio::take_ogg_opus(all()).length() == 200ms + 62'500ns);
}

CAF_TEST(each request has a stream of its own) {
    ask_for("r-1");
    say(100, /*last=*/true);
    const auto first = audio::take_ogg_opus(std::exchange(encoded, {}).front().bytes);
    ask_for("r-2");
    say(200);
    encoded.clear(); // Interrupted: the stream is not ended.
    ask_for("r-3");
    say(300, /*last=*/true);
    CAF_CHECK_EQUAL(first.length().count(), std::chrono::nanoseconds(100ms).count());
    CAF_CHECK_EQUAL(audio::take_ogg_opus(all()).length().count(),
                    std::chrono::nanoseconds(300ms).count());
}

CAF_TEST(a request of the same id as an interrupted one has a stream of its own too) {
    ask_for("r-1");
    say(100);
    encoded.clear();
    ask_for(""); // Of another, between them.
    ask_for("r-1");
    say(100, /*last=*/true);
    CAF_CHECK_EQUAL(audio::take_ogg_opus(encoded.back().bytes).length().count(),
                    std::chrono::nanoseconds(100ms).count());
}

CAF_TEST(a question for a stream that another has replaced is answered by an error) {
    ask_for("r-1");
    ask_for("r-2");
    caf::anon_send(speaker, std::uint64_t{0}, audio_piece{"speech", false});
    consume_messages();
    CAF_CHECK_EQUAL(failed, 1);
    CAF_CHECK(encoded.empty());
}

CAF_TEST(an empty piece is passed on to be refused) {
    ask_for("r-1");
    say(100);
    ask_for("r-1");
    say(0);
    CAF_CHECK(encoded.back().bytes.empty());
}

CAF_TEST(it ends with its speaker) {
    ask_for("r-1");
    caf::anon_send_exit(speaker, caf::exit_reason::kill);
    consume_messages();
    CAF_CHECK(has_ended(source));
}

CAF_TEST_FIXTURE_SCOPE_END()
