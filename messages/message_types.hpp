#pragma once

namespace caf {
class actor_system_config;
}

namespace avatar {

/// Names every message to CAF, so that it can be sent to another
/// node and shown in a dump.
void add_message_types(caf::actor_system_config& config);

} // namespace avatar
