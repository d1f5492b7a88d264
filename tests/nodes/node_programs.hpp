#pragma once

#include "tests/nodes/report_books.hpp"
#include "tests/support/process.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

/// The program as worker and as coordinator.
namespace avatar::tests {

/// A worker on 127.0.0.1, unless `host` says otherwise.
class node_worker {
public:
    /// Waits until it listens; throws when it does not come up. `launcher`: a program, by its
    /// path, and its first arguments, which makes itself the worker.
    explicit node_worker(environment service, arguments more = {},
                         const std::string& host = "127.0.0.1", arguments launcher = {});

    std::uint16_t port() const { return port_; }
    std::string address() const { return host_ + ":" + std::to_string(port_); }

    process& program() { return *process_; }
    void signal(int number) { process_->signal(number); }

    /// With SIGKILL, and waits for its end.
    void kill();

    /// A new one at the same port.
    void restart();

    /// Resident bytes; 0 when it is gone.
    std::size_t memory() const;
    std::size_t descriptors() const;

    /// Processor time it has used, of the user and the system together.
    std::chrono::milliseconds processor_time() const;

private:
    void start();

    environment service_;
    arguments more_;
    arguments launcher_;
    std::string host_;
    std::uint16_t port_ = 0;
    std::unique_ptr<process> process_;
};

/// What there was of a run when it had ended.
struct run_end {
    int code = 0; ///< -1: it did not end in time.
    std::string out;
    std::string err;
    std::chrono::milliseconds took{0};
    std::optional<run_books> books; ///< Nothing: it wrote no report.

    /// Everything, for a test that fails.
    std::string text() const;
};

/// A run over nodes.
class node_run {
public:
    /// Nodes as `HOST:PORT`; what `with` says wins. Each round has 12 requests unless it says
    /// so.
    node_run(const std::vector<std::string>& nodes, const arguments& with,
             const environment& variables = {});
    ~node_run();

    bool wait_for_output(const std::string& text) { return process_.wait_for_output(text); }
    void signal(int number) { process_.signal(number); }
    process& program() { return process_; }

    /// At most so much longer.
    run_end finish(std::chrono::seconds limit);

private:
    std::string report_;
    std::chrono::steady_clock::time_point started_;
    process process_;
};

} // namespace avatar::tests
