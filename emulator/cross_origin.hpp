#pragma once

#include "transport/server.hpp"

/// Leave for web pages of any origin to talk to the emulator (Fetch Standard, "CORS
/// protocol"). A browser asks for it before a request with headers of the service's own.
namespace avatar::emulator {

/// Whether a request is a browser's question before another.
bool is_preflight(const transport::http_request& request);

/// The answer that allows what clients of the service send.
transport::http_reply preflight_answer();

/// Lets a page of any origin read that reply.
transport::http_reply for_any_origin(transport::http_reply reply);

} // namespace avatar::emulator
