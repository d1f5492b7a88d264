#include "emulator/frame_schedule.hpp"

#include "tests/emulator/times.hpp"

#include <string>
#include <vector>

#define CAF_SUITE frame_schedule
#include "caf/test/dsl.hpp"

using namespace avatar::emulator;
using namespace std::chrono_literals;
using avatar::tests::start;
namespace transport = avatar::transport;

namespace {

transport::shared_bytes text(std::string of) {
    return std::make_shared<const std::string>(std::move(of));
}

animation frames(const std::string& id, std::size_t count, std::chrono::nanoseconds delay,
                 std::chrono::nanoseconds interval) {
    animation a;
    a.request_id = id;
    a.frame = text(id);
    a.last = text(id + "!");
    a.interval = interval;
    a.next = start + delay;
    a.planned = count - 1;
    a.ended = true;
    return a;
}

struct frame_schedule_fixture {
    frame_schedule schedule;
    std::string sent; ///< Each frame as its request's id, the last with '!'.
    std::string broken;
    std::size_t allowed = 100; ///< Frames of "a" until it breaks off.
    const fault wrong;
    frame_schedule::send_frame send = [this](const due_frame& frame) -> const fault* {
        if (frame.request_id == "a" && frame.place.number == allowed)
            return &wrong;
        sent += *frame.bytes + " ";
        return nullptr;
    };

    std::string sent_by(std::chrono::nanoseconds time) {
        sent.clear();
        broken.clear();
        for (const auto& each : schedule.send_due(start + time, send)) {
            CAF_CHECK_EQUAL(each.wrong, &wrong);
            broken += each.request_id;
        }
        return sent;
    }
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(frame_schedule_tests, frame_schedule_fixture)

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
    CAF_CHECK(schedule.find("a") == nullptr);
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
    CAF_CHECK_EQUAL(schedule.ended(), 2u);
    CAF_CHECK(schedule.next() == start + 50ms);
    CAF_CHECK_EQUAL(sent_by(50ms), "b ");
    CAF_CHECK(schedule.next() == start + 100ms);
    CAF_CHECK_EQUAL(sent_by(150ms), "a b! ");
    CAF_CHECK(schedule.next() == start + 200ms);
}

CAF_TEST(an animation cut short leaves its last frame and no other) {
    schedule.add(frames("a", 10, 0ms, 10ms));
    schedule.add(frames("b", 1, 500ms, 10ms));
    CAF_CHECK_EQUAL(sent_by(10ms), "a a ");
    const auto last = schedule.cut_short("a"); // Held: a check keeps a reference.
    CAF_REQUIRE(last != nullptr);
    CAF_CHECK_EQUAL(*last, "a!");
    CAF_CHECK(!schedule.cut_short("a"));
    CAF_CHECK_EQUAL(sent_by(1s), "b! ");
}

CAF_TEST(an animation waits for more audio when it has sent what there is) {
    auto growing = frames("a", 3, 100ms, 40ms);
    growing.ended = false;
    schedule.add(growing);
    CAF_CHECK_EQUAL(sent_by(1s), "a a ");
    CAF_CHECK(!schedule.next());
    CAF_CHECK(!schedule.empty());
    CAF_CHECK_EQUAL(schedule.ended(), 0u);
    schedule.find("a")->planned = 3;
    schedule.find("a")->ended = true;
    CAF_CHECK(schedule.next() == start + 180ms);
    CAF_CHECK_EQUAL(sent_by(1s), "a a! ");
    CAF_CHECK(schedule.empty());
}

CAF_TEST(an animation that breaks off is told when its next frame is due) {
    allowed = 2;
    schedule.add(frames("a", 5, 100ms, 40ms));
    schedule.add(frames("b", 1, 1s, 0ms));
    CAF_CHECK_EQUAL(sent_by(179ms), "a a ");
    CAF_CHECK(broken.empty());
    CAF_CHECK_EQUAL(sent_by(180ms), "");
    CAF_CHECK_EQUAL(broken, "a");
    CAF_CHECK(schedule.find("a") == nullptr);
    CAF_CHECK_EQUAL(sent_by(1s), "b! ");
    CAF_CHECK(broken.empty());
}

CAF_TEST(an animation that may send more than it has does not break off) {
    allowed = 2;
    schedule.add(frames("a", 2, 0ms, 0ms));
    CAF_CHECK_EQUAL(sent_by(1s), "a a! ");
    CAF_CHECK(broken.empty());
}

CAF_TEST(a frame knows its place) {
    std::vector<frame_place> places;
    schedule.add(frames("b", 3, 0ms, 0ms));
    schedule.find("b")->foreseen = 3;
    schedule.find("b")->luck = 0.5;
    schedule.send_due(start, [&](const due_frame& frame) -> const fault* {
        places.push_back(frame.place);
        return nullptr;
    });
    CAF_REQUIRE_EQUAL(places.size(), 3u);
    for (std::size_t i = 0; i < 3; ++i) {
        CAF_CHECK_EQUAL(places[i].number, i);
        CAF_CHECK_EQUAL(places[i].last, i == 2);
        CAF_CHECK_EQUAL(places[i].foreseen, 3u);
        CAF_CHECK_EQUAL(places[i].luck, 0.5);
    }
}

CAF_TEST(a removed animation sends nothing more) {
    schedule.add(frames("a", 2, 0ms, 0ms));
    schedule.remove("a");
    schedule.remove("nobody");
    CAF_CHECK_EQUAL(sent_by(1s), "");
}

CAF_TEST_FIXTURE_SCOPE_END()
