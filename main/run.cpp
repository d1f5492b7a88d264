#include "actors/actor_end.hpp"
#include "actors/actor_runtime.hpp"
#include "actors/load/run_supervisor.hpp"
#include "audio/clip.hpp"
#include "config/checks.hpp"
#include "config/duration.hpp"
#include "main/interrupts.hpp"
#include "main/local_service.hpp"
#include "main/program_log.hpp"
#include "main/run_actors.hpp"
#include "main/subcommands.hpp"
#include "report/atomic_file.hpp"
#include "report/balance.hpp"
#include "report/json.hpp"
#include "transport/io_runtime.hpp"

#include <caf/actor_system.hpp>
#include <caf/scoped_actor.hpp>
#include <caf/send.hpp>
#include <fmt/format.h>

#include <chrono>
#include <cstdlib>
#include <future>
#include <malloc.h>
#include <optional>
#include <string>
#include <thread>
#include <utility>

namespace avatar {
namespace {

/// For the I/O threads to end once every connection has.
constexpr auto drain_limit = std::chrono::seconds(3);

/// For the actors to end once they were told to.
constexpr auto actors_limit = std::chrono::seconds(3);

/// Opening thousands of connections at once, above all with TLS, leaves the heap full
/// of holes that the C library would keep: two fifths of the memory of 2,000 sessions.
void give_back_freed_memory() {
#ifdef __GLIBC__
    malloc_trim(0);
#endif
}

std::string why_no_connection(const pool_opened& opened) {
    if (opened.cancelled && opened.failures.empty())
        return "avatar-pool: interrupted before any connection was open";
    std::string text = "avatar-pool: no connection could be opened";
    const char* separator = ": ";
    for (const auto& [sample, count] : opened.failures) {
        text += fmt::format("{}{} \u00d7 {}", separator, count, describe(sample));
        separator = "; ";
    }
    return text;
}

/// The run is over: that its figures cannot be kept is no error of the
/// configuration any more.
bool save(report::atomic_file& json, const run_report& report, program_log& log) {
    try {
        json.commit(report::to_json(report));
        return true;
    } catch (const report::report_error& e) {
        log.say("avatar-pool: " + std::string(e.what()));
        return false;
    }
}

/// What one supervisor makes of the run; nothing when it ended before it answered,
/// and `lost` says why. The program's own thread may block: it is neither an actor's
/// nor an I/O thread.
std::optional<run_outcome> supervise(caf::actor_system& system, run_supervisor_plan plan,
                                     std::string& lost) {
    caf::scoped_actor self(system);
    plan.observer = caf::actor_cast<caf::actor>(self);
    const auto supervisor = system.spawn(run_supervisor, std::move(plan));
    self->monitor(supervisor);
    self->send(supervisor, play_run{lost});
    std::optional<run_outcome> outcome;
    bool over = false;
    self->receive_while([&] { return !over; })([](const pool_opened&) { give_back_freed_memory(); },
                                               [&](run_outcome& answer) {
                                                   outcome = std::move(answer);
                                                   over = true;
                                               },
                                               [&](const caf::down_msg& down) {
                                                   lost = "the run supervisor ended: " +
                                                          describe_end(down.reason);
                                                   over = true;
                                               });
    return outcome;
}

/// A supervisor that ends early has one successor, which reports.
run_outcome play(caf::actor_system& system, const run_supervisor_plan& plan) {
    std::string lost;
    auto outcome = supervise(system, plan, lost);
    if (!outcome)
        outcome = supervise(system, plan, lost);
    if (outcome)
        return std::move(*outcome);
    run_outcome nothing;
    nothing.ended_early = lost;
    nothing.complete = false;
    return nothing;
}

/// What the run leaves to say once the console is silent, and its exit code.
int conclude(const run_outcome& outcome, std::optional<report::atomic_file>& json,
             program_log& log) {
    const bool early = !outcome.ended_early.empty();
    if (!outcome.written && !early)
        log.say("avatar-pool: the report could not be written to standard output");
    if (outcome.opened.connected == 0 && !early) {
        log.say(why_no_connection(outcome.opened));
        return no_connection;
    }
    // After the console's last word, for both may be standard output.
    const bool saved = !json || !outcome.has_report || save(*json, outcome.report, log);
    if (early)
        log.say("avatar-pool: the run ended early: " + outcome.ended_early);
    const auto unbalanced = outcome.complete ? report::imbalance(outcome.report) : std::nullopt;
    if (unbalanced) {
        log.say("avatar-pool: " + *unbalanced);
        return requests_lost;
    }
    const bool all_ok = outcome.report.failed == 0 && !early;
    return all_ok && outcome.written && saved ? all_requests_ok : some_requests_failed;
}

/// Without the threads or actors that did not end.
[[noreturn]] void leave_behind(int code, program_log& log) {
    log.finish();
    std::_Exit(code);
}

/// Leaves behind what does not end by itself: an actor with a thread of its own, that
/// somebody still refers to, holds its system up when all others have ended.
class end_limit {
public:
    end_limit(std::chrono::milliseconds limit, int code, program_log& log)
        : watch_([this, limit, code, &log] {
              if (ended_.get_future().wait_for(limit) != std::future_status::ready)
                  leave_behind(code, log);
          }) {}

    ~end_limit() {
        ended_.set_value();
        watch_.join();
    }

private:
    std::promise<void> ended_;
    std::thread watch_;
};

/// From the first actor to the last.
int run_on_actors(transport::io_runtime& io, const config::settings& settings,
                  transport::channel_factory channels, const audio_clip& speech,
                  const extensions& with, std::optional<report::atomic_file>& json,
                  program_log& log) {
    actor_runtime actor_config(io);
    std::optional<end_limit> limit; // Of what comes behind it.
    caf::actor_system system(actor_config);
    const auto actors = spawn_actors(system, settings, std::move(channels), speech, with);
    int code = some_requests_failed;
    {
        interrupts on_signal(io.next(), [driver = actors.driver, &settings, &log] {
            log.say("avatar-pool: stopping; running requests have " +
                    config::format_duration(settings.pool.drain_timeout) +
                    " to end (once more: leave at once)");
            caf::anon_send(driver, stop_rounds{});
        });
        code = conclude(play(system, {actors, speech.size(), settings.pool.size, {}}), json, log);
    }
    // One that hangs, or that nobody told, would hold the system's destructor up.
    if (!await_actors(system, actors_limit))
        leave_behind(code, log);
    limit.emplace(actors_limit, code, log);
    return code;
}

} // namespace

int run(const config::command& command, const extensions& with, program_log& log) {
    auto settings = command.values;
    const bool own_channel = settings.extensions.channel != config::extension_settings().channel;
    if (!command.embedded_emulator && !own_channel)
        config::check_service(settings, " (or run with --emulator, which needs none)");
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
    auto channels = make_channels(io, settings, speech.clip.format(), with);
    // From here on nothing of the configuration can be wrong any more.
    if (service)
        log.say("Running against the embedded emulator at " + settings.service.console_endpoint);

    const int code = run_on_actors(io, settings, std::move(channels), speech.clip, with, json, log);
    // A thread that hangs in a name lookup cannot be stopped: leave without it then,
    // for all that was to be written is written.
    if (!io.drain(drain_limit))
        leave_behind(code, log);
    return code;
}

} // namespace avatar
