#pragma once

#include <caf/send.hpp>
#include <caf/typed_response_promise.hpp>

#include <utility>

namespace avatar {

/// Passes a message on to an actor that answers whoever waits for `promise`. Where
/// nobody does, because the message had no sender, the promise would pass nothing
/// on: it comes from nobody there too.
template <class Answer, class Handle, class Message>
void pass_on(caf::typed_response_promise<Answer>& promise, const Handle& to, Message message) {
    if (promise.pending())
        promise.delegate(to, std::move(message));
    else
        caf::anon_send(to, std::move(message));
}

} // namespace avatar
