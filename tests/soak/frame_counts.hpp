#pragma once

#include "protocol/wire.hpp"

#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

namespace avatar::soak {

/// How many frames the service has sent for each request, taken from the bytes it
/// sent. Shared by the service's thread and the callers.
class frame_counts {
public:
    /// Any message of the service; what is no frame does not count.
    void sent(std::string_view encoded) {
        const auto message = protocol::decode(encoded);
        const auto* frame =
            message ? std::get_if<protocol::response_animation>(&*message) : nullptr;
        if (!frame)
            return;
        const std::lock_guard lock(mutex_);
        ++counts_[std::string(frame->req_id)];
    }

    std::uint64_t of(const std::string& request_id) const {
        const std::lock_guard lock(mutex_);
        const auto found = counts_.find(request_id);
        return found == counts_.end() ? 0 : found->second;
    }

    void forget(const std::string& request_id) {
        const std::lock_guard lock(mutex_);
        counts_.erase(request_id);
    }

private:
    mutable std::mutex mutex_;
    std::unordered_map<std::string, std::uint64_t> counts_;
};

} // namespace avatar::soak
