#pragma once

#include <chrono>
#include <future>
#include <optional>
#include <thread>

/// How a subcommand ends although something of it does not.
namespace avatar {

class program_log;

/// For the I/O threads to end once every connection has.
inline constexpr auto drain_limit = std::chrono::seconds(3);

/// For the actors to end once they were told to.
inline constexpr auto actors_limit = std::chrono::seconds(3);

/// Ends the process without the threads or actors that did not end.
[[noreturn]] void leave_behind(int code, program_log& log);

/// Leaves behind, after `limit`, what does not end by itself: an actor with a thread of its
/// own, that is still referred to, holds its system up when all others have ended, and so
/// do CAF's own threads while a node that reads nothing has a full buffer.
///
/// Has its thread from the start: there may be none to be had at the end.
class end_limit {
public:
    explicit end_limit(program_log& log);
    ~end_limit();

    end_limit(const end_limit&) = delete;
    end_limit& operator=(const end_limit&) = delete;

    /// What is left has so long from now on; the process ends with `code` else. To be called
    /// once.
    void begin(std::chrono::milliseconds limit, int code);

private:
    struct end {
        std::chrono::steady_clock::time_point due;
        int code = 0;
    };

    std::promise<std::optional<end>> begun_; // Nothing: without a limit.
    std::promise<void> ended_;
    bool has_begun_ = false;
    std::thread watch_;
};

} // namespace avatar
