#pragma once

#include "emulator/occasion.hpp"
#include "transport/server.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

/// What the emulator does wrong on purpose.
namespace avatar::emulator {

/// Where in a client's course a fault occurs.
enum class fault_point : std::uint8_t {
    accept,    ///< A connection would be accepted.
    token,     ///< A session token is asked for.
    upgrade,   ///< An upgrade would be accepted.
    handshake, ///< A configuration would be confirmed.
    idle,      ///< For a while nothing has been under way in a session.
    audio,     ///< The first audio of a request arrives.
    frames,    ///< A certain frame of a request is due.
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

/// What was asked for comes, but late.
struct late_answer {
    std::chrono::milliseconds by{0};
};

/// The TCP connection is reset.
struct reset {};

/// The TCP connection stays, but nothing is read or written any more.
struct silence {};

/// Half of a WebSocket frame is written, then silence.
struct stall {};

/// What was due never comes; pings are still answered.
struct no_answer {};

/// One frame of a request goes wrong; the others come as they should.
struct frame_fault {
    enum class kind : std::uint8_t {
        drop,      ///< It never comes. Spares the last frame: without it a request never ends.
        drop_end,  ///< The last frame, and no other, never comes.
        repeat,    ///< It comes twice.
        hold_back, ///< It comes after the next frame of another request. Spares the last frame.
        foreign,   ///< Before it comes the last frame of a request that nobody made.
        oversize,  ///< It is blown up.
    };
    kind what = kind::drop;
    std::size_t bytes = 0; ///< Of animation in an oversize frame.
};

/// No connection is accepted until the fault's window closes.
struct stop_accepting {};

/// At `accept` stop_accepting; at `token` and `upgrade` the HTTP reply as it goes
/// out, at `token` also late_answer; later one of the others, frame_fault at
/// `frames` only.
using fault_action =
    std::variant<stop_accepting, transport::http_reply, late_answer, error_message, stray_message,
                 clean_close, reset, silence, stall, no_answer, frame_fault>;

/// One thing that goes wrong, and for whom.
struct fault {
    fault_point at = fault_point::handshake;
    std::string whom{};    ///< API key at `token`, else avatar id; empty: everybody.
    std::size_t after = 0; ///< At `frames`: so many frames of the request come first.
    fault_action action{};
    occasion when = {};
    bool any_frame = false; ///< At `frames`: a random one of the request, whatever `after`.
    /// At `idle`: reached each time that this has passed with nothing under way.
    std::chrono::milliseconds idle_for = std::chrono::seconds(1);
    std::string_view name{}; ///< In the option emulator.faults; empty: it is from a file.
};

} // namespace avatar::emulator
