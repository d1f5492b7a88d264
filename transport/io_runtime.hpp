#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <vector>

namespace boost::asio {
class io_context;
}

namespace avatar::transport {

/// Runs what an io_context has to do until nothing is left or it is stopped. The last
/// resort for handlers that throw: one error line says what, and the rest goes on.
void run_contained(boost::asio::io_context& io);

/// The I/O threads: one io_context for each, so that whatever lives on one
/// needs no lock. A channel stays on the io_context it was made on.
class io_runtime {
public:
    /// Starts `threads` threads (at least one).
    explicit io_runtime(std::size_t threads);

    /// Stops and joins them; what is still under way is dropped.
    ~io_runtime();

    io_runtime(const io_runtime&) = delete;
    io_runtime& operator=(const io_runtime&) = delete;

    /// The next io_context in turn. Safe from any thread.
    boost::asio::io_context& next();

    /// All of them.
    std::vector<boost::asio::io_context*> contexts() const;

    /// Waits until nothing is under way any more and ends the threads; what is
    /// given to the io_contexts afterwards never runs. So whatever handlers hold is
    /// destroyed while its owner still lives. To be called once all
    /// connections have ended, not from an I/O thread. False when a thread did not
    /// end within `limit`: it hangs in a call to the system.
    bool drain(std::chrono::milliseconds limit);

private:
    struct worker;
    std::vector<std::unique_ptr<worker>> workers_;
    struct turn;
    std::unique_ptr<turn> turn_;
};

} // namespace avatar::transport
