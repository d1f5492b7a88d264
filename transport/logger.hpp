#pragma once

#include <memory>

namespace spdlog {
class logger;
}

namespace avatar::transport {

/// Where the libraries log: spdlog's default logger, unless `log_to` has named another. Whoever
/// logs may be an I/O thread: it should not wait for a write (spdlog::async_logger).
spdlog::logger& logger();

/// All libraries of this process log to `where` from now on; null: nowhere. From any thread.
void log_to(std::shared_ptr<spdlog::logger> where);

/// Nowhere, unless `log_to` has been called before.
void log_nowhere_by_default();

} // namespace avatar::transport
