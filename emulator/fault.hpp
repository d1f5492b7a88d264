#pragma once

#include "transport/server.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <variant>

/// What the emulator does wrong on purpose.
namespace avatar::emulator {

/// Where in a client's course a fault strikes.
enum class fault_point : std::uint8_t {
    token,     ///< A session token is asked for.
    upgrade,   ///< An upgrade would be accepted.
    handshake, ///< A configuration would be confirmed.
    audio,     ///< The first audio of a request arrives.
    frames,    ///< The next frame of a request is due.
};

/// A server_error. It ends the session, or its request alone.
struct error_message {
    std::int32_t code = 0;
    std::string message;
    bool of_request = false;
};

/// Bytes as one WebSocket message, in place of what was due.
struct stray_message {
    std::string bytes;
    bool text = false; ///< As a text frame.
};

/// The WebSocket is closed, cleanly.
struct clean_close {
    std::uint16_t code = 1000;
    std::string reason;
};

/// The TCP connection is reset.
struct reset {};

/// At `token` and `upgrade` the HTTP reply as it goes out, later one of the others.
using fault_action =
    std::variant<transport::http_reply, error_message, stray_message, clean_close, reset>;

/// One thing that goes wrong, and for whom.
struct fault {
    fault_point at = fault_point::handshake;
    std::string whom;      ///< API key at `token`, else avatar id; empty: everybody.
    std::size_t after = 0; ///< At `frames`: so many frames of the request come first.
    fault_action action;
};

} // namespace avatar::emulator
