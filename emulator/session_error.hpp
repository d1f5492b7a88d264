#pragma once

#include <cstdint>
#include <string>

namespace avatar::emulator {

/// Codes in a server_error. Those below 100 are gRPC's, which the service uses
/// for what is wrong with a request; those from 4000 to 4999 are its own, and the
/// close code as well where they end a session.
namespace server_code {
inline constexpr std::int32_t unknown = 2;
inline constexpr std::int32_t invalid_argument = 3;
inline constexpr std::int32_t deadline_exceeded = 4;
inline constexpr std::int32_t resource_exhausted = 8;
inline constexpr std::int32_t internal = 13;
inline constexpr std::int32_t unavailable = 14;
inline constexpr std::int32_t unauthenticated = 16;
inline constexpr std::int32_t session_time_limit = 4002;
inline constexpr std::int32_t concurrency_limit = 4003;
} // namespace server_code

/// What a session tells its client in a server_error. One that names a request
/// ends that request alone, any other ends the session.
struct session_error {
    std::int32_t code = 0;
    std::string message;
    std::string request_id = {};
};

} // namespace avatar::emulator
