// What the pool does when thousands of sessions and requests meet their end at once, on
// virtual time and with channels that this program plays. growth.py counts the
// instructions of `measured_part` at two sizes. See README.md.

#include "actors/pool/spawn_pool.hpp"
#include "messages/message_types.hpp"
#include "tests/support/scripted_channel.hpp"
#include "tests/support/send_as.hpp"

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/scheduler/test_coordinator.hpp>
#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <cstdlib>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

using namespace avatar;
using namespace std::chrono_literals;

/// A name that callgrind can be told.
extern "C" [[gnu::noinline]] void measured_part(const std::function<void()>& part) {
    part();
}

namespace {

struct virtual_time : caf::actor_system_config {
    virtual_time() {
        avatar::add_message_types(*this);
        set("scheduler.policy", caf::atom("testing"));
        set("logger.file-verbosity", caf::atom("quiet"));
    }
};

/// As many waiters for each session.
constexpr std::size_t waiters = 10;

class crowded_pool {
public:
    explicit crowded_pool(std::size_t sessions) : size_(sessions) {
        settings_.size = sessions;
        settings_.max_waiting = waiters * sessions;
        settings_.connect_rate = 1'000'000;
        pool_ = spawn_pool(system_, {settings_, service_.factory(), {}, /*seed=*/1});
        caf::anon_send(pool_, open_pool{});
        run_pending();
        confirm_all();
        clock().advance_time(1min); // A session lost at once would pause before the next.
    }

    ~crowded_pool() {
        close();
        service_.end_all();
        for (const auto& each : callers_)
            caf::anon_send_exit(each, caf::exit_reason::user_shutdown);
        run_pending();
    }

    crowded_pool(const crowded_pool&) = delete;
    crowded_pool& operator=(const crowded_pool&) = delete;

    std::size_t size() const { return size_; }

    /// One request on every session and ten waiting for each, all of one caller.
    void fill_with_requests() {
        const auto who = new_caller();
        for (; sent_ < (1 + waiters) * size_; ++sent_) {
            audio_request request;
            request.request_id = id_of(sent_);
            tests::send_as(who, pool_, std::move(request));
        }
        run_pending();
    }

    /// Every session with a holder, half of them with the same, and ten waiting.
    void fill_with_holders() {
        const auto hoarder = new_caller();
        for (std::size_t i = 0; i < (1 + waiters) * size_; ++i)
            tests::send_as(i < size_ / 2 ? hoarder : new_caller(), pool_, acquire_session{"one"});
        run_pending();
    }

    /// The newest first, each twice.
    void interrupt_all() {
        for (auto i = sent_; i-- > 0;)
            for (int twice = 0; twice < 2; ++twice)
                tests::send_as(callers_.front(), pool_, interrupt_request{id_of(i)});
        run_pending();
    }

    void lose_all() {
        const auto made = service_.made();
        for (std::size_t i = 0; i < made; ++i)
            if (service_.at(i).lives())
                service_.at(i).die(protocol::failure_code::connection_closed, "gone", false);
        run_pending();
    }

    void end_all_callers() {
        for (const auto& each : callers_)
            caf::anon_send_exit(each, caf::exit_reason::kill);
        callers_.clear();
        run_pending();
    }

    void confirm_all() {
        for (std::size_t i = 0; i < service_.made(); ++i)
            if (auto& c = service_.at(i); c.lives() && c.opened && !c.confirmed)
                c.confirm(fmt::format("c-{}", i));
        run_pending();
    }

    void answer_all_checks() {
        for (std::size_t i = 0; i < service_.made(); ++i)
            if (auto& c = service_.at(i); c.lives() && c.checked)
                c.answer_check();
        run_pending();
    }

    void pass(caf::timespan time) {
        clock().advance_time(time);
        run_pending();
    }

    void close() {
        caf::anon_send(pool_, close_pool{});
        run_pending();
    }

    const config::pool_settings& settings() const { return settings_; }

