#include "transport/actor_timeouts.hpp"

#include "tests/support/dsl.hpp"
#include "tests/support/inbox.hpp"
#include "transport/actor_scheduler.hpp"
#include "transport/io_runtime.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <caf/actor_system.hpp>
#include <caf/after.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/scoped_actor.hpp>
#include <caf/send.hpp>

#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#define CAF_SUITE actor_timeouts

using namespace avatar;
using namespace std::chrono_literals;

namespace {

struct system_on_threads {
    struct config : caf::actor_system_config {
        explicit config(transport::io_runtime& io) { transport::run_actors_on(io, *this); }
    };

    explicit system_on_threads(std::size_t threads) : io(threads), settings(io), system(settings) {}

    transport::io_runtime io;
    config settings;
    caf::actor_system system;
};

/// Answers nothing for as long as it lives.
caf::behavior silent(caf::event_based_actor* self) {
    auto promises = std::make_shared<std::vector<caf::response_promise>>();
    return {[=](int) {
        promises->push_back(self->make_response_promise());
        return promises->back();
    }};
}

caf::behavior echo(caf::event_based_actor*) {
    return {[](int number) { return number; }};
}

} // namespace

CAF_TEST(a delayed message comes on the thread that asked for it) {
    tests::inbox<std::pair<std::thread::id, std::thread::id>> came;
    system_on_threads on(3);
    for (int i = 0; i < 9; ++i)
        on.system.spawn([&](caf::event_based_actor* self) -> caf::behavior {
            self->delayed_send(self, 1ms, 1);
            return {[&, self, asked = std::this_thread::get_id()](int) {
                came.put({asked, std::this_thread::get_id()});
                self->quit();
            }};
        });
    for (int i = 0; i < 9; ++i) {
        const auto threads = came.take();
        CAF_REQUIRE(threads);
        CAF_CHECK(threads->first == threads->second);
    }
}

CAF_TEST(delayed messages come in the order in which they are due) {
    tests::inbox<int> came;
    system_on_threads on(1);
    on.system.spawn([&](caf::event_based_actor* self) -> caf::behavior {
        const auto start = self->clock().now();
        for (const int number : {4, 1, 3, 2, 0})
            self->scheduled_send(self, start + number * 2ms, number);
        return {[&, self](int number) {
            came.put(number);
            if (number == 4)
                self->quit();
        }};
    });
    for (int i = 0; i < 5; ++i)
        CAF_CHECK_EQUAL(came.take().value_or(-1), i);
}

CAF_TEST(an actor that gets nothing has its timeout and one that does has not ) {
    tests::inbox<std::string> came;
    system_on_threads on(2);
    on.system.spawn([&](caf::event_based_actor* self) -> caf::behavior {
        self->delayed_send(self, 1ms, 1);
        return {[&, self](int) {
                    came.put("a message");
                    self->become(caf::after(2ms) >> [&, self] {
                        came.put("nothing");
                        self->quit();
                    });
                },
                caf::after(3600s) >> [&] { came.put("too late"); }};
    });
    CAF_CHECK_EQUAL(came.take().value_or(""), "a message");
    CAF_CHECK_EQUAL(came.take().value_or(""), "nothing");
}

CAF_TEST(a request is told of the time that is up or of the answer but never of both) {
    tests::inbox<std::string> came;
    system_on_threads on(2);
    const auto answers = on.system.spawn(echo);
    const auto no_answers = on.system.spawn(silent);
    on.system.spawn([&, answers, no_answers](caf::event_based_actor* self) -> caf::behavior {
        self->request(answers, 3600s, 7)
            .then([&](int number) { came.put(std::to_string(number)); },
                  [&](const caf::error&) { came.put("failed"); });
        self->request(no_answers, 5ms, 7)
            .then([&](int) { came.put("answered"); },
                  [&, no_answers](const caf::error& why) {
                      came.put(why == caf::sec::request_timeout ? "in time" : "another");
                      caf::anon_send_exit(no_answers, caf::exit_reason::user_shutdown);
                  });
        return {};
    });
    CAF_CHECK_EQUAL(came.take().value_or(""), "7");
    CAF_CHECK_EQUAL(came.take().value_or(""), "in time");
    caf::anon_send_exit(answers, caf::exit_reason::user_shutdown);
}

CAF_TEST(requests whose answers come on other threads leave no timeouts) {
    constexpr int rounds = 2'000;
    tests::inbox<bool> came;
    system_on_threads on(3);
    // Each answer goes by another thread, so that timeouts are set here and cancelled there.
    const auto far = on.system.spawn([&](caf::event_based_actor* self) -> caf::behavior {
        return {[&, self](int number) {
            auto promise = self->make_response_promise<int>();
            auto answer = std::make_shared<decltype(promise)>(promise);
            self->delayed_send(self, 0ms, std::to_string(number));
            self->become(caf::keep_behavior, [=](const std::string& said) {
                answer->deliver(std::stoi(said));
                self->unbecome();
            });
            return promise;
        }};
    });
    auto left = std::make_shared<int>(rounds);
    const auto ask = on.system.spawn([&, left, far](caf::event_based_actor* self) -> caf::behavior {
        return {[&, self, left, far](int number) {
            self->request(far, 3600s, number)
                .then(
                    [&, self, left](int said) {
                        if (--*left == 0)
                            came.put(true);
                        else
                            boost::asio::post(on.io.next(), [to = caf::actor(self), said] {
                                caf::anon_send(to, said + 1);
                            });
                    },
                    [&](const caf::error&) { came.put(false); });
        }};
    });
    caf::anon_send(ask, 1);
    CAF_CHECK(came.take().value_or(false));
    caf::anon_send_exit(ask, caf::exit_reason::user_shutdown);
    caf::anon_send_exit(far, caf::exit_reason::user_shutdown);
}

CAF_TEST(a thread of the program has timeouts too) {
    system_on_threads on(2);
    const auto no_answers = on.system.spawn(silent);
    {
        caf::scoped_actor self(on.system);
        bool in_time = false;
        self->request(no_answers, 5ms, 1)
            .receive([](int) {},
                     [&](const caf::error& why) { in_time = why == caf::sec::request_timeout; });
        CAF_CHECK(in_time);
    }
    caf::anon_send_exit(no_answers, caf::exit_reason::user_shutdown);
}

CAF_TEST(a delayed message may hold the last reference of an actor) {
    tests::inbox<bool> ended;
    system_on_threads on(1);
    on.system.spawn([&](caf::event_based_actor* self) -> caf::behavior {
        // Nobody is left to get it when it is due.
        const auto receiver = self->spawn([](caf::event_based_actor*) {});
        auto held =
            self->spawn([](caf::event_based_actor*) -> caf::behavior { return {[](int) {}}; });
        held->attach_functor([&] { ended.put(true); });
        self->delayed_send(receiver, 5ms, std::move(held));
        return {};
    });
    CAF_CHECK(ended.take().value_or(false));
}

CAF_TEST(timeouts that are left when a system ends hold up no thread) {
    transport::io_runtime io(2);
    {
        system_on_threads::config settings(io);
        caf::actor_system system(settings);
        for (int i = 0; i < 4; ++i)
            system.spawn([&](caf::event_based_actor* self) -> caf::behavior {
                const auto other = self->spawn(silent);
                self->delayed_send(self, 3600s, 1);
                self->request(other, 3600s, 1).then([](int) {}, [](const caf::error&) {});
                self->send_exit(other, caf::exit_reason::user_shutdown);
                self->quit();
                return {};
            });
    }
    CAF_CHECK(io.drain(60s));
}
