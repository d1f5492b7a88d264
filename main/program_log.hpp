#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

namespace spdlog {
class async_logger;
namespace details {
class thread_pool;
}
} // namespace spdlog

namespace avatar {

class log_sink;

/// How a log is set up.
struct log_plan {
    int fd = 2;               ///< Where it goes; not owned.
    std::size_t queue = 8192; ///< Messages that may wait to be written; the oldest goes.
    std::chrono::milliseconds room_timeout = std::chrono::seconds(1); ///< For one line.
    std::chrono::milliseconds end_timeout = std::chrono::seconds(1);  ///< For all at the end.
};

/// What the program says on standard error: the log of all libraries, through spdlog's
/// default logger while this lives, and its own lines. Nobody who logs ever waits for a
/// write: a thread of its own writes, from a bounded queue. It is a part of the program,
/// since the libraries only say what happened: where that goes is for whoever links
/// them.
class program_log {
public:
    explicit program_log(log_plan plan = {});

    /// Writes what is left, as `finish`.
    ~program_log();

    program_log(const program_log&) = delete;
    program_log& operator=(const program_log&) = delete;

    /// debug, info, warn, error or off: the least severe that is logged.
    void set_level(const std::string& level);

    /// One or more whole lines of the program itself, shown at every level. From any
    /// thread; does not wait.
    void say(std::string_view lines);

    /// Writes what is left, for `end_timeout` at most, and logs nothing any more. To be
    /// called once, before a process ends that does not come to the destructor.
    void finish();

private:
    void show_repeats_each_second();

    log_plan plan_;
    std::shared_ptr<log_sink> sink_;
    std::shared_ptr<spdlog::details::thread_pool> queue_;
    std::shared_ptr<spdlog::async_logger> log_;
    std::shared_ptr<spdlog::async_logger> lines_;
    std::mutex mutex_;
    std::condition_variable ended_;
    bool over_ = false;
    std::thread repeats_;
};

} // namespace avatar
