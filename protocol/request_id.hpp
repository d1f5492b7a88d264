#pragma once

#include <chrono>
#include <string>

namespace avatar::protocol {

/// An id for one audio request: `YYYYMMDDHHMMSS_` in UTC and 12 random
/// characters of the nanoid alphabet (A-Z a-z 0-9 _ -), as the service's public
/// client SDKs make them: 72 random bits a second. Cheap, and safe to call from
/// any thread. Not for secrets: who sees many ids can guess the next.
std::string make_request_id(std::chrono::system_clock::time_point now);

/// The same for this moment.
std::string make_request_id();

} // namespace avatar::protocol
