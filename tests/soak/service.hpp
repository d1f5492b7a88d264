#pragma once

#include "config/settings.hpp"
#include "emulator/emulator.hpp"
#include "tests/soak/fault_counts.hpp"
#include "tests/soak/frame_counts.hpp"
#include "transport/io_runtime.hpp"

#include <memory>
#include <string>

namespace avatar::soak {

/// The emulator, which can crash and come back on the same port.
class service {
public:
    /// The counts outlive it.
    service(config::emulator_settings settings, frame_counts& frames, fault_counts& faults);

    /// How a client reaches it.
    config::service_settings address() const;

    void crash();
    void come_back(const std::string& faults);

private:
    config::emulator_settings settings_;
    frame_counts& frames_;
    fault_counts& faults_;
    transport::io_runtime thread_{1};
    std::unique_ptr<emulator::emulator> emulator_;
};

} // namespace avatar::soak
