#pragma once

#include <cstddef>

namespace avatar::soak {

/// What this process holds at one moment.
struct resources {
    std::size_t memory = 0;      ///< Resident bytes.
    std::size_t descriptors = 0; ///< Open ones.
};

/// From /proc/self; see proc(5).
resources measure_resources();

} // namespace avatar::soak
