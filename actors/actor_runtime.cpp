#include "actors/actor_runtime.hpp"

#include "messages/message_types.hpp"
#include "transport/actor_scheduler.hpp"

namespace avatar {

actor_runtime::actor_runtime(transport::io_runtime& io) {
    avatar::add_message_types(*this);
    transport::run_actors_on(io, *this);
}

} // namespace avatar
