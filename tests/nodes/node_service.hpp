#pragma once

#include "config/settings.hpp"
#include "emulator/emulator.hpp"
#include "tests/support/process.hpp"
#include "transport/io_runtime.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace avatar::tests {

/// True as soon as `holds` does; false when it does not within the limit.
bool wait_until(const std::function<bool()>& holds, std::chrono::milliseconds limit);

/// TCP connections to that port which are open, as the kernel tells that process.
std::size_t open_connections(std::uint16_t port, const std::string& process = "self");

/// The service that workers use: the emulator within this process, which can crash and come
/// back at the same port.
class node_service {
public:
    /// A request takes so long.
    explicit node_service(std::chrono::milliseconds request = std::chrono::milliseconds(50),
                          const std::string& address = "127.0.0.1");

    /// Points a worker at it.
    environment variables() const;

    std::uint16_t port() const { return settings_.port; }

    void crash();
    void come_back(const std::string& faults = {});

    std::size_t sessions() const { return open_connections(port()); }

    /// False: some are open still when the time has passed.
    bool wait_for_no_session(std::chrono::milliseconds limit) const;

private:
    config::emulator_settings settings_;
    transport::io_runtime thread_{1};
    std::unique_ptr<emulator::emulator> emulator_;
};

} // namespace avatar::tests
