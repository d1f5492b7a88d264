#include "messages/actors.hpp"
#include "tests/support/message_config.hpp"

#include <caf/binary_deserializer.hpp>
#include <caf/binary_serializer.hpp>

#include <bit>
#include <limits>
#include <stdexcept>
#include <vector>

#define CAF_SUITE invariants

using namespace avatar;
using namespace std::chrono_literals;

namespace {

struct invariants_fixture : test_coordinator_fixture<tests::message_config> {
    /// What another node gets to know of `sent`, read as a `T`.
    template <class T, class Sent>
    caf::error received_as(const Sent& sent, T& copy) {
        std::vector<char> bytes;
        caf::binary_serializer to(sys, bytes);
        CAF_REQUIRE(!to(const_cast<Sent&>(sent)));
        caf::binary_deserializer from(sys, bytes);
        return from(copy);
    }

    template <class T>
    bool arrives(const T& sent) {
        T copy;
        return !received_as(sent, copy);
    }

    /// Bytes as the node of somebody else may put them together.
    bool clip_arrives(const std::string& bytes, const std::vector<std::uint64_t>& ends,
                      nanoseconds interval) {
        audio_clip copy;
        const auto error = received_as(std::make_tuple(bytes, ends, interval, clip_format()), copy);
        if (error)
            CAF_CHECK(copy == audio_clip()); // Nothing of it is kept.
        return !error;
    }
};

struct clip_parts {
    std::vector<std::uint64_t> ends;
    nanoseconds interval;
};

/// None fits "speech".
const std::vector<clip_parts> misfits{
    {{4, 2, 6}, 1ms},             // Shrink.
    {{2, 7}, 1ms},                // Past the end.
    {{2, 7, 6}, 1ms},             // Past the end and back.
    {{2, 4}, 1ms},                // Does not reach the end.
    {{0}, 1ms},                   // Not at all.
    {{UINT64_MAX, 6}, 1ms},       // Wraps.
    {{2, 6}, -1ns},               // Goes back in time.
    {{}, -1ms},                   // Even in one piece.
    {{2, 6}, nanoseconds::max()}, // Its end cannot be told.
};

template <class Made, class... Parts>
bool cannot_be_made(const Parts&... parts) {
    try {
        Made{parts...};
        return false;
    } catch (const std::invalid_argument&) {
        return true;
    }
}

} // namespace

CAF_TEST_FIXTURE_SCOPE(invariant_tests, invariants_fixture)

CAF_TEST(a clip whose pieces do not fit its bytes cannot be made) {
    for (const auto& [ends, interval] : misfits)
        CAF_CHECK(cannot_be_made<audio_clip>("speech", ends, interval));
    CAF_CHECK(cannot_be_made<audio_clip>("", std::vector<std::uint64_t>{1}, 1ms));
    CAF_CHECK_EQUAL(audio_clip("", {0, 0}, 1ms).pieces(), 2u);
    const audio_clip with_empty_ones("speech", {0, 6, 6}, 0ms);
    CAF_CHECK_EQUAL(with_empty_ones.piece(1), "speech");
}

CAF_TEST(the text says which piece does not fit) {
    try {
        audio_clip("speech", {2, 7}, 1ms);
        CAF_ERROR("nothing thrown");
    } catch (const std::invalid_argument& e) {
        CAF_CHECK_EQUAL(std::string(e.what()),
                        "audio clip of 6 bytes: piece 2 ends at 7 after 2; expected offsets that "
                        "only grow, up to the last byte");
    }
}

CAF_TEST(a clip whose pieces do not fit its bytes does not arrive) {
    CAF_CHECK(clip_arrives("speech", {2, 2, 6}, 40ms));
    CAF_CHECK(clip_arrives("speech", {}, 0ms));
    for (const auto& [ends, interval] : misfits)
        CAF_CHECK(!clip_arrives("speech", ends, interval));
}

