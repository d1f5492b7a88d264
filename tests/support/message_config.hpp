#pragma once

#include "messages/message_types.hpp"
#include "tests/support/dsl.hpp"

namespace avatar::tests {

/// Of an actor system that knows the messages, as each node's does.
struct message_config : caf::actor_system_config {
    message_config() { avatar::add_message_types(*this); }
};

} // namespace avatar::tests
