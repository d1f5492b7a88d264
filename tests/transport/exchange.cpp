#include "transport/exchange.hpp"

#include "tests/support/dsl.hpp"

#include <limits>

#define CAF_SUITE exchange

using namespace avatar;
using namespace std::chrono_literals;

namespace {

transport::exchange::time_point now;

void at(std::chrono::milliseconds since_start) {
    now = transport::exchange::time_point(since_start);
}

protocol::response_animation frame(std::string_view id, bool end = false) {
    protocol::response_animation f;
    f.req_id = id;
    f.end = end;
    return f;
}

std::string of_size(std::size_t bytes) {
    return std::string(bytes, 'f');
}

struct exchange_fixture {
    exchange_fixture() {
        at(0ms);
        exchange.start("r-1");
    }

    transport::exchange exchange{[] { return now; }};
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(exchange_tests, exchange_fixture)

CAF_TEST(counts frames and bytes and ends with the last frame) {
    at(30ms);
    CAF_CHECK(!exchange.on_frame(frame("r-1"), of_size(100)));
    at(40ms);
    CAF_CHECK(!exchange.on_frame(frame("r-1"), of_size(100)));
    at(50ms);
    const auto end = exchange.on_frame(frame("r-1", true), of_size(50));
    CAF_REQUIRE(end);
    CAF_CHECK_EQUAL(end->request_id, "r-1");
    CAF_CHECK(!end->failure);
    CAF_CHECK_EQUAL(end->frames, 3u);
    CAF_CHECK_EQUAL(end->bytes, 250u);
    CAF_CHECK(end->first_frame == 30ms);
    CAF_CHECK(end->duration == 50ms);
    CAF_CHECK_EQUAL(end->late_frames, 0u);
    CAF_CHECK(!exchange.under_way());
}

CAF_TEST(the first frame is timed from the first and from the last audio) {
    at(20ms);
    exchange.audio_ended();
    at(30ms);
    exchange.on_frame(frame("r-1"), of_size(100));
    at(50ms);
    const auto end = exchange.on_frame(frame("r-1", true), of_size(50));
    CAF_REQUIRE(end);
    CAF_CHECK(end->first_frame == 30ms);
    CAF_CHECK(end->first_frame_after_last == 10ms);
}

CAF_TEST(a first frame before the last audio waits for none of it) {
    at(30ms);
    exchange.on_frame(frame("r-1"), of_size(100));
    at(40ms);
    exchange.audio_ended();
    at(50ms);
    const auto end = exchange.on_frame(frame("r-1", true), of_size(50));
    CAF_REQUIRE(end);
    CAF_CHECK(end->first_frame == 30ms);
    CAF_CHECK(end->first_frame_after_last == 0ms);
}

CAF_TEST(an exchange can be ended from this side) {
    at(1ms);
    exchange.on_frame(frame("r-1"), of_size(10));
    at(2ms);
    const auto end = exchange.finish();
    CAF_CHECK_EQUAL(end.request_id, "r-1");
    CAF_CHECK_EQUAL(end.frames, 1u);
    CAF_CHECK(!exchange.under_way());
    at(2ms);
    CAF_CHECK(!exchange.on_frame(frame("r-1", true), of_size(10)));
    CAF_CHECK_EQUAL(exchange.take_late_frames(), 1u);
}

CAF_TEST(frames of another request are late and change nothing) {
    at(1ms);
    CAF_CHECK(!exchange.on_frame(frame("r-0", true), of_size(100)));
    at(2ms);
    const auto end = exchange.on_frame(frame("r-1", true), of_size(10));
    CAF_REQUIRE(end);
    CAF_CHECK_EQUAL(end->frames, 1u);
    CAF_CHECK_EQUAL(end->bytes, 10u);
    CAF_CHECK(end->first_frame == 2ms);
    CAF_CHECK_EQUAL(end->late_frames, 1u);
}

CAF_TEST(frames after abandoning are late until the service has finished) {
    exchange.on_frame(frame("r-1"), of_size(10));
    exchange.abandon();
    CAF_CHECK(!exchange.on_frame(frame("r-1"), of_size(10)));
    const auto end = exchange.on_frame(frame("r-1", true), of_size(10));
    CAF_REQUIRE(end);
    CAF_CHECK_EQUAL(end->frames, 1u);
    CAF_CHECK_EQUAL(end->late_frames, 2u);
}

CAF_TEST(a request that follows starts from nothing) {
    exchange.abandon();
    exchange.on_frame(frame("r-1", true), of_size(10));
    at(1s);
    exchange.start("r-2");
    at(2s);
    const auto end = exchange.on_frame(frame("r-2", true), of_size(7));
    CAF_REQUIRE(end);
    CAF_CHECK_EQUAL(end->frames, 1u);
    CAF_CHECK_EQUAL(end->late_frames, 0u);
    CAF_CHECK(end->first_frame == 1s);
}

CAF_TEST(frames when no request is under way are late) {
    exchange.on_frame(frame("r-1", true), of_size(10));
    CAF_CHECK(!exchange.on_frame(frame("r-1", true), of_size(10)));
    CAF_CHECK(!exchange.on_frame(frame("", true), of_size(10)));
    CAF_CHECK_EQUAL(exchange.take_late_frames(), 2u);
    CAF_CHECK_EQUAL(exchange.take_late_frames(), 0u);
}

CAF_TEST(a failure ends the request it names and no other) {
    protocol::failure failure;
    failure.code = protocol::failure_code::upstream_error;
    failure.request_id = "r-0";
    at(1ms);
    CAF_CHECK(!exchange.on_failure(failure));
    failure.request_id = "r-1";
    at(2ms);
    const auto end = exchange.on_failure(failure);
    CAF_REQUIRE(end);
    CAF_CHECK(end->failure.code == protocol::failure_code::upstream_error);
    CAF_CHECK(!exchange.under_way());
}

CAF_TEST(a request without a frame has the times of none) {
    at(5ms);
    exchange.audio_ended();
    at(9ms);
    const auto end = exchange.finish();
    CAF_CHECK_EQUAL(end.frames, 0u);
    CAF_CHECK_EQUAL(end.bytes, 0u);
    CAF_CHECK(end.first_frame == 0ms);
    CAF_CHECK(end.first_frame_after_last == 0ms);
    CAF_CHECK(end.duration == 9ms);
}

CAF_TEST(nothing of a request is left to the one that follows) {
    at(1ms);
    exchange.audio_ended();
    at(2ms);
    exchange.on_frame(frame("r-0"), of_size(5));
    exchange.on_frame(frame("r-1", true), of_size(10));
    exchange.abandon(); // None is under way.
    at(10ms);
    exchange.start("r-2");
    CAF_CHECK(exchange.started() == transport::exchange::time_point(10ms));
    CAF_CHECK_EQUAL(exchange.request_id(), "r-2");
    at(12ms);
    exchange.on_frame(frame("r-2"), of_size(7));
    const auto end = exchange.on_frame(frame("r-2", true), of_size(8));
    CAF_REQUIRE(end);
    CAF_CHECK_EQUAL(end->frames, 2u);
    CAF_CHECK_EQUAL(end->bytes, 15u);
    CAF_CHECK_EQUAL(end->late_frames, 0u);
    CAF_CHECK(end->first_frame == 2ms);
    CAF_CHECK(end->first_frame_after_last == 0ms); // Its audio has not ended.
    CAF_CHECK(end->duration == 2ms);
}

CAF_TEST(a failure ends nothing where no request is under way) {
    exchange.finish();
    protocol::failure failure;
    failure.code = protocol::failure_code::upstream_error;
    CAF_CHECK(!exchange.on_failure(failure));
    failure.request_id = "r-1";
    CAF_CHECK(!exchange.on_failure(failure));
}

CAF_TEST(gathers the frames of a request that has credit and only those) {
    exchange.on_frame(frame("r-1"), "of nobody");
    CAF_CHECK(exchange.take_frames().empty());
    exchange.finish();
    exchange.start("r-2", frame_credit{10, 1000});
    exchange.on_frame(frame("r-2"), "one");
    exchange.on_frame(frame("r-1"), "late");
    exchange.on_frame(frame("r-2"), "");
    const auto two = exchange.take_frames();
    CAF_CHECK_EQUAL(two, frame_batch("one", {3, 3}));
    CAF_CHECK(exchange.take_frames().empty());
    const auto end = exchange.on_frame(frame("r-2", true), "three");
    CAF_REQUIRE(end);
    CAF_CHECK_EQUAL(end->frames, 3u);
    CAF_CHECK_EQUAL(end->bytes, 8u);
    CAF_CHECK_EQUAL(exchange.take_frames(), frame_batch("three", {5}));
    exchange.start("r-3");
    exchange.on_frame(frame("r-3"), "of nobody");
    CAF_CHECK(exchange.take_frames().empty());
}

CAF_TEST(is out of credit once the frames or the bytes are used) {
    CAF_CHECK(!exchange.out_of_credit()); // Of frames that nobody receives.
    exchange.finish();
    exchange.start("r-2", frame_credit{2, 1000});
    CAF_CHECK(!exchange.out_of_credit());
    exchange.on_frame(frame("r-2"), of_size(1));
    CAF_CHECK(!exchange.out_of_credit());
    exchange.on_frame(frame("r-2"), of_size(1));
    CAF_CHECK(exchange.out_of_credit());
    exchange.grant({0, 1000});
    CAF_CHECK(exchange.out_of_credit());
    exchange.grant({2, 0});
    CAF_CHECK(!exchange.out_of_credit());
    exchange.on_frame(frame("r-2"), of_size(1997));
    CAF_CHECK(!exchange.out_of_credit());
    exchange.on_frame(frame("r-2"), of_size(5));
    CAF_CHECK(exchange.out_of_credit());
    exchange.grant({1, 4}); // What was taken beyond the credit counts.
    CAF_CHECK(exchange.out_of_credit());
    exchange.grant({0, 1});
    CAF_CHECK(!exchange.out_of_credit());
}

CAF_TEST(takes any credit) {
    constexpr auto most = std::numeric_limits<std::uint64_t>::max();
    exchange.finish();
    exchange.start("r-2", frame_credit{most, most});
    for (int i = 0; i < 10; ++i)
        exchange.grant({most, most});
    CAF_CHECK(!exchange.out_of_credit());
    exchange.finish();
    exchange.start("r-3", frame_credit{});
    CAF_CHECK(exchange.out_of_credit());
}

CAF_TEST(an abandoned or ended request needs no credit) {
    exchange.finish();
    exchange.start("r-2", frame_credit{1, 1});
    exchange.on_frame(frame("r-2"), "one");
    exchange.take_frames();
    exchange.abandon();
    CAF_CHECK(!exchange.out_of_credit());
    exchange.on_frame(frame("r-2"), "late");
    CAF_CHECK(exchange.take_frames().empty());
    exchange.finish();
    exchange.start("r-3", frame_credit{});
    exchange.finish();
    CAF_CHECK(!exchange.out_of_credit());
}

CAF_TEST_FIXTURE_SCOPE_END()
