#pragma once

#include "config/settings.hpp"
#include "emulator/emulator.hpp"
#include "transport/io_runtime.hpp"

namespace avatar {

/// The emulator on a thread of its own inside this process, reached over real
/// sockets like any other service.
class local_service {
public:
    /// Throws what the emulator throws.
    explicit local_service(const config::emulator_settings& settings);

    /// `service` with the endpoints, key and ids of this emulator.
    config::service_settings point_here(config::service_settings service) const;

private:
    transport::io_runtime thread_{1};
    emulator::emulator emulator_;
};

} // namespace avatar
