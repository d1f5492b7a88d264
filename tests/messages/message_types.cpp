#include "messages/message_types.hpp"

#include "messages/actors.hpp"
#include "tests/support/message_config.hpp"

#define CAF_SUITE message_types

using namespace avatar;
using namespace std::chrono_literals;

namespace {

struct message_types_fixture : test_coordinator_fixture<tests::message_config> {
    /// To bytes as for another node, and back.
    template <class T>
    T over_the_wire(const T& message) {
        return roundtrip(caf::make_message(message)).template get_as<T>(0);
    }
};

protocol::failure some_failure() {
    protocol::failure f;
    f.code = protocol::failure_code::billing_required;
    f.phase = protocol::failure_phase::websocket_connect;
    f.http_status = 402;
    f.detail = "session denied";
    f.close_reason = "bye";
    return f;
}

} // namespace

CAF_TEST_FIXTURE_SCOPE(message_type_tests, message_types_fixture)

CAF_TEST(audio crosses nodes as its bytes) {
    audio_request request;
    request.request_id = "r-1";
    request.audio = audio_clip(std::string("\0\1speech", 8),
                               {protocol::audio_format::ogg_opus, 48'000, 24'000});
    request.spent = std::chrono::milliseconds(3);
    const auto copy = over_the_wire(request);
    CAF_CHECK_EQUAL(copy.request_id, "r-1");
    CAF_CHECK(copy.audio == request.audio);
    CAF_CHECK(copy.audio.format() == request.audio.format());
    CAF_CHECK_EQUAL(copy.audio.format().bitrate, 24'000);
    CAF_CHECK(copy.spent == request.spent);
}

CAF_TEST(a clip that is cut into pieces crosses nodes with them) {
    const audio_clip clip("speech", {2, 2, 6}, std::chrono::milliseconds(40));
    const auto copy = over_the_wire(audio_request{"r-1", clip}).audio;
    CAF_CHECK(copy == clip);
    CAF_REQUIRE_EQUAL(copy.pieces(), 3u);
    CAF_CHECK(copy.piece(0) == "sp");
    CAF_CHECK(copy.piece(1).empty());
    CAF_CHECK(copy.piece(2) == "eech");
    CAF_CHECK(copy.interval() == std::chrono::milliseconds(40));
}

CAF_TEST(a clip in one piece is that piece) {
    for (const auto& clip : {audio_clip("speech"), audio_clip()}) {
        CAF_CHECK_EQUAL(clip.pieces(), 1u);
        CAF_CHECK(clip.piece(0) == clip.bytes());
        CAF_CHECK(!clip.streamed());
    }
}

CAF_TEST(copies of a clip share one buffer) {
    const audio_clip clip("speech");
    const auto message = caf::make_message(audio_request{"r-1", clip});
    CAF_CHECK(message.get_as<audio_request>(0).audio.bytes().data() == clip.bytes().data());
}

CAF_TEST(results keep everything known of a failure) {
    audio_result result;
    result.request_id = "r-1";
    result.connection_id = "c-1";
    result.failure = some_failure();
    result.frames = 7;
    result.duration = std::chrono::seconds(2);
    const auto copy = over_the_wire(result);
    CAF_CHECK(copy.failure == result.failure);
    CAF_CHECK_EQUAL(copy.frames, 7u);
    CAF_CHECK(copy.duration == result.duration);
    CAF_CHECK(!copy.ok());
}

CAF_TEST(reports and events cross nodes) {
    run_report report;
    report.ok = 3;
    report.interrupted = true;
    report.rounds.push_back({1, nanoseconds(5), nanoseconds(6), 3, 0, 0});
    report.failures.push_back({some_failure(), 2});
    report.pool.connections.push_back({"c-1", 3, nanoseconds(9)});
    const auto copy = over_the_wire(report);
    CAF_CHECK_EQUAL(copy.ok, 3u);
    CAF_CHECK(copy.interrupted);
    CAF_CHECK_EQUAL(copy.rounds.at(0).ok, 3u);
    CAF_CHECK(copy.failures.at(0).sample == some_failure());
    CAF_CHECK_EQUAL(copy.pool.connections.at(0).connection_id, "c-1");

    round_finished round;
    round.round = 2;
    round.errors = {"one", "two"};
    CAF_CHECK_EQUAL(over_the_wire(round).errors.size(), 2u);
    CAF_CHECK_EQUAL(over_the_wire(session_idle{{3, 4}, true}).key.generation, 4u);
    CAF_CHECK(over_the_wire(deadline_due{deadline_due::kind::health}).of ==
              deadline_due::kind::health);
    const auto back =
        over_the_wire(returned_request{{3, 4}, {{"r-1"}, 1s, 2s, 3}, some_failure(), false});
    CAF_CHECK_EQUAL(back.assigned.request.request_id, "r-1");
    CAF_CHECK(back.assigned.waited == 1s);
    CAF_CHECK(back.assigned.spent == 2s);
    CAF_CHECK_EQUAL(back.assigned.tries, 3u);
    CAF_CHECK(back.failure == some_failure());
    CAF_CHECK(!back.accepted);
    CAF_CHECK_EQUAL(over_the_wire(lease_granted{7, "c-1", {}}).lease, 7u);
    CAF_CHECK(over_the_wire(close_session{close_reason::going_away}).why ==
              close_reason::going_away);
    over_the_wire(open_pool{});
}

CAF_TEST_FIXTURE_SCOPE_END()
