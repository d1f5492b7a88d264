#include "messages/message_types.hpp"

#include "messages/actors.hpp"
#include "messages/message_list.hpp"

#include <caf/actor_system_config.hpp>

namespace avatar {

void add_message_types(caf::actor_system_config& config) {
#define AVATAR_ADD(message) config.add_message_type<message>("avatar::" #message);
    AVATAR_MESSAGES(AVATAR_ADD)
#undef AVATAR_ADD
}

} // namespace avatar
