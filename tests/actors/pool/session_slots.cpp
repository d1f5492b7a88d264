#include "actors/pool/session_slots.hpp"

#include "tests/support/dsl.hpp"

#include <chrono>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#define CAF_SUITE session_slots

using namespace avatar;
using namespace std::chrono_literals;
using phase = session_phase;

namespace {

using time_point = session_slots::time_point;

/// Writes down what it hears, and may assign what is available.
struct recorder : session_listener {
    void on_session_opened(const pool_slot& slot) override { note("opened", slot); }
    void on_session_available(const pool_slot& slot) override {
        note("available", slot);
        if (to_assign)
            std::exchange(to_assign, nullptr)->assign(slot, {});
    }
    void on_session_draining(const pool_slot& slot) override { note("draining", slot); }
    void on_session_lost(const pool_slot& slot, const pooled_session& lost) override {
        CAF_CHECK(slot.session.phase == phase::closed);
        CAF_CHECK(!slot.reserved);
        note("lost " + lost.connection_id, slot);
    }
    void on_session_renewed(const pool_slot& slot, const pooled_session& former) override {
        note("renewed " + former.connection_id + " by " + slot.session.connection_id, slot);
    }

    void note(const std::string& what, const pool_slot& slot) {
        heard.push_back(what + " in " + std::to_string(slot.number));
    }

    std::vector<std::string> take() { return std::exchange(heard, {}); }

    std::vector<std::string> heard;
    session_slots* to_assign = nullptr;
};

using words = std::vector<std::string>;

struct session_slots_fixture {
    /// The next session of the slot connects.
    void connect(std::uint64_t slot) { slots.connect(slots.at(slot), session_of(slot)); }

    /// And opens, as a connection of that id.
    void open(std::uint64_t slot, const std::string& id) {
        connect(slot);
        slots.open(slots.at(slot), id, {});
    }

    /// A successor connects, and opens unless the id is empty.
    void add_successor(std::uint64_t slot, const std::string& id) {
        slots.add_successor(slots.at(slot), session_of(slot));
        if (!id.empty())
            slots.open_successor(slots.at(slot), id, {});
    }

    pooled_session session_of(std::uint64_t slot) {
        pooled_session session;
        session.key = {slot, ++generation};
        return session;
    }

