#include "transport/actor_scheduler.hpp"

#include "tests/support/dsl.hpp"
#include "tests/support/inbox.hpp"
#include "transport/io_runtime.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <caf/actor_system.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/scoped_actor.hpp>
#include <caf/send.hpp>

#include <atomic>
#include <memory>
#include <set>
#include <thread>
#include <vector>

#define CAF_SUITE actor_scheduler

using namespace avatar;
using namespace std::chrono_literals;

namespace {

struct config : caf::actor_system_config {
    explicit config(transport::io_runtime& io) { transport::run_actors_on(io, *this); }
};

/// Passes a countdown round until it is over; tells who had it last.
caf::behavior runner(caf::event_based_actor* self, tests::inbox<int>* ends) {
    auto next = std::make_shared<caf::actor>();
    return {[=](const caf::actor& follower) { *next = follower; },
            [=](int left) {
                if (left > 0)
                    self->send(*next, left - 1);
                else
                    ends->put(left);
            },
            [=](caf::unit_t) { *next = nullptr; }};
}

} // namespace

CAF_TEST(actors run on the threads of the sockets) {
    tests::inbox<std::thread::id> seen;
    transport::io_runtime io(1);
    config settings(io);
    caf::actor_system system(settings);
    boost::asio::post(io.next(), [&] { seen.put(std::this_thread::get_id()); });
    const auto thread = seen.take();
    system.spawn([&](caf::event_based_actor*) { seen.put(std::this_thread::get_id()); });
    const auto actors = seen.take();
    CAF_REQUIRE(thread && actors);
    CAF_CHECK(*thread == *actors);
}

