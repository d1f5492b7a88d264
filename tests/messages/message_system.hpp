#pragma once

#include "messages/message_types.hpp"
#include "tests/support/dsl.hpp"

namespace avatar::tests {

/// An actor system that knows the messages, as each node's does.
struct message_system_config : caf::actor_system_config {
    message_system_config() { avatar::add_message_types(*this); }
};

using message_system_fixture = test_coordinator_fixture<message_system_config>;

} // namespace avatar::tests
