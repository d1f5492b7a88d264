#include "emulator/frame_schedule.hpp"

#include <string>
#include <vector>

#define CAF_SUITE frame_schedule
#include "caf/test/dsl.hpp"

using namespace avatar::emulator;
using namespace std::chrono_literals;
namespace transport = avatar::transport;

namespace {

const steady_time start = steady_time(1h);

transport::shared_bytes text(std::string of) {
    return std::make_shared<const std::string>(std::move(of));
}

animation frames(const std::string& id, std::size_t count, std::chrono::nanoseconds delay,
                 std::chrono::nanoseconds interval) {
    return {id, text(id), text(id + "!"), count, interval, start + delay};
}

struct fixture {
    frame_schedule schedule;
    std::string sent; ///< Each frame as its request's id, the last with '!'.
    frame_schedule::send_frame send = [this](const transport::shared_bytes& frame) {
        sent += *frame + " ";
    };

    std::string sent_by(std::chrono::nanoseconds time) {
        sent.clear();
        schedule.send_due(start + time, send);
        return sent;
    }
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(frame_schedule_tests, fixture)

CAF_TEST(an empty schedule has nothing due) {
    CAF_CHECK(schedule.empty());
    CAF_CHECK(!schedule.next());
    CAF_CHECK_EQUAL(sent_by(1h), "");
}

CAF_TEST(frames come after the delay and then one each interval) {
    schedule.add(frames("a", 3, 100ms, 40ms));
    CAF_CHECK(schedule.next() == start + 100ms);
    CAF_CHECK_EQUAL(sent_by(99ms), "");
    CAF_CHECK_EQUAL(sent_by(100ms), "a ");
    CAF_CHECK(schedule.next() == start + 140ms);
    CAF_CHECK_EQUAL(sent_by(139ms), "");
    CAF_CHECK_EQUAL(sent_by(140ms), "a ");
    CAF_CHECK_EQUAL(sent_by(180ms), "a! ");
    CAF_CHECK(schedule.empty());
    CAF_CHECK(!schedule.contains("a"));
}

CAF_TEST(a frame that is late does not move those after it) {
    schedule.add(frames("a", 4, 100ms, 40ms));
    CAF_CHECK_EQUAL(sent_by(175ms), "a a ");
    CAF_CHECK(schedule.next() == start + 180ms);
    CAF_CHECK_EQUAL(sent_by(1s), "a a! ");
}

CAF_TEST(without delay and interval all frames go at once) {
    schedule.add(frames("a", 5, 0ms, 0ms));
    CAF_CHECK_EQUAL(sent_by(0ms), "a a a a a! ");
    CAF_CHECK(schedule.empty());
}

CAF_TEST(the next of several animations is the earliest) {
    schedule.add(frames("a", 2, 100ms, 100ms));
    schedule.add(frames("b", 2, 50ms, 100ms));
    CAF_CHECK_EQUAL(schedule.size(), 2u);
    CAF_CHECK(schedule.next() == start + 50ms);
    CAF_CHECK_EQUAL(sent_by(50ms), "b ");
    CAF_CHECK(schedule.next() == start + 100ms);
    CAF_CHECK_EQUAL(sent_by(150ms), "a b! ");
    CAF_CHECK(schedule.next() == start + 200ms);
}

CAF_TEST(an animation cut short sends its last frame and no other) {
    schedule.add(frames("a", 10, 0ms, 10ms));
    schedule.add(frames("b", 1, 500ms, 10ms));
    CAF_CHECK_EQUAL(sent_by(10ms), "a a ");
    sent.clear();
    CAF_CHECK(schedule.cut_short("a", send));
    CAF_CHECK_EQUAL(sent, "a! ");
    CAF_CHECK(!schedule.cut_short("a", send));
    CAF_CHECK_EQUAL(sent_by(1s), "b! ");
}

CAF_TEST_FIXTURE_SCOPE_END()
