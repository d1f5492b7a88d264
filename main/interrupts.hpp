#pragma once

#include <functional>
#include <memory>

namespace boost::asio {
class io_context;
}

namespace avatar {

/// SIGINT, SIGTERM and SIGHUP while this lives: the first calls `on_first` on the
/// io_context, the second quits the process with code 130 at once.
class interrupts {
public:
    interrupts(boost::asio::io_context& io, std::function<void()> on_first);
    ~interrupts();

    interrupts(const interrupts&) = delete;
    interrupts& operator=(const interrupts&) = delete;

private:
    class watch;
    std::shared_ptr<watch> watch_;
};

} // namespace avatar
