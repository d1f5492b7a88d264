#include "actors/actor_runtime.hpp"

#include "messages/message_types.hpp"
#include "transport/actor_scheduler.hpp"

#include <caf/actor_registry.hpp>
#include <caf/actor_system.hpp>

#include <thread>

namespace avatar {

actor_runtime::actor_runtime(transport::io_runtime& io) {
    avatar::add_message_types(*this);
    transport::run_actors_on(io, *this);
}

bool await_actors(caf::actor_system& system, std::chrono::milliseconds limit) {
    // The registry can wait too, but not for a limited time.
    const auto deadline = std::chrono::steady_clock::now() + limit;
    while (system.registry().running() > 0) {
        if (std::chrono::steady_clock::now() >= deadline)
            return false;
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    return true;
}

} // namespace avatar
