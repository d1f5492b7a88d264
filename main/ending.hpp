#pragma once

#include <chrono>
#include <future>
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
class end_limit {
public:
    end_limit(std::chrono::milliseconds limit, int code, program_log& log);
    ~end_limit();

private:
    std::promise<void> ended_;
    std::thread watch_;
};

} // namespace avatar
