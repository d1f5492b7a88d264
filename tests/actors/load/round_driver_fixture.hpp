#pragma once

#include "actors/load/spawn_round_driver.hpp"
#include "actors/load/stats.hpp"
#include "tests/actors/pool/pool_fixture.hpp"

#include <chrono>
#include <vector>

namespace avatar::tests {

/// A driver on a pool of two connections; what it tells is kept.
class round_driver_fixture : public pool_fixture {
public:
    round_driver_fixture() {
        plan.rounds.count = 3;
        plan.rounds.concurrency = 4;
        plan.rounds.interval = std::chrono::seconds(30);
        plan.audio = audio_clip("speech");
    }

    ~round_driver_fixture() override { wind_down(); }

    void start() {
        open_pool_of(2);
        start_driver();
    }

    void start_driver() {
        spawn_driver();
        run();
    }

    void spawn_driver() {
        figures = sys.spawn(stats);
        auto watch = sys.spawn([this]() -> round_watcher_actor::behavior_type {
            return {
                [this](const rounds_started& e) { plans.push_back(e); },
                [this](const round_started& e) { begun.push_back(e); },
                [this](const round_progress& e) { progress.push_back(e); },
                [this](const round_finished& e) { ended.push_back(e); },
                [this](const rounds_finished& e) { overs.push_back(e); },
            };
        });
        driver =
            spawn_round_driver(sys, {pool, figures, watch, results_of_run, frames_of_run}, plan);
    }

    void run() {
        sys.spawn([this](caf::event_based_actor* caller) {
            caller->request(driver, caf::infinite, run_rounds{})
                .then([this](const rounds_finished& answer) { answers.push_back(answer); });
        });
        consume_messages();
    }

    /// A request of somebody else meets a session whose code is broken.
    void ask_broken_session() {
        service.at(0).throws_on_send = true;
        service.at(1).throws_on_send = true;
        ask(pool, "other");
    }

    /// The service finishes all that is under way, and what comes after it.
    void finish_round() {
        for (std::size_t i = 0; i < 2; ++i)
            finish(i);
        for (std::size_t i = 0; i < 2; ++i)
            finish(i);
    }

    round_driver_plan plan;
    stats_actor figures;
    result_sink_actor results_of_run;
    frame_sink_actor frames_of_run;
    round_driver_actor driver;
    std::vector<rounds_started> plans;
    std::vector<round_started> begun;
    std::vector<round_progress> progress;
    std::vector<round_finished> ended;
    std::vector<rounds_finished> overs;
    std::vector<rounds_finished> answers;
};

} // namespace avatar::tests
