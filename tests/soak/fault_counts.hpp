#pragma once

#include "emulator/fault.hpp"

#include <cstdint>
#include <map>
#include <mutex>
#include <string_view>

namespace avatar::soak {

/// How often each fault of the service has occurred, by its name in the option
/// emulator.faults. Counted on the service's thread, read on any.
class fault_counts {
public:
    void add(const emulator::fault& fault) {
        const std::lock_guard lock(mutex_);
        ++counts_[fault.name];
    }

    std::map<std::string_view, std::uint64_t> all() const {
        const std::lock_guard lock(mutex_);
        return counts_;
    }

private:
    mutable std::mutex mutex_;
    std::map<std::string_view, std::uint64_t> counts_;
};

} // namespace avatar::soak