    std::size_t results(protocol::failure_code code) { return results_[code]; }

    pool_status status() {
        pool_status status;
        auto asker = system_.spawn([&](caf::event_based_actor* self) {
            self->request(pool_, caf::infinite, get_pool_status{}).then([&](pool_status& now) {
                status = std::move(now);
            });
        });
        run_pending();
        return status;
    }

private:
    caf::scheduler::test_coordinator& scheduler() {
        return dynamic_cast<caf::scheduler::test_coordinator&>(system_.scheduler());
    }
    caf::detail::test_actor_clock& clock() { return scheduler().clock(); }
    void run_pending() { scheduler().run(); }

    static std::string id_of(std::size_t i) { return fmt::format("request-{}", i); }

    caf::actor new_caller() {
        callers_.push_back(system_.spawn([this]() -> caf::behavior {
            return {[this](const audio_result& result) { ++results_[result.failure.code]; },
                    [](const lease_granted&) {}};
        }));
        return callers_.back();
    }

    std::size_t size_;
    virtual_time config_;
    caf::actor_system system_{config_};
    tests::scripted_service service_;
    config::pool_settings settings_;
    pool_actor pool_;
    std::vector<caf::actor> callers_;
    std::map<protocol::failure_code, std::size_t> results_;
    std::size_t sent_ = 0;
};

// -- the cases -----------------------------------------------------------------------

/// Each plays its part and says whether the pool did what it promises.
using scene = std::function<bool(crowded_pool&)>;

bool all_interrupted(crowded_pool& pool) {
    pool.fill_with_requests();
    measured_part([&] { pool.interrupt_all(); });
    return pool.results(protocol::failure_code::request_interrupted) == (1 + waiters) * pool.size();
}

bool all_lost(crowded_pool& pool) {
    pool.fill_with_requests();
    measured_part([&] {
        pool.lose_all();
        pool.confirm_all();
    });
    const auto now = pool.status();
    return now.retried == pool.size() && now.replaced == pool.size() && now.available == 0 &&
           now.requests.open == (1 + waiters) * pool.size();
}

bool all_overdue(crowded_pool& pool) {
    pool.fill_with_requests();
    measured_part([&] {
        pool.pass(pool.settings().request_timeout);
        pool.pass(pool.settings().late_timeout);
        pool.pass(pool.settings().borrow_timeout);
    });
    return pool.status().replaced >= pool.size() && pool.status().requests.open == 0;
}

bool all_holders_dead(crowded_pool& pool) {
    pool.fill_with_holders();
    measured_part([&] {
        pool.end_all_callers();
        pool.answer_all_checks();
    });
    const auto now = pool.status();
    return now.available == pool.size() && now.waiting == 0;
}

bool all_cancelled(crowded_pool& pool) {
    pool.fill_with_requests();
    measured_part([&] { pool.close(); });
    return pool.results(protocol::failure_code::request_cancelled) == (1 + waiters) * pool.size();
}

const std::map<std::string_view, scene> scenes{
    {"interrupted", all_interrupted},   {"lost", all_lost},           {"overdue", all_overdue},
    {"holders-dead", all_holders_dead}, {"cancelled", all_cancelled},
};

} // namespace

int main(int argc, char** argv) {
    const auto chosen = argc == 3 ? scenes.find(argv[1]) : scenes.end();
    const auto sessions = argc == 3 ? std::strtoull(argv[2], nullptr, 10) : 0;
    if (chosen == scenes.end() || sessions == 0) {
        fmt::print(stderr, "usage: avatar-bench-growth CASE SESSIONS\n");
        return 2;
    }
    spdlog::set_level(spdlog::level::off); // Thousands of connections are lost.
    crowded_pool pool(sessions);
    if (chosen->second(pool))
        return 0;
    fmt::print(stderr, "{}: the pool of {} has not done what it promises\n", argv[1], sessions);
    return 1;
}