    std::uint64_t generation = 0;
    recorder listener;
    session_slots slots{3, listener};
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(session_slot_tests, session_slots_fixture)

CAF_TEST(a session connects then is idle then busy then idle again and at last closed) {
    CAF_CHECK_EQUAL(slots.size(), 3u);
    CAF_CHECK_EQUAL(slots.count(phase::closed), 3u);
    connect(1);
    CAF_CHECK_EQUAL(slots.count(phase::connecting), 1u);
    CAF_CHECK_EQUAL(slots.connected(), 0u);
    slots.open(slots.at(1), "a", time_point(5s));
    CAF_CHECK(slots.at(1).session.opened == time_point(5s));
    CAF_CHECK_EQUAL(slots.connected(), 1u);
    CAF_CHECK_EQUAL(slots.available(), 1u);
    slots.assign(slots.at(1), time_point(7s));
    CAF_CHECK(slots.first_busy() == &slots.at(1));
    CAF_CHECK(slots.at(1).session.since == time_point(7s));
    CAF_CHECK_EQUAL(slots.at(1).session.requests, 1u);
    CAF_CHECK_EQUAL(slots.connected(), 1u);
    CAF_CHECK_EQUAL(slots.available(), 0u);
    slots.finish(slots.at(1));
    CAF_CHECK(slots.first_busy() == nullptr);
    CAF_CHECK_EQUAL(slots.available(), 1u);
    CAF_CHECK_EQUAL(listener.take(), (words{"opened in 1", "available in 1", "available in 1"}));
    const auto lost = slots.close(slots.at(1));
    CAF_CHECK(lost.phase == phase::idle);
    CAF_CHECK_EQUAL(lost.requests, 1u);
    CAF_CHECK_EQUAL(slots.count(phase::closed), 3u);
    CAF_CHECK_EQUAL(listener.take(), words{"lost a in 1"});
}

CAF_TEST(a draining session is told of once and is available when it finishes) {
    open(0, "a");
    slots.assign(slots.at(0), {});
    listener.take();
    slots.drain(slots.at(0), time_point(9s));
    CAF_CHECK(slots.first_draining() == &slots.at(0));
    CAF_CHECK(slots.at(0).session.since == time_point(9s));
    CAF_CHECK_EQUAL(slots.connected(), 1u);
    slots.finish(slots.at(0));
    CAF_CHECK(slots.first_draining() == nullptr);
    CAF_CHECK_EQUAL(listener.take(), (words{"draining in 0", "available in 0"}));
}

CAF_TEST(available slots are taken in the order they became so) {
    for (std::uint64_t slot : {2, 0, 1})
        open(slot, "any");
    std::vector<std::uint64_t> taken;
    while (const auto* slot = slots.next_available()) {
        taken.push_back(slot->number);
        slots.assign(*slot, {});
    }
    CAF_CHECK_EQUAL(taken, (std::vector<std::uint64_t>{2, 0, 1}));
    CAF_CHECK_EQUAL(slots.first_busy()->number, 2u);
    slots.finish(slots.at(2));
    slots.assign(slots.at(2), {});
    CAF_CHECK_EQUAL(slots.first_busy()->number, 0u);
}

CAF_TEST(a reserved session is idle and not available until its reservation ends) {
    open(0, "a");
    slots.reserve(slots.at(0));
    CAF_CHECK_EQUAL(slots.available(), 0u);
    CAF_CHECK_EQUAL(slots.count(phase::idle), 1u);
    CAF_CHECK(slots.next_available() == nullptr);
    slots.assign(slots.at(0), {});
    listener.take();
    slots.finish(slots.at(0));
    CAF_CHECK_EQUAL(slots.available(), 0u);
    CAF_CHECK_EQUAL(listener.take(), words{});
    slots.end_reservation(slots.at(0));
    CAF_CHECK_EQUAL(slots.available(), 1u);
    CAF_CHECK_EQUAL(listener.take(), words{"available in 0"});
}

CAF_TEST(a reservation that ends while the session works makes it available afterwards) {
    for (const bool drains : {false, true}) {
        open(0, "a");
        open(1, "b");
        slots.reserve(slots.at(0));
        slots.assign(slots.at(0), {});
        slots.assign(slots.at(1), {});
        if (drains)
            slots.drain(slots.at(0), {});
        listener.take();
        slots.end_reservation(slots.at(0));
        CAF_CHECK_EQUAL(listener.take(), words{});
        CAF_CHECK_EQUAL(slots.first_busy()->number, drains ? 1u : 0u); // Its turn is kept.
        slots.finish(slots.at(0));
        CAF_CHECK_EQUAL(listener.take(), words{"available in 0"});
        slots.close(slots.at(0));
        slots.close(slots.at(1));
    }
}

CAF_TEST(a closed slot is reserved for nobody) {
    open(0, "a");
    slots.reserve(slots.at(0));
    slots.close(slots.at(0));
    slots.end_reservation(slots.at(0));
    CAF_CHECK_EQUAL(slots.count(phase::closed), 3u);
    open(0, "b");
    CAF_CHECK_EQUAL(slots.available(), 1u);
}

CAF_TEST(an open successor takes the place of a session that is available) {
    open(0, "a");
    open(1, "b");
    listener.take();
    add_successor(0, "");
    CAF_CHECK_EQUAL(listener.take(), words{});
    slots.open_successor(slots.at(0), "c", time_point(3s));
    CAF_CHECK_EQUAL(listener.take(), (words{"renewed a by c in 0", "available in 0"}));
    CAF_CHECK(slots.at(0).session.opened == time_point(3s));
    CAF_CHECK(!slots.at(0).successor);
    CAF_CHECK_EQUAL(slots.next_available()->number, 1u); // That one has waited for longer.
}

CAF_TEST(an open successor waits for a session that is busy or draining or reserved) {
    const auto free = [this] { slots.finish(slots.at(0)); };
    const auto release = [this] { slots.end_reservation(slots.at(0)); };
    const auto busy = [this] { slots.assign(slots.at(0), {}); };
    const auto draining = [this] { slots.drain(slots.at(0), {}); };
    const auto reserved = [this] { slots.reserve(slots.at(0)); };
    const std::vector<std::pair<std::function<void()>, std::function<void()>>> held{
        {busy, free}, {draining, free}, {reserved, release}};
    for (const auto& [hold, let_go] : held) {
        open(0, "a");
        hold();
        listener.take();
        add_successor(0, "b");
        CAF_CHECK_EQUAL(slots.at(0).session.connection_id, "a");
        let_go();
        const auto heard = listener.take();
        CAF_REQUIRE(heard.size() >= 2);
        CAF_CHECK_EQUAL(heard[heard.size() - 2], "renewed a by b in 0");
        CAF_CHECK_EQUAL(heard.back(), "available in 0");
        slots.close(slots.at(0));
    }
}

CAF_TEST(a successor that connects leaves the session where it is) {
    open(0, "a");
    add_successor(0, "");
    slots.assign(slots.at(0), {});
    slots.finish(slots.at(0));
    CAF_CHECK_EQUAL(slots.at(0).session.connection_id, "a");
    CAF_CHECK(slots.remove_successor(slots.at(0)).has_value());
    CAF_CHECK(!slots.remove_successor(slots.at(0)).has_value());
}

CAF_TEST(a successor fills a slot that was closed) {
    open(0, "a");
    slots.assign(slots.at(0), {});
    add_successor(0, "b");
    slots.close(slots.at(0));
    listener.take();
    slots.promote_successor(slots.at(0));
    CAF_CHECK_EQUAL(listener.take(), words{"available in 0"});
    CAF_CHECK_EQUAL(slots.at(0).session.connection_id, "b");
    slots.close(slots.at(0));

    open(0, "c");
    add_successor(0, "");
    slots.close(slots.at(0));
    listener.take();
    slots.promote_successor(slots.at(0));
    CAF_CHECK_EQUAL(listener.take(), words{});
    CAF_CHECK_EQUAL(slots.count(phase::connecting), 1u);
}

CAF_TEST(a listener may assign what it hears is available) {
    for (const auto& id : {"a", "b"}) {
        listener.to_assign = &slots;
        open(0, id);
        CAF_CHECK_EQUAL(slots.count(phase::busy), 1u);
        listener.to_assign = &slots;
        slots.finish(slots.at(0));
        CAF_CHECK_EQUAL(slots.count(phase::busy), 1u);
        slots.close(slots.at(0));
    }
}

CAF_TEST(a key finds the session it names as long as that one fills its slot) {
    const session_key none{7, 0};
    open(0, "a");
    const auto former = slots.at(0).session.key;
    CAF_CHECK(slots.find(former) == &slots.at(0));
    CAF_CHECK(slots.find_closed(former) == nullptr);
    add_successor(0, "");
    const auto next = slots.at(0).successor->key;
    CAF_CHECK(slots.find_successor(next) == &slots.at(0));
    CAF_CHECK(slots.find_successor(former) == nullptr);
    CAF_CHECK(slots.find(next) == nullptr);
    slots.close(slots.at(0));
    CAF_CHECK(slots.find(former) == nullptr);
    CAF_CHECK(slots.find_closed(former) == &slots.at(0));
    slots.promote_successor(slots.at(0));
    CAF_CHECK(slots.find(next) == &slots.at(0));
    CAF_CHECK(slots.find_closed(former) == nullptr);
    CAF_CHECK(slots.find_successor(next) == nullptr);
    CAF_CHECK(slots.find(none) == nullptr);
    CAF_CHECK(slots.find_closed(none) == nullptr);
    CAF_CHECK(slots.find_successor(none) == nullptr);
}

CAF_TEST_FIXTURE_SCOPE_END()
