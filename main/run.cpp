#include "actors/actor_runtime.hpp"
#include "actors/console.hpp"
#include "actors/pool_supervisor.hpp"
#include "actors/round_driver.hpp"
#include "actors/stats.hpp"
#include "audio/clip.hpp"
#include "config/checks.hpp"
#include "config/duration.hpp"
#include "main/interrupts.hpp"
#include "main/local_service.hpp"
#include "main/subcommands.hpp"
#include "report/atomic_file.hpp"
#include "report/balance.hpp"
#include "report/json.hpp"
#include "report/progress_line.hpp"
#include "transport/avatar_channel.hpp"
#include "transport/io_runtime.hpp"

#include <caf/actor_system.hpp>
#include <caf/scoped_actor.hpp>
#include <caf/send.hpp>

#include <cstdlib>
#include <iostream>
#include <malloc.h>
#include <optional>
#include <stdexcept>
#include <unistd.h>

namespace avatar {
namespace {

/// How often a terminal's live line is drawn again.
constexpr auto progress_interval = std::chrono::milliseconds(200);

/// For the I/O threads to end once every connection has.
constexpr auto drain_limit = std::chrono::seconds(3);

/// The actors of one run.
struct cast {
    console_actor console;
    stats_actor stats;
    pool_supervisor_actor pool;
    round_driver_actor driver;
};

transport::channel_factory make_channels(transport::io_runtime& io,
                                         const config::settings& settings,
                                         const audio::loaded_audio& speech) {
    transport::channel_settings channels;
    channels.service = settings.service;
    channels.session_ttl = settings.pool.session_ttl;
    channels.keepalive = settings.pool.keepalive;
    channels.sample_rate = speech.sample_rate;
    channels.bitrate = speech.bitrate;
    channels.format = speech.format;
    channels.egress = settings.egress;
    return transport::make_avatar_channels(io, std::move(channels));
}

cast spawn_actors(caf::actor_system& system, const config::settings& settings,
                  transport::channel_factory channels, const audio_clip& speech) {
    const bool live = report::can_redraw(STDOUT_FILENO);
    cast actors;
    actors.console =
        system.spawn<caf::detached>(console, console_settings{&std::cout, live, STDOUT_FILENO});
    actors.stats = system.spawn(stats);
    actors.pool =
        system.spawn(pool_supervisor, pool_plan{settings.pool, std::move(channels),
                                                connection_watcher_actor(actors.console)});
    round_driver_plan plan;
    plan.rounds = settings.rounds;
    plan.audio = speech;
    if (live)
        plan.progress_interval = progress_interval;
    actors.driver = system.spawn(
        round_driver,
        round_driver_links{actors.pool, actors.stats, round_watcher_actor(actors.console)},
        std::move(plan));
    return actors;
}

/// Waits for an actor's answer. The program's own thread may block: it is
/// neither an actor's nor an I/O thread.
template <class Answer, class Actor, class Question>
Answer ask(caf::scoped_actor& self, const Actor& whom, Question question) {
    std::optional<Answer> answer;
    self->request(whom, caf::infinite, std::move(question))
        .receive([&](Answer& given) { answer = std::move(given); },
                 [&](const caf::error& error) {
                     throw std::logic_error("an actor failed: " + self->system().render(error));
                 });
    return std::move(*answer);
}

/// Opening thousands of connections at once, above all with TLS, leaves the heap full
/// of holes that the C library would keep: two fifths of the memory of 2,000 sessions.
void give_back_freed_memory() {
#ifdef __GLIBC__
    malloc_trim(0);
#endif
}

void explain_no_connection(const pool_opened& opened) {
    if (opened.cancelled && opened.failures.empty()) {
        std::cerr << "avatar-pool: interrupted before any connection was open\n";
        return;
    }
    std::cerr << "avatar-pool: no connection could be opened";
    const char* separator = ": ";
    for (const auto& [sample, count] : opened.failures) {
        std::cerr << separator << count << " \u00d7 " << describe(sample);
        separator = "; ";
    }
    std::cerr << '\n';
}

/// The run is over: that its figures cannot be kept is no error of the
/// configuration any more.
bool save(report::atomic_file& json, const run_report& report) {
    try {
        json.commit(report::to_json(report));
        return true;
    } catch (const report::report_error& e) {
        std::cerr << "avatar-pool: " << e.what() << '\n';
        return false;
    }
}

/// From the first connection to the last line of the report.
int run_rounds_and_report(caf::actor_system& system, const cast& actors,
                          const config::settings& settings, std::uint64_t audio_bytes,
                          std::optional<report::atomic_file>& json) {
    caf::scoped_actor self(system);
    self->send(actors.console, audio_loaded{audio_bytes});
    self->send(actors.console, pool_opening{settings.pool.size});
    const auto opened = ask<pool_opened>(self, actors.pool, open_pool{});
    give_back_freed_memory();
    self->send(actors.console, opened);

    run_report report;
    rounds_finished end;
    if (opened.connected > 0) {
        end = ask<rounds_finished>(self, actors.driver, run_rounds{});
        report = ask<run_report>(self, actors.stats, get_run_report{});
        report.pool = ask<pool_status>(self, actors.pool, get_pool_status{true});
        self->send(actors.console, report);
    } else {
        self->send_exit(actors.driver, caf::exit_reason::user_shutdown);
    }

    self->send(actors.console, pool_closing{});
    self->send(actors.console, ask<pool_closed>(self, actors.pool, close_pool{}));
    const bool written = ask<console_flushed>(self, actors.console, flush_console{}).ok;
    if (!written)
        std::cerr << "avatar-pool: the report could not be written to standard output\n";
    if (opened.connected == 0) {
        explain_no_connection(opened);
        return no_connection;
    }
    // After the console's last word, for both may be standard output.
    const bool saved = !json || save(*json, report);
    if (end.failure)
        std::cerr << "avatar-pool: the run ended early: " << describe(end.failure) << '\n';
    if (const auto lost = report::imbalance(report)) {
        std::cerr << "avatar-pool: " << *lost << '\n';
        return requests_lost;
    }
    const bool all_ok = report.failed == 0 && !end.failure;
    return all_ok && written && saved ? all_requests_ok : some_requests_failed;
}

/// From the first actor to the last.
int run_actors(transport::io_runtime& io, const config::settings& settings,
               transport::channel_factory channels, const audio_clip& speech,
               std::optional<report::atomic_file>& json) {
    actor_runtime actor_config(io);
    caf::actor_system system(actor_config);
    const auto actors = spawn_actors(system, settings, std::move(channels), speech);
    interrupts on_signal(io.next(), [driver = actors.driver, &settings] {
        std::cerr << "avatar-pool: stopping; running requests have "
                  << config::format_duration(settings.pool.drain_timeout)
                  << " to end (once more: leave at once)\n";
        caf::anon_send(driver, stop_rounds{});
    });
    return run_rounds_and_report(system, actors, settings, speech.size(), json);
}

} // namespace

int run(const config::command& command) {
    auto settings = command.values;
    if (!command.embedded_emulator)
        config::check_service(settings);
    config::check_descriptors(settings.pool.size, command.embedded_emulator);
    const auto speech = audio::load(settings.audio);
    std::optional<report::atomic_file> json;
    if (!settings.report.json.empty())
        json.emplace(settings.report.json);

    std::optional<local_service> service;
    if (command.embedded_emulator) {
        service.emplace(settings.emulator);
        settings.service = service->point_here(std::move(settings.service));
    }
    transport::io_runtime io(settings.runtime.threads);
    auto channels = make_channels(io, settings, speech);
    // From here on nothing of the configuration can be wrong any more.
    if (service)
        std::cerr << "Running against the embedded emulator at "
                  << settings.service.console_endpoint << '\n';

    const int code = run_actors(io, settings, std::move(channels), speech.clip, json);
    // A thread that hangs in a name lookup cannot be stopped: leave without it then,
    // for all that was to be written is written.
    if (!io.drain(drain_limit))
        std::_Exit(code);
    return code;
}

} // namespace avatar
