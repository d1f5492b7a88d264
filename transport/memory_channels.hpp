#pragma once

#include "channel.hpp"

#include <functional>
#include <string>
#include <string_view>

namespace avatar::transport {

/// Answers one request of a service in memory: all its frames, of the request's whole audio.
/// Called on the threads of sessions, several at once: returns soon. What it throws ends the
/// session.
using answer_function =
    std::function<frame_batch(const std::string& request_id, std::string_view audio)>;

/// Makes channels without a connection, to a service in this process, which answers a request
/// as soon as its audio is there. They open at once and pass every check; frames wait for
/// credit, for as long as the request may take.
channel_factory memory_channels(answer_function answer);

} // namespace avatar::transport
