#pragma once

#include <string>

namespace avatar::transport {

/// What the exception that is being handled says, of whatever type it is.
std::string current_exception_text();

/// Logs the exception that is being handled as one error line: "WHAT failed: TEXT".
void log_current_exception(const std::string& what) noexcept;

/// Runs the steps of one connection: its handlers, timers and calls. An exception
/// that left a handler would end the process; contained, it ends that connection
/// alone.
class containment {
public:
    virtual ~containment() = default;

    /// Runs one step. What it throws ends the connection, with that as the reason.
    template <class Step>
    void contain(Step&& step) noexcept {
        try {
            step();
        } catch (...) {
            on_step_failed();
        }
    }

protected:
    /// Ends the connection; the exception is being handled.
    virtual void on_exception() = 0;

private:
    void on_step_failed() noexcept;
};

} // namespace avatar::transport
