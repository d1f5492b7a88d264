#include "main/program_log.hpp"

#include "main/log_sink.hpp"

#include <spdlog/async.h>
#include <spdlog/sinks/null_sink.h>
#include <spdlog/spdlog.h>

namespace avatar {
namespace {

constexpr auto policy = spdlog::async_overflow_policy::overrun_oldest;

} // namespace

program_log::program_log(log_plan plan)
    : plan_(plan),
      sink_(std::make_shared<log_sink>(plan.fd, plan.room_timeout)),
      queue_(std::make_shared<spdlog::details::thread_pool>(plan.queue, 1)),
      log_(std::make_shared<spdlog::async_logger>("avatar-pool", sink_, queue_, policy)),
      lines_(std::make_shared<spdlog::async_logger>(program_lines, sink_, queue_, policy)),
      repeats_([this] { show_repeats_each_second(); }) {
    sink_->set_pattern("%H:%M:%S.%e %l: %v");
    sink_->count_overruns([queue = queue_.get()] { return queue->overrun_counter(); });
    spdlog::set_default_logger(log_);
}

program_log::~program_log() {
    finish();
}

void program_log::set_level(const std::string& level) {
    log_->set_level(spdlog::level::from_str(level));
}

void program_log::say(std::string_view lines) {
    if (lines.ends_with('\n'))
        lines.remove_suffix(1); // The sink ends each message.
    lines_->log(spdlog::level::critical, spdlog::string_view_t(lines.data(), lines.size()));
}

void program_log::finish() {
    {
        const std::lock_guard lock(mutex_);
        if (over_)
            return;
        over_ = true;
    }
    ended_.notify_one();
    sink_->end_soon(line_writer::clock::now() + plan_.end_timeout);
    repeats_.join();
    // A thread that does not end may still log, to nowhere.
    const auto nowhere = std::make_shared<spdlog::sinks::null_sink_mt>();
    spdlog::set_default_logger(std::make_shared<spdlog::logger>("nowhere", nowhere));
    const auto overruns = queue_->overrun_counter();
    sink_->count_overruns([overruns] { return overruns; });
    queue_.reset(); // Its thread writes what is queued, then ends.
    sink_->show_repeats(line_groups::clock::time_point::max());
}

/// The count of a storm is due when nothing else may be logged any more.
void program_log::show_repeats_each_second() {
    std::unique_lock lock(mutex_);
    while (!ended_.wait_for(lock, line_groups::window, [this] { return over_; }))
        sink_->show_repeats(line_groups::clock::now());
}

} // namespace avatar
