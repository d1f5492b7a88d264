#include "main/log_sink.hpp"

#include "config/duration.hpp"

#include <fmt/format.h>
#include <spdlog/details/log_msg.h>

#include <string>
#include <utility>

namespace avatar {

void log_sink::count_overruns(std::function<std::uint64_t()> count) {
    const std::lock_guard lock(mutex_);
    overruns_ = std::move(count);
}

void log_sink::show_repeats(line_groups::clock::time_point now) {
    const std::lock_guard lock(mutex_);
    add_overruns();
    show_due(now);
    out_.tell_dropped();
}

void log_sink::sink_it_(const spdlog::details::log_msg& message) {
    add_overruns();
    const auto now = line_groups::clock::now();
    show_due(now);
    const std::string_view text(message.payload.data(), message.payload.size());
    if (message.logger_name == program_lines)
        out_.write(std::string(text) + '\n');
    else if (groups_.admit(text, message.level, now))
        show(message, 1);
}

void log_sink::show_due(line_groups::clock::time_point now) {
    while (const auto more = groups_.take_due(now)) {
        const auto within = std::chrono::ceil<std::chrono::milliseconds>(more->within);
        const auto text = fmt::format("\u2026 and {} more within {}: {}", more->count,
                                      config::format_duration(within), more->kind);
        show({"", static_cast<spdlog::level::level_enum>(more->level), text}, more->count);
    }
}

void log_sink::show(const spdlog::details::log_msg& message, std::uint64_t stands_for) {
    spdlog::memory_buf_t line;
    formatter_->format(message, line);
    out_.write({line.data(), line.size()}, stands_for);
}

void log_sink::add_overruns() {
    if (!overruns_)
        return;
    const auto all = overruns_();
    out_.add_dropped(all - std::exchange(overruns_told_, all));
}

} // namespace avatar
