#include "actors/actor_end.hpp"
#include "actors/actor_runtime.hpp"
#include "actors/cluster/links/node_links.hpp"
#include "actors/cluster/links/node_runtime.hpp"
#include "actors/load/run_supervisor.hpp"
#include "audio/clip.hpp"
#include "config/checks.hpp"
#include "config/duration.hpp"
#include "config/error.hpp"
#include "main/ending.hpp"
#include "main/interrupts.hpp"
#include "main/local_service.hpp"
#include "main/program_log.hpp"
#include "main/report_stream.hpp"
#include "main/run_actors.hpp"
#include "main/shortages.hpp"
#include "main/subcommands.hpp"
#include "report/atomic_file.hpp"
#include "report/balance.hpp"
#include "report/destination.hpp"
#include "report/json.hpp"
#include "report/progress_line.hpp"
#include "transport/io_runtime.hpp"
#include "transport/node_credentials.hpp"

#include <caf/actor_system.hpp>
#include <caf/scoped_actor.hpp>
#include <caf/send.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <iostream>
#include <malloc.h>
#include <memory>
#include <new>
#include <optional>
#include <string>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace avatar {
namespace {

/// Opening thousands of connections at once, above all with TLS, leaves the heap full
/// of holes that the C library would keep: two fifths of the memory of 2,000 sessions.
void give_back_freed_memory() {
#ifdef __GLIBC__
    malloc_trim(0);
#endif
}

std::string why_no_connection(const pool_opened& opened) {
    if (opened.cancelled && opened.failures.empty())
        return "interrupted before any connection was open";
    std::string text = "no connection could be opened";
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
std::optional<run_outcome> supervise(caf::scoped_actor& self, run_supervisor_plan plan,
                                     std::string& lost) {
    plan.observer = caf::actor_cast<caf::actor>(self);
    const auto supervisor = self->spawn(run_supervisor, std::move(plan));
    self->monitor(supervisor);
    self->send(supervisor, play_run{lost});
    std::optional<run_outcome> outcome;
    bool over = false;
    self->receive_while([&] { return !over; })(
        [](const pool_opened&) { give_back_freed_memory(); },
        [&](stop_run order) { self->send(supervisor, order); },
        [&](run_outcome& answer) {
            outcome = std::move(answer);
            over = true;
        },
        [&](const caf::down_msg& down) {
            lost = "the run supervisor ended: " + describe_end(down.reason);
            over = true;
        });
    return outcome;
}

/// A supervisor that ends early has one successor, which reports.
run_outcome play(caf::scoped_actor& self, const run_supervisor_plan& plan) {
    std::string lost;
    auto outcome = supervise(self, plan, lost);
    if (!outcome)
        outcome = supervise(self, plan, lost);
    if (outcome)
        return std::move(*outcome);
    run_outcome nothing;
    nothing.ended_early = lost;
    nothing.complete = false;
    return nothing;
}

/// It had fewer nodes than it was to have, for a while at least.
bool lost_nodes(const run_report& report) {
    return std::ranges::any_of(report.nodes,
                               [](const node_figures& node) { return node.losses > 0; });
}

/// Of a run whose requests have come back as they should.
int code_of(const run_outcome& outcome) {
    const auto& report = outcome.report;
    if (outcome.left)
        return left_at_once;
    if (report.failed > 0 || !outcome.ended_early.empty() || !outcome.written || lost_nodes(report))
        return some_requests_failed;
    // A worker that is told to end cancels its part, of a run that goes on.
    const bool cut_short = report.interrupted || report.cancelled_requests > 0;
    return cut_short ? run_interrupted : all_requests_ok;
}

/// What the run leaves to say once the console is silent, and its exit code.
int conclude(run_outcome outcome, std::optional<report::atomic_file>& json, program_log& log) {
    auto& report = outcome.report;
    const bool early = !outcome.ended_early.empty();
    const bool nothing_opened = outcome.opened.connected == 0 && !early;
    if (!outcome.written && !early)
        log.say("avatar-pool: the report could not be written to standard output");
    if (nothing_opened) {
        report.ended_early = why_no_connection(outcome.opened);
        log.say("avatar-pool: " + report.ended_early);
    }
    // After the console's last word, for both may be standard output.
    const bool saved = !json || save(*json, report, log);
    if (early)
        log.say("avatar-pool: the run ended early: " + outcome.ended_early);
    if (nothing_opened)
        return no_connection;
    if (const auto unbalanced = outcome.complete ? report::imbalance(report) : std::nullopt) {
        log.say("avatar-pool: " + *unbalanced);
        return requests_lost;
    }
    const int code = code_of(outcome);
    return saved || code == left_at_once ? code : some_requests_failed;
}

/// What a run works with.
struct run_parts {
    const config::settings& settings;
    transport::channel_factory channels; ///< Null: its pools are on other nodes.
    std::shared_ptr<const transport::node_credentials> credentials; ///< For those; may be null.
    const audio_clip& speech;
    const extensions& with;
    console_settings text;
};

/// Before there is anything to stop.
interrupt_handlers handlers_at_start(program_log& log) {
    return {.stop =
                [&log] {
                    log.say("avatar-pool: interrupted before any connection was open");
                    leave_behind(no_connection, log);
                },
            .stop_at_once = {},
            .leave = {}};
}

/// What the user's signals do to a run, until its report is written.
class run_signals {
public:
    run_signals(interrupts& signals, const caf::scoped_actor& run,
                config::milliseconds drain_timeout, program_log& log)
        : signals_(signals) {
        const auto tell = [to = caf::actor_cast<caf::actor>(run)](stop_run order) {
            caf::anon_send(to, order);
        };
        signals.handle({.stop =
                            [tell, drain_timeout, &log] {
                                log.say("avatar-pool: stopping; running requests have " +
                                        config::format_duration(drain_timeout) +
                                        " to end (once more: leave at once)");
                                tell({});
                            },
                        .stop_at_once = [tell] { tell({/*at_once=*/true}); },
                        .leave = [&log] { leave_behind(left_at_once, log); }});
    }

    ~run_signals() { signals_.handle({}); }

    run_signals(const run_signals&) = delete;
    run_signals& operator=(const run_signals&) = delete;

private:
    interrupts& signals_;
};

/// An actor system is not taken back where it lacks something: threads of its actors would be
/// waited for that were never started.
[[noreturn]] void leave_for(const std::exception& why, program_log& log) {
    log.say("avatar-pool: " + in_one_line(why));
    leave_behind(some_requests_failed, log);
}

/// The run itself; gives the exit code. `links` only of one over nodes.
int run_in(caf::actor_system& system, const node_links* links, const run_parts& parts,
           std::optional<report::atomic_file>& json, interrupts& signals, program_log& log) {
    const auto& settings = parts.settings;
    const auto actors = links ? spawn_actors(system, settings, *links, parts.speech, parts.text)
                              : spawn_actors(system, settings, parts.channels, parts.speech,
                                             parts.with, parts.text);
    caf::scoped_actor self(system);
    const run_signals on_signal(signals, self, settings.pool.drain_timeout, log);
    const int code =
        conclude(play(self, {actors, parts.speech.size(), settings.pool.size, {}}), json, log);
    if (code == left_at_once)
        leave_behind(code, log);
    return code;
}

/// From the first actor to the last.
int run_on_actors(transport::io_runtime& io, const run_parts& parts,
                  std::optional<report::atomic_file>& json, interrupts& signals, program_log& log) {
    const bool over_nodes = !parts.settings.node.nodes.empty();
    const auto runtime =
        over_nodes ? std::make_unique<node_runtime>(io) : std::make_unique<actor_runtime>(io);
    end_limit limit(log); // Of what comes behind it.
    caf::actor_system system(*runtime);
    std::optional<node_links> links;
    if (over_nodes)
        links.emplace(system, io, parts.credentials);
    int code = some_requests_failed;
    try {
        code = run_in(system, links ? &*links : nullptr, parts, json, signals, log);
    } catch (const std::bad_alloc& e) {
        leave_for(e, log);
    } catch (const std::system_error& e) {
        leave_for(e, log);
    }
    links.reset();
    // One that hangs, or that nobody told, would hold the system's destructor up.
    if (!await_actors(system, actors_limit))
        leave_behind(code, log);
    limit.begin(actors_limit, code);
    return code;
}

/// What a run over nodes cannot have.
void check_run_over_nodes(const config::command& command) {
    const auto& settings = command.values;
    if (command.embedded_emulator)
        throw config::config_error(
            "--emulator and nodes exclude each other: workers need a service "
            "with an address, such as that of avatar-pool emulator");
    const auto& chosen = settings.extensions;
    const config::extension_settings none;
    const auto refuse = [](const std::string& what) {
        throw config::config_error(what + " and nodes exclude each other: results and their times "
                                          "stay on the nodes");
    };
    if (!chosen.sinks.empty())
        refuse("report.sinks");
    if (chosen.shape != none.shape)
        refuse("load.shape");
    config::check_nodes(settings);
}

/// Of memory, what the program takes at first, and for each of its connections over TLS.
constexpr std::size_t first_bytes = 24'000'000;
constexpr std::size_t bytes_each = 40'000;

/// Threads with those for name lookups, one for each I/O thread.
needs needs_of_run(const config::settings& settings, bool embedded_emulator) {
    constexpr std::size_t console_signals_end_and_caf = 4;
    constexpr std::size_t node_links = 3;
    const bool over_nodes = !settings.node.nodes.empty();
    return {.threads = 2 * settings.runtime.threads + (embedded_emulator ? 1 : 0) +
                       console_signals_end_and_caf + settings.extensions.sinks.size() +
                       (over_nodes ? node_links : 0),
            .descriptors = 24, // Of connections, see config::check_descriptors.
            .bytes = first_bytes + (over_nodes ? 0 : settings.pool.size * bytes_each)};
}

} // namespace

int run(const config::command& command, const extensions& with, program_log& log) {
    auto settings = command.values;
    const bool over_nodes = !settings.node.nodes.empty();
    const bool own_channel = settings.extensions.channel != config::extension_settings().channel;
    if (over_nodes)
        check_run_over_nodes(command);
    else if (!command.embedded_emulator && !own_channel)
        config::check_service(settings, " (or run with --emulator, which needs none)");
    if (!over_nodes)
        config::check_descriptors(settings.pool.size, command.embedded_emulator);
    check_needs(needs_of_run(settings, command.embedded_emulator));
    const auto speech = audio::load(settings.audio);
    if (const auto warning = audio::warning_of(speech, settings.audio.file))
        log.say(*warning);
    interrupts signals(handlers_at_start(log)); // To the end: one that is sent twice is one.
    std::optional<report::atomic_file> json;
    if (!settings.report.json.empty())
        json.emplace(settings.report.json);

    std::optional<local_service> service;
    if (command.embedded_emulator) {
        service.emplace(settings.emulator);
        settings.service = service->point_here(std::move(settings.service));
    }
    const auto credentials = transport::load_credentials(settings.node);
    transport::io_runtime io(settings.runtime.threads);
    report_stream beside_json(log);
    run_parts parts{settings, {}, credentials, speech.clip, with, {&beside_json}};
    if (!report::is_standard_output(settings.report.json))
        parts.text = {&std::cout, report::can_redraw(STDOUT_FILENO), STDOUT_FILENO};
    if (!over_nodes)
        parts.channels = make_channels(io, settings, speech.clip.format(), with);
    // From here on nothing of the configuration can be wrong any more.
    if (service)
        log.say("Running against the embedded emulator at " + settings.service.console_endpoint);

    const int code = run_on_actors(io, parts, json, signals, log);
    // A thread that hangs in a name lookup cannot be stopped: leave without it then,
    // for all that was to be written is written.
    if (!io.drain(drain_limit))
        leave_behind(code, log);
    return code;
}

} // namespace avatar
