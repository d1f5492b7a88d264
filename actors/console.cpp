#include "actors/console.hpp"

#include "actors/actor_end.hpp"
#include "report/progress_line.hpp"
#include "report/text.hpp"

#include <ostream>
#include <utility>

namespace avatar {
namespace {

/// A pool of thousands that cannot be opened says so in a few lines.
constexpr std::uint64_t failure_lines = 5;

} // namespace

template <class Write>
void console_state::print(Write write) {
    progress_->erase();
    write(*settings_.out);
    settings_.out->flush();
}

console_actor::behavior_type console(console_actor::stateful_pointer<console_state> self,
                                     console_settings settings) {
    auto& state = self->state;
    state.start(settings);
    name_exceptions(self);
    const auto show = [&state](const auto& event) {
        state.print([&](std::ostream& out) { report::write(out, event); });
    };
    return {
        [=](const rounds_started& event) { show(event); },
        [=](const round_started& event) { show(event); },
        [&](const round_progress& event) { state.on_round_progress(event); },
        [=](const round_finished& event) { show(event); },
        [=](const rounds_finished& event) { show(event); },
        [&](const connection_tried& event) { state.on_connection_tried(event); },
        [=](const audio_loaded& event) { show(event); },
        [=](const pool_opening& event) { show(event); },
        [&](const pool_opened& event) { state.on_pool_opened(event); },
        [&](const run_report& report) {
            state.print([&](std::ostream& out) { report::write_summary(out, report); });
        },
        [&](const pool_status& pool) {
            state.print([&](std::ostream& out) { report::write_pool_statistics(out, pool); });
        },
        [&](pool_closing) { state.print(report::write_pool_closing); },
        [&](pool_closed) { state.print(report::write_pool_closed); },
        [=](flush_console) {
            self->quit();
            return console_flushed{self->state.flush()};
        },
    };
}

console_state::console_state() = default;
console_state::~console_state() = default;

void console_state::start(const console_settings& settings) {
    settings_ = settings;
    progress_ = std::make_unique<report::progress_line>(*settings.out, settings.live);
}

void console_state::on_connection_tried(const connection_tried& event) {
    if (!opening_)
        return;
    const bool show = event.failure ? ++failures_ <= failure_lines : ++opened_ <= shown_connections;
    if (show)
        print([&](std::ostream& out) { report::write(out, event); });
}

void console_state::on_pool_opened(const pool_opened& event) {
    opening_ = false;
    print([&](std::ostream& out) {
        if (opened_ > shown_connections)
            report::write_opened_connections(out, opened_ - shown_connections);
        if (failures_ > failure_lines)
            report::write_failed_connections(out, failures_ - failure_lines, event.failures);
        report::write(out, event);
    });
}

void console_state::on_round_progress(const round_progress& event) {
    if (settings_.live)
        progress_->show(event, report::terminal_width(settings_.terminal));
    else
        print([&](std::ostream& out) { report::write(out, event); });
}

bool console_state::flush() {
    print([](std::ostream&) {});
    return static_cast<bool>(*settings_.out);
}

} // namespace avatar
