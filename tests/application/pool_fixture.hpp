#pragma once

#include "application/pool.hpp"
#include "audio/clip.hpp"
#include "emulator/emulator.hpp"
#include "transport/io_runtime.hpp"

#include <chrono>
#include <string>

namespace avatar::tests {

/// An emulated service on a thread of its own, and how a program reaches it.
class pool_fixture {
public:
    explicit pool_fixture(config::emulator_settings service = fast())
        : emulator_(thread_.next(), service) {}

    static config::emulator_settings fast() {
        config::emulator_settings values;
        values.first_frame = 0;
        values.frame_interval = std::chrono::milliseconds(0);
        return values;
    }

    config::settings settings(std::size_t size = 1) const {
        const auto account = emulator_.known().first();
        config::settings values;
        values.service.api_key = account.api_key;
        values.service.app_id = account.app_id;
        values.service.avatar_id = account.avatar_id;
        values.service.console_endpoint = emulator_.console_endpoint();
        values.service.ingress_endpoint = emulator_.ingress_endpoint();
        values.pool.size = size;
        return values;
    }

private:
    transport::io_runtime thread_{1};
    emulator::emulator emulator_;
};

/// So many bytes of silence, which no test listens to.
inline std::string silence(std::size_t bytes) {
    return std::string(bytes, '\0');
}

} // namespace avatar::tests
