#include "main/actor_runtime.hpp"

#include "messages/message_types.hpp"

#include <caf/atom.hpp>

namespace avatar {

actor_runtime::actor_runtime(const config::runtime_settings& settings) {
    avatar::add_message_types(*this);
    // One queue for all threads: with work that arrives from I/O threads it
    // costs less than CAF's default, whose idle threads look for work to steal.
    set("scheduler.policy", caf::atom("sharing"));
    set("scheduler.max-threads", settings.actor_threads);
}

} // namespace avatar
