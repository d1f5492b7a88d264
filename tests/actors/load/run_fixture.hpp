#pragma once

#include "actors/console.hpp"
#include "actors/load/round_driver.hpp"
#include "actors/load/run_supervisor.hpp"
#include "actors/load/stats.hpp"
#include "tests/actors/pool/pool_fixture.hpp"

#include <chrono>
#include <sstream>
#include <string>
#include <vector>

namespace avatar::tests {

/// An actor of a run that a test ends.
enum class victim { console, stats, pool, driver };
constexpr victim victims[] = {victim::console, victim::stats, victim::pool, victim::driver};

/// What the reason must call it.
inline std::string name_of(victim who) {
    switch (who) {
    case victim::console:
        return "console";
    case victim::stats:
        return "stats actor";
    case victim::pool:
        return "pool";
    case victim::driver:
        return "round driver";
    }
    return "";
}

/// The real actors, on scripted channels.
class run : public pool_fixture {
public:
    run() {
        settings.size = 2;
        plan.rounds.count = 2;
        plan.rounds.concurrency = 4;
        plan.rounds.interval = std::chrono::seconds(30);
        plan.audio = audio_clip("speech");
    }

    ~run() override {
        wind_down();
        actors = {};
    }

    /// Actors that a test has set already are left as they are.
    void spawn_actors() {
        if (!actors.console)
            actors.console = sys.spawn(console, console_settings{&out, false, -1});
        if (!actors.stats)
            actors.stats = sys.spawn(stats);
        if (!actors.pool) {
            spawn_pool();
            actors.pool = pool;
        }
        if (!actors.driver)
            actors.driver = sys.spawn(
                round_driver,
                round_driver_links{pool, actors.stats, round_watcher_actor(actors.console)}, plan);
        supervisor = sys.spawn(run_supervisor, run_supervisor_plan{actors, 6, 2, {}});
    }

    void play(play_run order = {}) {
        if (!supervisor)
            spawn_actors();
        sys.spawn([this, order](caf::event_based_actor* caller) {
            caller->request(supervisor, caf::infinite, order).then([this](run_outcome& answer) {
                outcomes.push_back(std::move(answer));
            });
        });
        consume_messages();
    }

    void confirm() {
        for (std::size_t i = 0; i < 2; ++i)
            service.at(i).confirm("c-" + std::to_string(i));
        consume_messages();
    }

    void finish_round() {
        for (int half = 0; half < 2; ++half)
            for (std::size_t i = 0; i < 2; ++i)
                finish(i);
    }

    caf::actor handle_of(victim who) const {
        switch (who) {
        case victim::console:
            return caf::actor_cast<caf::actor>(actors.console);
        case victim::stats:
            return caf::actor_cast<caf::actor>(actors.stats);
        case victim::pool:
            return caf::actor_cast<caf::actor>(actors.pool);
        case victim::driver:
            return caf::actor_cast<caf::actor>(actors.driver);
        }
        return {};
    }

    void end(victim who, caf::exit_reason reason) {
        caf::anon_send_exit(handle_of(who), reason);
        consume_messages();
    }

    /// The run is over, within the bounds of its waits, and nothing of it lives on.
    const run_outcome& outcome() {
        if (outcomes.empty())
            after(settings.drain_timeout);
        CAF_REQUIRE_EQUAL(outcomes.size(), 1u);
        for (auto who : victims)
            CAF_CHECK(has_ended(handle_of(who)));
        return outcomes[0];
    }

    run_actors actors;
    round_driver_plan plan;
    run_supervisor_actor supervisor;
    std::ostringstream out;
    std::vector<run_outcome> outcomes;
};

} // namespace avatar::tests
