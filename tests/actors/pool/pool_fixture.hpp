#pragma once

#include "actors/pool/pool_supervisor_actor.hpp"
#include "actors/pool/spawn_pool.hpp"
#include "tests/support/actor_fixture.hpp"

namespace avatar::tests {

/// A pool of scripted channels.
class pool_fixture : public actor_fixture {
public:
    pool_fixture() {
        settings.size = 3;
        settings.borrow_timeout = std::chrono::seconds(30);
        settings.request_timeout = std::chrono::seconds(45);
        settings.late_timeout = std::chrono::seconds(10);
        settings.reconnect_min = std::chrono::milliseconds(500);
        settings.reconnect_max = std::chrono::seconds(4);
        settings.after_interrupt = "reuse"; // Tests of what waits say so.
    }

    ~pool_fixture() override { wind_down(); }

    void wind_down() {
        if (pool)
            caf::anon_send(pool, close_pool{});
        consume_messages();
        actor_fixture::wind_down();
    }

    void spawn_pool() {
        watcher = sys.spawn([this]() -> connection_watcher_actor::behavior_type {
            return {[this](const connection_tried& event) { tried.push_back(event); }};
        });
        pool_plan plan{settings, service.factory(), watcher, /*seed=*/1};
        complete(plan);
        pool = avatar::spawn_pool(sys, std::move(plan));
    }

    /// Starts to open; `opened` holds the answer once it came.
    void begin_opening() {
        if (!pool)
            spawn_pool();
        sys.spawn([this](caf::event_based_actor* caller) {
            caller->request(pool, caf::infinite, open_pool{})
                .then([this](const pool_opened& answer) { opened.push_back(answer); });
        });
        consume_messages();
    }

    /// A pool of `size` open connections c-0, c-1, …, open for a minute.
    void open_pool_of(std::size_t size) {
        settings.size = size;
        begin_opening();
        for (std::size_t i = 0; i < size; ++i)
            service.at(i).confirm("c-" + std::to_string(i));
        consume_messages();
        after(std::chrono::minutes(1));
    }

    void close() {
        sys.spawn([this](caf::event_based_actor* caller) {
            caller->request(pool, caf::infinite, close_pool{}).then([this](const pool_closed&) {
                ++closed;
            });
        });
        consume_messages();
    }

    /// The service confirms the connection, as c-0, c-1, …
    void confirm(std::size_t connection) {
        service.at(connection).confirm("c-" + std::to_string(connection));
        consume_messages();
    }

    void finish(std::size_t connection) {
        service.at(connection).finish();
        consume_messages();
    }

    void die(std::size_t connection) {
        service.at(connection).die(protocol::failure_code::connection_closed, "reset by peer");
        consume_messages();
    }

    /// It dies, and no byte of its request has arrived.
    void die_untouched(std::size_t connection) {
        service.at(connection)
            .die(protocol::failure_code::connection_closed, "gone",
                 /*request_accepted=*/false);
        consume_messages();
    }

    /// The actor behind a connection that is not being checked: who gets a message
    /// of its channel.
    caf::actor session_of(std::size_t connection) {
        consume_messages();
        service.at(connection).sink(channel_alive{});
        CAF_REQUIRE_EQUAL(sched.jobs.size(), 1u);
        const auto session = caf::actor_cast<caf::actor>(&sched.next_job<caf::local_actor>());
        consume_messages();
        return session;
    }

    /// Somebody kills the actor behind a connection.
    void kill(std::size_t connection) {
        caf::anon_send_exit(session_of(connection), caf::exit_reason::kill);
        consume_messages();
    }

    pool_status status() { return request<pool_status>(pool, true); }

    /// The pool as its sessions and its own timers know it.
    pool_supervisor_actor supervisor() const {
        return caf::actor_cast<pool_supervisor_actor>(pool);
    }

    /// The ids of the requests each connection was sent.
    const std::vector<std::string>& sent(std::size_t connection) {
        return service.at(connection).sent;
    }

    config::pool_settings settings;
    std::function<void(pool_plan&)> complete = [](pool_plan&) {}; ///< With extensions.
    pool_actor pool;
    connection_watcher_actor watcher;
    std::vector<connection_tried> tried;
    std::vector<pool_opened> opened;
    int closed = 0;

private:
    template <class Answer, class Handle>
    Answer request(const Handle& whom, bool with_connections) {
        auto answer = self->request(whom, caf::infinite, get_pool_status{with_connections});
        consume_messages();
        Answer result;
        answer.receive([&](Answer& given) { result = std::move(given); },
                       [](const caf::error&) { CAF_FAIL("no answer"); });
        return result;
    }
};

using ids = std::vector<std::string>;

} // namespace avatar::tests