CAF_TEST(a clip in an encoding that is not known does not arrive) {
    audio_clip copy;
    const std::vector<std::uint64_t> one_piece;
    for (const int encoding : {-1, 0, 1, 2}) {
        const auto sent = std::make_tuple(std::string("speech"), one_piece, nanoseconds(0),
                                          std::make_tuple(encoding, 16'000, 0));
        CAF_CHECK_EQUAL(!received_as(sent, copy), encoding == 0 || encoding == 1);
    }
}

CAF_TEST(a request with an impossible clip does not arrive either) {
    using request_parts =
        std::tuple<std::string,
                   std::tuple<std::string, std::vector<std::uint64_t>, nanoseconds, clip_format>,
                   std::uint64_t, nanoseconds, frame_sink_actor, frame_credit, audio_source_actor>;
    const auto request = [](std::vector<std::uint64_t> ends, nanoseconds spent) {
        return request_parts{"r-1", {"speech", std::move(ends), 1ms, {}}, 0, spent, {}, {}, {}};
    };
    audio_request copy;
    CAF_CHECK(!received_as(request({2, 6}, 1s), copy));
    CAF_CHECK_EQUAL(copy.audio.piece(1), "eech");
    CAF_CHECK(received_as(request({7}, 0s), copy));
    CAF_CHECK(received_as(request({6}, -1s), copy));
    CAF_CHECK(received_as(request({6}, nanoseconds::max()), copy));

    using assigned_parts = std::tuple<request_parts, nanoseconds, nanoseconds, std::uint32_t>;
    const auto assigned = [&](nanoseconds waited, nanoseconds spent) {
        return assigned_parts{request({6}, 0s), waited, spent, 0};
    };
    assigned_request whole;
    CAF_CHECK(!received_as(assigned(1s, 2s), whole));
    CAF_CHECK(whole.spent == 2s);
    CAF_CHECK(received_as(assigned(-1ns, 0s), whole));
    CAF_CHECK(received_as(assigned(0s, -1ns), whole));
}

CAF_TEST(frames whose offsets do not fit their bytes can neither be made nor arrive) {
    using offsets = std::vector<std::uint64_t>;
    for (const auto& ends :
         {offsets{2, 7}, offsets{4, 2, 6}, offsets{2, 4}, offsets{}, offsets{UINT64_MAX, 6}}) {
        CAF_CHECK(cannot_be_made<frame_batch>("frames", ends));
        frame_batch copy;
        CAF_CHECK(received_as(std::make_tuple(std::string("frames"), ends), copy));
        CAF_CHECK(copy.empty());
    }
    const frame_batch three("frames", {2, 2, 6});
    CAF_CHECK_EQUAL(three.size(), 3u);
    CAF_CHECK_EQUAL(three[0], "fr");
    CAF_CHECK_EQUAL(three[1], "");
    CAF_CHECK_EQUAL(three[2], "ames");
    frame_batch copy;
    CAF_CHECK(!received_as(three, copy));
    CAF_CHECK_EQUAL(copy, three);
    CAF_CHECK(arrives(frame_batch()));
}

CAF_TEST(durations below zero and beyond all measure do not arrive) {
    for (const auto wrong : {nanoseconds(-1), nanoseconds::min(), nanoseconds::max()}) {
        for (auto field : {&audio_result::waited, &audio_result::duration, &audio_result::served,
                           &audio_result::first_frame, &audio_result::first_frame_after_last}) {
            audio_result result;
            result.*field = 1h;
            CAF_CHECK(arrives(result));
            result.*field = wrong;
            CAF_CHECK(!arrives(result));
        }
        for (auto field : {&exchange_finished::duration, &exchange_finished::first_frame,
                           &exchange_finished::first_frame_after_last}) {
            exchange_finished end;
            end.*field = wrong;
            CAF_CHECK(!arrives(end));
        }
        round_finished round;
        round.next_in = wrong;
        CAF_CHECK(!arrives(round));
        rounds_started plan;
        plan.arrivals = wrong;
        CAF_CHECK(!arrives(plan));
        run_report report;
        report.request_duration.p95 = wrong;
        CAF_CHECK(!arrives(report));
        pool_status status;
        status.connections.push_back({"c-1", 1, wrong});
        CAF_CHECK(!arrives(status));
    }
}

CAF_TEST(words that a message does not have do not arrive) {
    CAF_CHECK(arrives(close_session{close_reason::going_away}));
    for (int code : {0, 999, 1002, 1005, 5000})
        CAF_CHECK(!arrives(close_session{static_cast<close_reason>(code)}));
    CAF_CHECK(arrives(deadline_due{deadline_due::kind::drain}));
    CAF_CHECK(!arrives(deadline_due{static_cast<deadline_due::kind>(200)}));
}

CAF_TEST(a failure code of a newer node is read as unknown and all of ours as they are) {
    for (int code = 0; code < 256; ++code) {
        protocol::failure sent;
        sent.code = static_cast<protocol::failure_code>(code);
        sent.phase = static_cast<protocol::failure_phase>(code);
        session_closed copy;
        CAF_REQUIRE(!received_as(session_closed{{}, sent, 0, false}, copy));
        CAF_CHECK_EQUAL(to_string(copy.failure.code), to_string(sent.code));
        CAF_CHECK_EQUAL(to_string(copy.failure.phase), to_string(sent.phase));
        CAF_CHECK(copy.failure.code <= protocol::last_failure_code);
        CAF_CHECK(copy.failure.phase <= protocol::failure_phase::websocket_send);
        session_idle idle;
        CAF_REQUIRE(!received_as(session_idle{{}, true, sent.code, 0}, idle));
        CAF_CHECK(idle.outcome == copy.failure.code);
    }
}

CAF_TEST(a round that no settings can ask for does not arrive) {
    constexpr auto nan = std::numeric_limits<double>::quiet_NaN();
    constexpr auto infinite = std::numeric_limits<double>::infinity();
    // The rate as its bits: CAF takes them for a double, and hangs when it writes an infinite one.
    const auto round_arrives = [&](std::uint64_t requests, double rate, nanoseconds first = 0ns) {
        begin_round copy;
        const auto bits = std::bit_cast<std::uint64_t>(rate);
        return !received_as(std::make_tuple(std::uint64_t{1}, requests, first, bits), copy);
    };
    CAF_CHECK(round_arrives(1, 0));
    CAF_CHECK(round_arrives(1'000'000, 100'000, 24h));
    CAF_CHECK(round_arrives(1, 1e-300));
    CAF_CHECK(round_arrives(32, 1e-6)); // In a year.
    CAF_CHECK(!round_arrives(0, 0));
    CAF_CHECK(!round_arrives(1'000'001, 0));
    CAF_CHECK(!round_arrives(1, 0, -1ns));
    for (const double rate : {-1.0, 100'001.0, nan, infinite, -infinite})
        CAF_CHECK(!round_arrives(5, rate));
    for (const double rate : {1e-300, 1e-12, 1e-8}) // Their starts cannot be told.
        CAF_CHECK(!round_arrives(5, rate));
}

CAF_TEST_FIXTURE_SCOPE_END()
