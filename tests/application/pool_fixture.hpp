#pragma once

#include "application/pool.hpp"
#include "audio/clip.hpp"
#include "main/local_service.hpp"

#include <chrono>
#include <string>

namespace avatar::tests {

/// An emulated service on a thread of its own, and how a program reaches it.
class pool_fixture {
public:
    explicit pool_fixture(const config::emulator_settings& service = fast()) : service_(service) {}

    static config::emulator_settings fast() {
        config::emulator_settings values;
        values.first_frame = 0;
        values.frame_interval = std::chrono::milliseconds(0);
        return values;
    }

    config::settings settings(std::size_t size = 1) const {
        config::settings values;
        values.service = service_.point_here({});
        values.pool.size = size;
        return values;
    }

private:
    local_service service_;
};

/// So many bytes of silence, which no test listens to.
inline std::string silence(std::size_t bytes) {
    return std::string(bytes, '\0');
}

} // namespace avatar::tests
