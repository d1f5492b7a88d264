// avatar-soak MINUTES [tls]: runs a pool at steady load while everything goes wrong that
// the emulator can do, over TLS or without, and checks that the pool keeps its promises.
// Prints a table and exits with 1, and a line for each, when a promise was broken.

#include "actors/actor_runtime.hpp"
#include "actors/pool/spawn_pool.hpp"
#include "tests/soak/caller.hpp"
#include "tests/soak/frame_counts.hpp"
#include "tests/soak/promises.hpp"
#include "tests/soak/service.hpp"
#include "tests/support/certificates.hpp"
#include "transport/avatar_channel.hpp"
#include "transport/io_runtime.hpp"

#include <caf/actor_system.hpp>
#include <caf/scoped_actor.hpp>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdlib>
#include <iostream>
#include <optional>
#include <string>
#include <string_view>
#include <thread>

namespace avatar::soak {
namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;

/// All that goes wrong, by chance and by the clock; docs/emulator.md has the names.
constexpr const char* faults =
    "refuse-token:5%,slow-token=300ms:5%,refuse-upgrade:5%,no-handshake:5%,"
    "close:0.1%,reset:0.1%,silence:0.05%,drop-frame:0.5%,repeat-frame:0.5%,"
    "reorder-frames:0.5%,foreign-frame:0.5%,garbage:0.05%,error:0.2%,oversize-frame:0.05%,"
    "stall:0.05%,drop-end:0.05%,idle-close:5%,idle-reset:5%,idle-silence:5%,"
    "stop-accepting:15s-18s/40s";

config::emulator_settings emulated(bool tls) {
    config::emulator_settings settings;
    if (tls) {
        settings.tls_certificate = tests::server_certificate;
        settings.tls_key = tests::server_key;
    }
    settings.first_frame = 0.15;
    settings.frame_interval = 4ms;
    settings.frames_per_second_of_audio = 50;
    settings.session_limit = 25s;
    settings.faults = faults;
    return settings;
}

config::pool_settings pooled() {
    config::pool_settings settings;
    settings.size = 30;
    settings.max_session_age = 20s; // Sessions live for 25 s: each must be renewed in time.
    settings.request_timeout = 5s;
    settings.borrow_timeout = 5s;
    settings.late_timeout = 2s;
    settings.keepalive = 1s;
    settings.reconnect_min = 50ms;
    settings.reconnect_max = 1s;
    settings.fail_fast_after = 1s;
    settings.max_lease = 2s;
    settings.sink_timeout = 1s;
    settings.audio_timeout = 1s;
    settings.drain_timeout = 5s;
    return settings;
}

/// 200 ms of silence, as PCM at 16 kHz.
audio_clip speech() {
    return audio_clip(std::string(6'400, '\0'));
}

transport::channel_factory make_channels(transport::io_runtime& io, const service& to) {
    return transport::make_avatar_channels(
        io, transport::settings_of_channels(to.address(), pooled(), speech().format()));
}

/// Nothing that is asked here takes long in a program that works.
template <class Answer, class Actor, class... Question>
std::optional<Answer> ask(caf::scoped_actor& self, const Actor& whom, const Question&... question) {
    std::optional<Answer> answer;
    self->request(whom, 60s, question...)
        .receive([&](Answer& given) { answer = std::move(given); }, [](const caf::error&) {});
    return answer;
}

/// The pool, those who call it, and the service it calls.
class soak {
public:
    soak(std::chrono::seconds length, bool tls)
        : length_(length),
          service_(emulated(tls), frames_, faults_) {}

    outcome run() {
        self_->request(pool_, 60s, open_pool{}).receive([](pool_opened&) {}, [](caf::error&) {});
        const auto begin = steady_clock::now();
        callers_ = {call({.burst = 1, .acquires = true}), call({.interval = 1s, .burst = 50})};
        play(begin);
        return finish();
    }

private:
    static constexpr std::size_t callers = 2;

    caf::actor call(call_plan plan) {
        plan.pool = pool_;
        plan.audio = speech();
        plan.frames = &frames_;
        return system_.spawn(caller, std::move(plan));
    }

    /// What happens when. The last part of the time is without faults.
    void play(steady_clock::time_point begin) {
        const bool brief = length_ < 2min;
        const auto away = brief ? 3s : 10s;
        const auto every = brief ? length_ / 2 : std::chrono::seconds(2min);
        const auto well_again = begin + length_ * 17 / 20;
        bool measured_middle = false;
        std::this_thread::sleep_until(begin + length_ / 10);
        outcome_.start = measure_resources();
        for (auto crash = begin + every * 2 / 5; crash + away < well_again; crash += every) {
            std::this_thread::sleep_until(crash);
            service_.crash();
            std::this_thread::sleep_until(crash + away);
            service_.come_back(faults);
            if (!std::exchange(measured_middle, crash + every >= begin + length_ / 2))
                outcome_.middle = measure_after(crash + away + every / 5);
        }
        std::this_thread::sleep_until(well_again);
        service_.crash();
        service_.come_back("");
        std::this_thread::sleep_until(begin + length_);
    }

    static resources measure_after(steady_clock::time_point when) {
        std::this_thread::sleep_until(when);
        return measure_resources();
    }

    outcome finish() {
        for (const auto& each : callers_)
            self_->send(each, stop_atom::value);
        wait_for_calm();
        outcome_.length = length_;
        outcome_.calls = counts();
        outcome_.pool = ask<pool_status>(self_, pool_, get_pool_status{}).value_or(pool_status());
        outcome_.end = measure_resources();
        outcome_.faults = faults_.all();
        outcome_.fault_kinds =
            static_cast<std::size_t>(std::ranges::count(std::string_view(faults), ',')) + 1;
        outcome_.closed = ask<pool_closed>(self_, pool_, close_pool{}).has_value();
        for (const auto& each : callers_)
            self_->send_exit(each, caf::exit_reason::user_shutdown);
        return outcome_;
    }

    /// Until every request has its result and the pool its size, or it is plain that
    /// this will not come.
    void wait_for_calm() {
        const auto bound = steady_clock::now() + 30s;
        while (steady_clock::now() < bound) {
            const auto pool = ask<pool_status>(self_, pool_, get_pool_status{});
            if (counts().open == 0 && pool && pool->available == pool->size)
                return;
            std::this_thread::sleep_for(100ms);
        }
    }

    call_counts counts() {
        call_counts all;
        for (const auto& each : callers_) {
            const auto one = ask<call_counts>(self_, each, count_atom::value);
            if (!one)
                continue;
            all.sent += one->sent;
            all.succeeded += one->succeeded;
            for (const auto& [code, count] : one->failed)
                all.failed[code] += count;
            all.open += one->open;
            all.twice += one->twice;
            all.unknown += one->unknown;
            all.wrong_frames += one->wrong_frames;
            all.leases += one->leases;
            all.with_sink += one->with_sink;
            all.spoken += one->spoken;
            all.late_frames += one->late_frames;
            all.sink_missed += one->sink_missed;
        }
        return all;
    }

    std::chrono::seconds length_;
    outcome outcome_;
    frame_counts frames_;
    fault_counts faults_;
    service service_;
    transport::io_runtime io_{1};
    actor_runtime config_{io_};
    caf::actor_system system_{config_};
    caf::scoped_actor self_{system_};
    pool_actor pool_ = spawn_pool(system_, {pooled(), make_channels(io_, service_), {}});
    std::array<caf::actor, callers> callers_;
};

struct arguments {
    std::chrono::seconds length;
    bool tls = false;
};

std::optional<arguments> arguments_of(int argc, char** argv) {
    if (argc < 2 || argc > 3 || (argc == 3 && argv[2] != std::string_view("tls")))
        return std::nullopt;
    char* end = nullptr;
    const auto minutes = std::strtod(argv[1], &end);
    if (*end != '\0' || !(minutes >= 0.25 && minutes <= 24 * 60))
        return std::nullopt;
    return arguments{std::chrono::seconds(static_cast<int>(minutes * 60)), argc == 3};
}

} // namespace
} // namespace avatar::soak

int main(int argc, char** argv) {
    using namespace avatar::soak;
    const auto arguments = arguments_of(argc, argv);
    if (!arguments) {
        std::cerr << "avatar-soak: expected the minutes to run, from 0.25 to 1440, and perhaps "
                     "\"tls\"\n";
        return 2;
    }
    spdlog::set_level(spdlog::level::off); // Thousands of connections will be lost.
    auto result = soak(arguments->length, arguments->tls).run();
#ifdef AVATAR_SANITIZED
    result.check_memory = false;
#endif
    write_table(std::cout, result);
    const auto broken = broken_promises(result);
    for (const auto& promise : broken)
        std::cout << "BROKEN: " << promise << '\n';
    std::cout << (broken.empty() ? "all promises held\n" : "");
    return broken.empty() ? 0 : 1;
}
