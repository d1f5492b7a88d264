#pragma once

#include "messages/actors.hpp"

#include <caf/actor_addr.hpp>

#include <cstdint>

namespace avatar {

/// Behaviour that passes on what the partners of one request answer, with the number of the
/// request: their answers do not name it. They are sent plain messages in its name, not CAF
/// requests of the pool: CAF looks through all open requests of an actor at each answer, and a
/// pool has one for each request whose source is silent. Ends when nobody knows it any more.
partner_relay_actor::behavior_type partner_relay(partner_relay_actor::pointer self,
                                                 remote_pool_actor pool, std::uint64_t number,
                                                 caf::actor_addr source);

} // namespace avatar
