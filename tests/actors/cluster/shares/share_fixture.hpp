#pragma once

#include "actors/actor_end.hpp"
#include "actors/cluster/load/share_driver.hpp"
#include "actors/cluster/shares/clip_packing.hpp"
#include "actors/pool/spawn_pool.hpp"
#include "config/error.hpp"
#include "tests/support/actor_fixture.hpp"

#include <caf/actor_registry.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace avatar::tests {

/// A share of two connections on scripted channels, and the coordinator that it is for, which
/// gives the clip and asks for the progress unless a test has it do otherwise.
class share_fixture : public actor_fixture {
public:
    static constexpr std::uint64_t number = 7;

    share_fixture() {
        settings.size = 2;
        settings.after_interrupt = "reuse"; // What waits is the pool's matter.
        settings.request_timeout = std::chrono::seconds(45);
        settings.drain_timeout = std::chrono::seconds(10);
        alive_before = sys.registry().running();
    }

    ~share_fixture() override {
        if (share)
            caf::anon_send(share, close_share{});
        consume_messages();
        wind_down();
        for (const auto& pool : pools)
            caf::anon_send_exit(pool, caf::exit_reason::kill);
        caf::anon_send_exit(share, caf::exit_reason::kill);
        caf::anon_send_exit(coordinator, caf::exit_reason::kill);
        consume_messages();
    }

    share_pool_factory factory() {
        return [this](const config::pool_settings& with, const clip_format& format,
                      connection_watcher_actor watcher) {
            formats.push_back(format);
            sizes.push_back(with.size);
            if (!no_pool.empty())
                throw config::config_error(no_pool);
            pools.push_back(
                spawn_pool(sys, {with, service.factory(), std::move(watcher), /*seed=*/1}));
            return pools.back();
        };
    }

    void spawn_coordinator() {
        coordinator = sys.spawn([this]() -> share_owner_actor::behavior_type {
            return {
                [this](const next_clip_part& order) {
                    parts_asked.push_back(order);
                    if (gives_clip)
                        give_part(order.offset, packed.substr(order.offset, part_bytes));
                },
                [this](const share_connections_tried& some) { tried.push_back(some); },
                [this](const share_opened& event) { opened.push_back(event); },
                [this](const share_progress& event) { progress.push_back(event); },
                [this](const share_status& event) { statuses.push_back(event); },
            };
        });
    }

    open_share make_order() {
        packed = pack_clip(sys, clip);
        return {.share = number,
                .owner = coordinator,
                .pool = settings,
                .interrupt_after = interrupt_after,
                .clip_bytes = clip_bytes.value_or(packed.size())};
    }

    void spawn_share() {
        spawn_coordinator();
        driver = sys.spawn(share_driver, share_plan{make_order(), factory()});
        share = driver;
        note_end();
        consume_messages();
    }

    void note_end() {
        share->attach_functor([this](const caf::error& why) { ended = describe_end(why); });
    }

    /// A share whose connections c-0, c-1, … are open.
    void open() {
        spawn_share();
        confirm_all();
    }

    void confirm_all() {
        for (std::size_t i = 0; i < service.made(); ++i)
            if (!service.at(i).confirmed)
                service.at(i).confirm("c-" + std::to_string(i));
        consume_messages();
    }

    template <class Message>
    void tell(Message message) {
        caf::anon_send(share, std::move(message));
        consume_messages();
    }

    void give_part(std::uint64_t offset, std::string bytes) {
        caf::anon_send(share, clip_part{offset, std::move(bytes)});
    }

    void begin(std::uint64_t round, std::uint64_t requests, double rate = 0,
               nanoseconds first = {}) {
        tell(begin_round{round, {requests, first, rate}});
    }

    void drain() {
        caf::anon_send(driver, drain_pool{});
        consume_messages();
    }

    void finish(std::size_t connection) {
        service.at(connection).finish();
        consume_messages();
    }

    /// One of the first two connections, which has a request.
    std::size_t busy_one() { return service.at(0).under_way ? 0 : 1; }

    /// The service refuses the request of that connection, which stays open.
    void refuse(std::size_t connection, std::string why = "made to fail") {
        auto& at = service.at(connection);
        at.under_way = false;
        exchange_finished event;
        event.request_id = at.sent.back();
        event.failure.code = protocol::failure_code::server_error;
        event.failure.detail = std::move(why);
        at.sink(event);
        consume_messages();
    }

    /// The service finishes so many requests, over all connections in turn.
    void finish_requests(std::size_t requests) {
        for (std::size_t i = 0; i < requests; ++i)
            finish(i % settings.size);
    }

    void kill_coordinator() {
        caf::anon_send_exit(coordinator, caf::exit_reason::kill);
        consume_messages();
    }

    /// The handle of the round driver, which is told to begin a round that it does not know.
    caf::actor round_driver_of_share() {
        consume_messages();
        caf::anon_send(share, begin_round{1, {1, {}, 0}});
        sched.run_once();
        CAF_REQUIRE_EQUAL(sched.jobs.size(), 1u);
        const auto found = caf::actor_cast<caf::actor>(&sched.next_job<caf::local_actor>());
        consume_messages();
        return found;
    }

    /// In steps, at each of which the coordinator asks, as long as it does.
    void after(caf::timespan time) {
        constexpr caf::timespan step = std::chrono::seconds(1);
        for (; time > step; time -= step)
            pass(step);
        pass(time);
    }

    const share_progress& latest() const {
        CAF_REQUIRE(!progress.empty());
        return progress.back();
    }

    /// The share has ended, and all that it has spawned.
    void check_nothing_lives() {
        CAF_CHECK(ended.has_value());
        kill_coordinator();
        CAF_CHECK_EQUAL(sys.registry().running(), alive_before);
        for (std::size_t i = 0; i < service.made(); ++i)
            CAF_CHECK(!service.at(i).lives());
    }

    config::pool_settings settings;
    audio_clip clip{"speech"};
    nanoseconds interrupt_after{0};
    std::optional<std::uint64_t> clip_bytes; ///< Told in place of what it has.
    std::string no_pool;                     ///< Not empty: why none can be made.
    std::size_t part_bytes = longest_clip_part;
    bool gives_clip = true;
    bool asks = true;

    std::string packed;
    share_owner_actor coordinator;
    share_driver_actor driver; ///< As its node knows it.
    share_actor share;         ///< As its coordinator does.
    std::vector<pool_actor> pools;
    std::vector<clip_format> formats;
    std::vector<std::size_t> sizes;
    std::vector<next_clip_part> parts_asked;
    std::vector<share_connections_tried> tried;
    std::vector<share_opened> opened;
    std::vector<share_progress> progress;
    std::vector<share_status> statuses;
    std::optional<std::string> ended; ///< Why.
    std::size_t alive_before = 0;

private:
    void pass(caf::timespan time) {
        if (asks && share)
            caf::anon_send(share, get_share_progress{});
        consume_messages();
        advance_time(time);
        consume_messages();
    }
};

} // namespace avatar::tests
