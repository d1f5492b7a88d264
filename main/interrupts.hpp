#pragma once

#include <functional>
#include <memory>

namespace avatar {

/// What signals do. Each is called on a thread of its own, which others do not hold up; one at
/// a time, and once at most.
struct interrupt_handlers {
    std::function<void()> stop;         ///< At the first signal: what is under way may end.
    std::function<void()> stop_at_once; ///< At the second. May be none.
    std::function<void()> leave;        ///< When that has taken too long. Ends the process.
};

/// SIGINT, SIGTERM and SIGHUP while this lives. The second one counts from a second after the
/// first: shells and `timeout` send one twice, to a process and to its group.
class interrupts {
public:
    explicit interrupts(interrupt_handlers handlers);

    /// As `handle` with none.
    ~interrupts();

    /// Replaces the handlers: none of those before is called any more, nor does one run. With
    /// none, signals make no difference: the program is about to end by itself.
    void handle(interrupt_handlers handlers);

    interrupts(const interrupts&) = delete;
    interrupts& operator=(const interrupts&) = delete;

private:
    class watch;
    std::unique_ptr<watch> watch_;
};

} // namespace avatar