CAF_TEST(an actor with many messages lets the sockets have their turn) {
    tests::inbox<bool> had_turn;
    transport::io_runtime io(1);
    config settings(io);
    caf::actor_system system(settings);
    std::atomic<bool> turn = false;
    const auto busy = system.spawn([&](caf::event_based_actor*) -> caf::behavior {
        return {[&](int number) {
            if (number == 0)
                boost::asio::post(io.next(), [&] { turn = true; });
            else if (number == 1'000)
                had_turn.put(turn);
        }};
    });
    // All of them wait before the first is handled.
    boost::asio::post(io.next(), [busy] {
        for (int i = 0; i <= 1'000; ++i)
            caf::anon_send(busy, i);
    });
    CAF_CHECK(had_turn.take().value_or(false));
}

CAF_TEST(an actor hands the thread back after a hundred messages) {
    tests::inbox<int> handled_before;
    int handled = 0; // The actor counts on until its system ends.
    transport::io_runtime io(1);
    config settings(io);
    caf::actor_system system(settings);
    const auto busy = system.spawn([&](caf::event_based_actor*) -> caf::behavior {
        return {[&](int number) {
            ++handled;
            if (number == 0)
                boost::asio::post(io.next(), [&] { handled_before.put(handled); });
        }};
    });
    boost::asio::post(io.next(), [busy] {
        for (int i = 0; i < 1'000; ++i)
            caf::anon_send(busy, i);
    });
    CAF_CHECK_EQUAL(handled_before.take().value_or(0), 100);
}

CAF_TEST(actors on one thread take turns) {
    tests::inbox<std::string> order;
    transport::io_runtime io(1);
    config settings(io);
    caf::actor_system system(settings);
    const auto behave = [&](const std::string& name) {
        return [&order, name](caf::event_based_actor*) -> caf::behavior {
            return {[&order, name](int number) {
                if (number % 100 == 99)
                    order.put(name);
            }};
        };
    };
    const auto one = system.spawn(behave("one"));
    const auto other = system.spawn(behave("other"));
    boost::asio::post(io.next(), [=] {
        for (const auto& each : {one, other})
            for (int i = 0; i < 300; ++i)
                caf::anon_send(each, i);
    });
    for (int i = 0; i < 3; ++i)
        for (const std::string name : {"one", "other"})
            CAF_CHECK_EQUAL(order.take().value_or(""), name);
}

CAF_TEST(actors that are spawned from outside are spread over all threads) {
    tests::inbox<std::thread::id> seen;
    transport::io_runtime io(2);
    config settings(io);
    caf::actor_system system(settings);
    std::set<std::thread::id> threads;
    for (int i = 0; i < 10; ++i) {
        system.spawn([&](caf::event_based_actor*) { seen.put(std::this_thread::get_id()); });
        threads.insert(seen.take().value_or(std::thread::id()));
    }
    CAF_CHECK_EQUAL(threads.size(), 2u);
}

CAF_TEST(several threads may spawn actors at once) {
    constexpr int each = 5'000;
    tests::inbox<bool> all_ran;
    std::atomic<int> ran = 0;
    transport::io_runtime io(2);
    config settings(io);
    caf::actor_system system(settings);
    std::vector<std::thread> outside;
    for (int t = 0; t < 3; ++t)
        outside.emplace_back([&] {
            for (int i = 0; i < each; ++i)
                system.spawn([&](caf::event_based_actor*) {
                    if (++ran == 3 * each)
                        all_ran.put(true);
                });
        });
    for (auto& thread : outside)
        thread.join();
    CAF_CHECK(all_ran.take().has_value());
}

CAF_TEST(a system has stopped only when its threads are done with what came before) {
    for (int round = 0; round < 5; ++round) {
        transport::io_runtime io(2);
        std::atomic<int> done = 0;
        {
            config settings(io);
            caf::actor_system system(settings);
            for (auto* thread : io.contexts())
                boost::asio::post(*thread, [&] {
                    std::this_thread::sleep_for(20ms); // Busy for longer than the stop takes.
                    ++done;
                });
        }
        CAF_CHECK_EQUAL(done.load(), 2);
    }
}

CAF_TEST(a message stays on the thread of its sender) {
    tests::inbox<std::thread::id> seen;
    transport::io_runtime io(2);
    config settings(io);
    caf::actor_system system(settings);
    const auto receiver = system.spawn([&](caf::event_based_actor*) -> caf::behavior {
        return {[&](int) { seen.put(std::this_thread::get_id()); }};
    });
    for (auto* thread : io.contexts()) {
        for (auto* each : io.contexts()) { // The receiver is done with what came before.
            boost::asio::post(*each, [&] { seen.put({}); });
            seen.take();
        }
        boost::asio::post(*thread, [&] {
            seen.put(std::this_thread::get_id());
            caf::anon_send(receiver, 1);
        });
        const auto sender = seen.take();
        CAF_CHECK(sender == seen.take());
    }
}

CAF_TEST(a system that has stopped leaves nothing on the threads) {
    transport::io_runtime io(2);
    std::atomic<int> handled{0};
    {
        config settings(io);
        caf::actor_system system(settings);
        for (int i = 0; i < 10; ++i) {
            const auto each = system.spawn([&](caf::event_based_actor* self) -> caf::behavior {
                return {[&handled, self](int) {
                    ++handled;
                    self->quit();
                }};
            });
            caf::anon_send(each, 1);
        }
    } // Waits for the actors, each of which has its message.
    CAF_CHECK_EQUAL(handled.load(), 10);
    CAF_CHECK(io.drain(60s));
}

CAF_TEST(messages cross between threads) {
    tests::inbox<int> ends;
    transport::io_runtime io(3);
    config settings(io);
    caf::actor_system system(settings);
    std::vector<caf::actor> ring;
    for (int i = 0; i < 10; ++i)
        ring.push_back(system.spawn(runner, &ends));
    for (std::size_t i = 0; i < ring.size(); ++i)
        caf::anon_send(ring[i], ring[(i + 1) % ring.size()]);
    for (int i = 0; i < 5; ++i)
        caf::anon_send(ring[static_cast<std::size_t>(i)], 10'007);
    for (int i = 0; i < 5; ++i)
        CAF_CHECK(ends.take().has_value());
    for (const auto& each : ring)
        caf::anon_send(each, caf::unit);
}

CAF_TEST(delayed messages come and a system ends before those that are left) {
    tests::inbox<int> came;
    transport::io_runtime io(1);
    {
        config settings(io);
        caf::actor_system system(settings);
        system.spawn([&](caf::event_based_actor* self) -> caf::behavior {
            self->delayed_send(self, 1ms, 1);
            return {[&, self](int number) {
                came.put(number);
                self->delayed_send(self, 1h, 2);
                self->quit();
            }};
        });
        CAF_CHECK_EQUAL(came.take().value_or(0), 1);
    }
    CAF_CHECK(io.drain(60s));
}
