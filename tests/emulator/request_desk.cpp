#include "emulator/request_desk.hpp"

#include "tests/emulator/times.hpp"
#include "tests/support/ogg_opus_clip.hpp"

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#define CAF_SUITE request_desk
#include "caf/test/dsl.hpp"

using namespace avatar::emulator;
using namespace avatar::protocol;
using namespace std::chrono_literals;
using avatar::tests::start;

namespace {

/// One second of PCM at 16 kHz.
const std::string second(32'000, '\1');

/// Four frames for a second, 100 ms apart, from half the audio's length on.
std::shared_ptr<session_rules> default_rules() {
    auto rules = std::make_shared<session_rules>();
    rules->settings.first_frame = 0.5;
    rules->settings.frame_interval = 100ms;
    rules->settings.frames_per_second_of_audio = 4.0;
    rules->settings.frame_bytes = 16;
    return rules;
}

struct request_desk_fixture {
    std::shared_ptr<session_rules> rules = default_rules();
    std::string sent; ///< Each frame as its request's id, the last with '!'.
    request_desk desk = make_desk(audio_format::pcm_s16le);

    request_desk make_desk(audio_format format) {
        return make_desk(session_terms{"connection", format, 16'000});
    }

    request_desk make_desk(session_terms terms) { return request_desk(rules, std::move(terms)); }

    void note(const avatar::transport::shared_bytes& bytes) {
        if (!bytes)
            return;
        const auto m = decode(*bytes).value();
        const auto& frame = std::get<response_animation>(m);
        CAF_CHECK_EQUAL(std::string(frame.connection_id), "connection");
        sent += std::string(frame.req_id) + (frame.end ? "! " : " ");
    }

    void send_due(steady_time now) {
        desk.send_due(now, [this](const due_frame& frame) -> const fault* {
            note(frame.bytes);
            return nullptr;
        });
    }

    /// "code message [request]" of the error; empty when there is none.
    std::string take(std::string_view id, bool end, std::string_view audio,
                     steady_time now = start) {
        const auto error = desk.take({id, end, audio}, now);
        send_due(now);
        if (!error)
            return "";
        return std::to_string(error->code) + " " + error->message +
               (error->request_id.empty() ? "" : " [" + error->request_id + "]");
    }

    std::string sent_by(std::chrono::nanoseconds time) {
        sent.clear();
        send_due(start + time);
        return sent;
    }

    void pace_nothing() {
        rules->settings.first_frame = 0;
        rules->settings.frame_interval = 0ms;
    }
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(request_desk_tests, request_desk_fixture)

CAF_TEST(frames begin a share of the audio after its end) {
    CAF_CHECK_EQUAL(take("a", true, second), "");
    CAF_CHECK(desk.next_frame() == start + 500ms);
    CAF_CHECK_EQUAL(sent_by(499ms), "");
    CAF_CHECK_EQUAL(sent_by(500ms), "a ");
    CAF_CHECK_EQUAL(sent_by(800ms), "a a a! ");
    CAF_CHECK(!desk.next_frame());
}

CAF_TEST(frames begin while audio still arrives and the last waits for its end) {
    CAF_CHECK_EQUAL(take("a", false, second.substr(0, 8'000)), "");
    CAF_CHECK(!desk.next_frame()); // Worth one frame, which may be the last.
    CAF_CHECK(desk.knows("a"));
    CAF_CHECK_EQUAL(take("a", false, second.substr(8'000)), "");
    CAF_CHECK(desk.next_frame() == start + 500ms);
    CAF_CHECK_EQUAL(sent_by(10s), "a a a ");
    CAF_CHECK(!desk.next_frame());
    CAF_CHECK_EQUAL(take("a", true, "", start + 10s), "");
    CAF_CHECK_EQUAL(sent, "a a a a! ");
    CAF_CHECK(!desk.knows("a"));
}

CAF_TEST(with an egress no frames come back) {
    desk = make_desk({"connection", audio_format::pcm_s16le, 16'000, /*egress=*/true});
    CAF_CHECK_EQUAL(take("a", false, second), "");
    CAF_CHECK_EQUAL(take("a", true, second), "");
    CAF_CHECK_EQUAL(take("b", false, second), "");
    note(desk.interrupt("b"));
    CAF_CHECK(!desk.next_frame());
    CAF_CHECK_EQUAL(sent, "");
}

CAF_TEST(an animation with a fault breaks off) {
    const fault wrong;
    take("a", true, second);
    const auto broken = desk.send_due(start + 10s, [&](const due_frame& frame) {
        return frame.place.number == 2 ? &wrong : nullptr;
    });
    CAF_REQUIRE_EQUAL(broken.size(), 1u);
    CAF_CHECK_EQUAL(broken[0].request_id, "a");
    CAF_CHECK(!desk.knows("a"));
}

CAF_TEST(a desk is idle before and after its requests) {
    CAF_CHECK(desk.is_idle());
    take("a", false, second.substr(0, 100));
    CAF_CHECK(!desk.is_idle());
    take("a", true, second);
    CAF_CHECK(!desk.is_idle());
    sent_by(10s);
    CAF_CHECK(desk.is_idle());
}

CAF_TEST(without pacing all frames are sent with the last piece) {
    pace_nothing();
    CAF_CHECK_EQUAL(take("a", true, second), "");
    CAF_CHECK_EQUAL(sent, "a a a a! ");
    CAF_CHECK(!desk.next_frame());
}

CAF_TEST(a request without audio gets one frame) {
    CAF_CHECK_EQUAL(take("a", true, ""), "");
    CAF_CHECK_EQUAL(sent, "a! ");
}

CAF_TEST(interleaved requests are kept apart) {
    pace_nothing();
    CAF_CHECK_EQUAL(take("a", false, second), "");
    CAF_CHECK_EQUAL(take("b", false, second), "");
    CAF_CHECK_EQUAL(take("a", false, second), "");
    CAF_CHECK_EQUAL(take("b", true, ""), "");
    CAF_CHECK_EQUAL(take("a", true, ""), "");
    CAF_CHECK_EQUAL(sent, "a a a b b b a a a a b! a! ");
}

CAF_TEST(an id may be used again once its request is over) {
    pace_nothing();
    CAF_CHECK_EQUAL(take("a", true, ""), "");
    CAF_CHECK_EQUAL(take("a", true, ""), "");
    CAF_CHECK_EQUAL(sent, "a! a! ");
}

CAF_TEST(audio for a request that is being animated is an error of that request) {
    take("a", true, second);
    CAF_CHECK_EQUAL(take("a", false, second), "3 audio input after the end of the request [a]");
    CAF_CHECK_EQUAL(sent_by(10s), "a a a a! ");
}

CAF_TEST(audio without a request id is an error of the session) {
    CAF_CHECK_EQUAL(take("", true, second), "3 audio input without req_id");
}

CAF_TEST(an interrupt ends an animation with one last frame) {
    take("a", true, second);
    CAF_CHECK_EQUAL(sent_by(600ms), "a a ");
    sent.clear();
    note(desk.interrupt("a"));
    CAF_CHECK_EQUAL(sent, "a! ");
    CAF_CHECK_EQUAL(sent_by(10s), "");
}

CAF_TEST(an interrupt ends a request whose audio is still coming) {
    take("a", false, second);
    note(desk.interrupt("a"));
    CAF_CHECK_EQUAL(sent, "a! ");
    CAF_CHECK_EQUAL(sent_by(10s), "");
}

CAF_TEST(an interrupt ends a request that is not worth a frame yet) {
    take("a", false, second.substr(0, 100));
    note(desk.interrupt("a"));
    CAF_CHECK_EQUAL(sent, "a! ");
    CAF_CHECK(desk.is_idle());
}

CAF_TEST(an interrupt leaves other and unknown requests alone) {
    take("a", true, second);
    note(desk.interrupt("b"));
    note(desk.interrupt(""));
    CAF_CHECK_EQUAL(sent, "");
    CAF_CHECK_EQUAL(sent_by(10s), "a a a a! ");
    sent.clear();
    note(desk.interrupt("a"));
    CAF_CHECK_EQUAL(sent, "");
}

CAF_TEST(more requests at a time than allowed are an error of the session) {
    rules->max_open_requests = 2;
    CAF_CHECK_EQUAL(take("a", false, second), "");
    CAF_CHECK_EQUAL(take("b", true, second), "");
    CAF_CHECK_EQUAL(take("c", false, second), "8 more than 2 requests at a time");
    CAF_CHECK_EQUAL(take("a", false, second), "");
    CAF_CHECK_EQUAL(sent_by(10s), "a a a a a a a b b b b! ");
    CAF_CHECK_EQUAL(take("c", false, second), "");
}

CAF_TEST(more audio than allowed is an error of the session) {
    rules->max_request_bytes = 64'000;
    CAF_CHECK_EQUAL(take("a", false, second), "");
    CAF_CHECK_EQUAL(take("a", false, second), "");
    CAF_CHECK_EQUAL(take("b", false, second), "");
    CAF_CHECK_EQUAL(take("a", true, "\1\1"), "8 audio of one request exceeds 64000 bytes");
}

CAF_TEST(a request takes as many bytes as allowed at once or in pieces) {
    rules->max_request_bytes = 1'000;
    const std::string most(1'000, '\1');
    CAF_CHECK_EQUAL(take("a", false, most), "");
    CAF_CHECK_EQUAL(take("a", true, ""), "");
    CAF_CHECK_EQUAL(take("b", false, most.substr(1)), "");
    CAF_CHECK_EQUAL(take("b", true, "\1"), "");
    const auto refusal = "8 audio of one request exceeds 1000 bytes";
    CAF_CHECK_EQUAL(take("c", true, most + "\1"), refusal);
    CAF_CHECK_EQUAL(take("d", false, most), "");
    CAF_CHECK_EQUAL(take("d", false, "\1"), refusal);
}

CAF_TEST(each request has its luck and the frames that were foreseen) {
    pace_nothing();
    std::set<double> lucks;
    for (int i = 0; i < 20; ++i) {
        const auto seconds = static_cast<std::size_t>(i) % 3;
        std::string audio;
        for (std::size_t s = 0; s < seconds; ++s)
            audio += second;
        CAF_CHECK(!desk.take({std::to_string(i), true, audio}, start));
        desk.send_due(start, [&](const due_frame& frame) -> const fault* {
            CAF_CHECK_EQUAL(frame.place.foreseen, std::max({std::size_t{1}, 4 * seconds}));
            CAF_CHECK(frame.place.luck >= 0.0 && frame.place.luck < 1.0);
            if (frame.place.last)
                lucks.insert(frame.place.luck);
            return nullptr;
        });
    }
    CAF_CHECK_EQUAL(lucks.size(), 20u);
}

CAF_TEST(audio that plays longer than allowed is an error of its request) {
    rules->max_audio = 1s;
    CAF_CHECK_EQUAL(take("a", true, second), "");
    CAF_CHECK_EQUAL(take("b", false, second + second), "");
    CAF_CHECK_EQUAL(take("b", true, ""), "3 audio is longer than 1 seconds [b]");
    CAF_CHECK_EQUAL(sent_by(10s), "a a a a! ");
}

CAF_TEST(Ogg Opus is animated by its playing time) {
    desk = make_desk(audio_format::ogg_opus);
    const auto clip = make_ogg_opus(2.0, 16'000);
    take("a", false, clip.substr(0, 1000));
    CAF_CHECK_EQUAL(take("a", true, clip.substr(1000)), "");
    CAF_CHECK_EQUAL(sent_by(10s), "a a a a a a a a! ");
}

CAF_TEST(audio that is not the Ogg Opus it should be is an error of its request) {
    desk = make_desk(audio_format::ogg_opus);
    CAF_CHECK_EQUAL(take("a", true, second), "3 audio is not an Ogg Opus stream [a]");
    CAF_CHECK_EQUAL(sent_by(10s), "");
}

CAF_TEST_FIXTURE_SCOPE_END()
