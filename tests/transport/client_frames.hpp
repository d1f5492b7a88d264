#pragma once

#include "tests/support/inbox.hpp"
#include "tests/transport/raw_service.hpp"

#include <functional>
#include <string>

namespace avatar::tests {

/// A WebSocket frame of a client, unmasked. Source: RFC 6455, section 5.2.
struct client_frame {
    enum { binary = 2, close = 8, ping = 9, pong = 10 };

    int opcode = 0;
    std::string payload;
};

/// Reads past Beast, which would answer what it reads. Throws where the client has left.
client_frame read_frame(raw_service::websocket& ws);

/// What a frame says, in words.
std::string words_of(const client_frame& frame);

/// Notes every frame up to the end of the connection, which is noted too, and answers
/// only those that `answer` does.
void note_frames(raw_service::websocket& ws, inbox<std::string>& notes,
                 const std::function<void(const client_frame&)>& answer);

/// A frame of a service with that payload, of less than 126 bytes.
void write_frame(raw_service::websocket& ws, int opcode, const std::string& payload);

} // namespace avatar::tests
