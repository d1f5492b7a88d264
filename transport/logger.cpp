#include "transport/logger.hpp"

#include <spdlog/sinks/null_sink.h>
#include <spdlog/spdlog.h>

#include <atomic>
#include <mutex>
#include <utility>
#include <vector>

namespace avatar::transport {
namespace {

std::atomic<spdlog::logger*> chosen = nullptr;
std::mutex choosing;

/// With `choosing` held. A logger that was replaced may still be in use on some thread: all
/// are kept.
void choose(std::shared_ptr<spdlog::logger> where) {
    static std::vector<std::shared_ptr<spdlog::logger>> kept;
    if (!where)
        where = std::make_shared<spdlog::logger>("avatar-pool",
                                                 std::make_shared<spdlog::sinks::null_sink_mt>());
    chosen = where.get();
    kept.push_back(std::move(where));
}

} // namespace

spdlog::logger& logger() {
    auto* named = chosen.load();
    return named ? *named : *spdlog::default_logger_raw();
}

void log_to(std::shared_ptr<spdlog::logger> where) {
    const std::lock_guard lock(choosing);
    choose(std::move(where));
}

void log_nowhere_by_default() {
    const std::lock_guard lock(choosing);
    if (!chosen)
        choose(nullptr);
}

} // namespace avatar::transport
