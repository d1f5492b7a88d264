#include "transport/connection_error.hpp"

#include "transport/containment.hpp"

namespace avatar::transport {

protocol::failure current_failure(protocol::failure_phase phase, const char* step) {
    try {
        throw;
    } catch (const connection_error& e) {
        return e.reason();
    } catch (...) {
        protocol::failure reason;
        reason.phase = phase;
        reason.code = protocol::failure_code::unknown;
        reason.detail = std::string(step) + ": " + current_exception_text();
        return reason;
    }
}

} // namespace avatar::transport
