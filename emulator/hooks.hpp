#pragma once

#include "emulator/fault.hpp"

#include <functional>
#include <string_view>

namespace avatar::emulator {

/// What a program that has an emulator inside wants to hear from it. Called on
/// the emulator's io_context, for a while even after the emulator is gone: until
/// its last session has ended.
struct hooks {
    /// A binary message is about to be queued for a client, whole: told before the
    /// client can have it. Nothing says that it will leave the socket.
    std::function<void(std::string_view bytes)> on_message_sent = nullptr;

    /// A fault occurs. One that stops accepting: each time that this begins.
    std::function<void(const fault&)> on_fault = nullptr;
};

} // namespace avatar::emulator
