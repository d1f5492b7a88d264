#pragma once

#include <caf/actor.hpp>
#include <caf/actor_cast.hpp>
#include <caf/actor_control_block.hpp>
#include <caf/mailbox_element.hpp>

#include <type_traits>
#include <utility>

namespace avatar::tests {

/// Sends a plain message as if `from` (an actor, its address or pointer; perhaps
/// nobody) had: it lies in the mailbox of `to` then.
template <class Sender, class Handle, class Message>
void send_as(const Sender& from, const Handle& to, Message message) {
    caf::strong_actor_ptr sender;
    if constexpr (std::is_same_v<Sender, caf::strong_actor_ptr>)
        sender = from;
    else
        sender = caf::actor_cast<caf::strong_actor_ptr>(from);
    caf::actor_cast<caf::actor>(to)->enqueue(caf::make_mailbox_element(std::move(sender),
                                                                       caf::make_message_id(), {},
                                                                       std::move(message)),
                                             nullptr);
}

} // namespace avatar::tests
