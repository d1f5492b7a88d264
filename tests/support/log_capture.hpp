#pragma once

#include "tests/support/inbox.hpp"

#include <spdlog/sinks/base_sink.h>
#include <spdlog/spdlog.h>

#include <memory>
#include <mutex>
#include <string>

namespace avatar::tests {

/// What is logged while it lives, as "LEVEL: TEXT", from any thread.
class log_capture {
public:
    log_capture() {
        auto logger = std::make_shared<spdlog::logger>("test", std::make_shared<sink>(lines_));
        logger->set_level(spdlog::level::debug);
        spdlog::set_default_logger(std::move(logger));
    }

    ~log_capture() { spdlog::set_default_logger(before_); }

    log_capture(const log_capture&) = delete;
    log_capture& operator=(const log_capture&) = delete;

    /// The next line; empty when none comes within a bound that only a hanging
    /// program reaches.
    std::string next() { return lines_->take().value_or(""); }

    /// Whether there is a line that was not taken.
    bool more() { return lines_->take(std::chrono::seconds(0)).has_value(); }

private:
    class sink final : public spdlog::sinks::base_sink<std::mutex> {
    public:
        explicit sink(std::shared_ptr<inbox<std::string>> lines) : lines_(std::move(lines)) {}

    private:
        void sink_it_(const spdlog::details::log_msg& message) override {
            const auto level = spdlog::level::to_string_view(message.level);
            lines_->put(std::string(level.data(), level.size()) + ": " +
                        std::string(message.payload.data(), message.payload.size()));
        }
        void flush_() override {}

        std::shared_ptr<inbox<std::string>> lines_;
    };

    std::shared_ptr<inbox<std::string>> lines_ = std::make_shared<inbox<std::string>>();
    std::shared_ptr<spdlog::logger> before_ = spdlog::default_logger();
};

} // namespace avatar::tests
