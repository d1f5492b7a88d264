#include "actors/console.hpp"

#include "report/progress_line.hpp"
#include "report/text.hpp"

#include <ostream>

namespace avatar {

console_actor::behavior_type console(console_actor::stateful_pointer<console_state> self,
                                     console_settings settings) {
    auto& state = self->state;
    state.start(settings);
    return {
        [&](const rounds_started& event) { report::write(state.out(), event); },
        [&](const round_started& event) { report::write(state.out(), event); },
        [&](const round_progress& event) { state.on_round_progress(event); },
        [&](const round_finished& event) { report::write(state.out(), event); },
        [&](const rounds_finished& event) { report::write(state.out(), event); },
        [&](connection_tried& event) { state.on_connection_tried(event); },
        [&](const audio_loaded& event) { report::write(state.out(), event); },
        [&](const pool_opening& event) { report::write(state.out(), event); },
        [&](const pool_opened& event) { report::write(state.out(), event); },
        [&](const run_report& report) {
            report::write_summary(state.out(), report);
            report::write_pool_statistics(state.out(), report.pool);
        },
        [&](pool_closing) { report::write_pool_closing(state.out()); },
        [&](pool_closed) { report::write_pool_closed(state.out()); },
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

void console_state::on_connection_tried(connection_tried& event) {
    early_.emplace(event.slot, std::move(event));
    for (auto next = early_.begin(); next != early_.end() && next->first == next_slot_;
         next = early_.erase(next), ++next_slot_)
        report::write(out(), next->second);
    out().flush();
}

void console_state::on_round_progress(const round_progress& event) {
    progress_->show(event, report::terminal_width(settings_.terminal));
}

std::ostream& console_state::out() {
    progress_->erase();
    return *settings_.out;
}

bool console_state::flush() {
    return static_cast<bool>(out().flush());
}

} // namespace avatar
