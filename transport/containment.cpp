#include "transport/containment.hpp"

#include "protocol/text.hpp"
#include "transport/logger.hpp"

#include <spdlog/spdlog.h>

#include <exception>

namespace avatar::transport {

std::string current_exception_text() {
    try {
        throw;
    } catch (const std::exception& e) {
        return e.what();
    } catch (...) {
        return "an exception of an unknown type";
    }
}

void log_current_exception(const std::string& what) noexcept {
    try {
        logger().error("{} failed: {}", what, protocol::on_one_line(current_exception_text()));
    } catch (...) {
        // Out of memory, say. There is nobody left to tell.
    }
}

void containment::on_step_failed() noexcept {
    try {
        on_exception();
    } catch (...) {
        log_current_exception("ending a connection");
    }
}

} // namespace avatar::transport
