#pragma once

#include "main/line_groups.hpp"
#include "main/line_writer.hpp"

#include <spdlog/sinks/base_sink.h>

#include <cstdint>
#include <functional>
#include <mutex>

namespace avatar {

/// Name of the logger whose messages are lines of the program itself: written as they
/// are, without time and level, and never grouped.
inline constexpr auto program_lines = "program";

/// Puts log messages on a descriptor: storms as one line with a count, and what finds
/// no room dropped and counted.
class log_sink final : public spdlog::sinks::base_sink<std::mutex> {
public:
    log_sink(int fd, std::chrono::milliseconds timeout) : out_(fd, timeout) {}

    /// `count`: messages that the queue before this sink has dropped so far.
    void count_overruns(std::function<std::uint64_t()> count);

    /// Shows the counts of the storms that are over by `now`; all, for its maximum.
    void show_repeats(line_groups::clock::time_point now);

    /// No write waits longer than until then any more. From any thread.
    void end_soon(line_writer::clock::time_point limit) { out_.end_soon(limit); }

private:
    void sink_it_(const spdlog::details::log_msg& message) override;
    void flush_() override {}
    void show(const spdlog::details::log_msg& message, std::uint64_t stands_for);
    void show_due(line_groups::clock::time_point now);
    void add_overruns();

    line_writer out_;
    line_groups groups_;
    std::function<std::uint64_t()> overruns_;
    std::uint64_t overruns_told_ = 0;
};

} // namespace avatar
