#pragma once

#include "transport/write_watch.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace avatar::transport {

/// Decides when a connection is pinged, which pong answers a check, and when the
/// connection has failed. It is silent when nothing has come for two keepalives and a
/// ping brought nothing either; it is deaf when nothing that is written has moved for as
/// long. The kernel knows when the last byte came and how far ours have. While the other
/// machine confirms what lies before a ping, it is slow and not silent; and what the program
/// itself has slept through says nothing. No I/O.
class health_check {
public:
    using time_point = std::chrono::steady_clock::time_point;

    struct finding {
        enum { healthy, silent, deaf } state = healthy;
        bool wants_ping = false;
        std::chrono::milliseconds next{}; ///< Until the next examination; of a healthy one.
    };

    explicit health_check(std::chrono::milliseconds keepalive) : keepalive_(keepalive) {}

    struct operations {
        bool writing = false; ///< A write is under way.
        /// What comes is read. Otherwise the service has nothing to prove: it may have to
        /// wait itself, and no pong of it would be found.
        bool reading = true;
    };

    /// To be called one keepalive after the start, and then when `next` has passed.
    finding examine(const operations& under_way, const std::optional<tcp_progress>& progress,
                    time_point now);

    /// The session asks whether the service still answers.
    void start_check() { awaited_ = ++checks_; }

    /// What the ping to be written carries: the number of the latest check. Nothing
    /// while an earlier ping is being written.
    std::optional<std::string> next_ping();

    /// A ping is written. True when a check began meanwhile, which needs another one.
    bool on_ping_written();

    /// Whether this pong answers the latest check, and is the first that does. A pong
    /// echoes its ping (RFC 6455, section 5.5.3): one that was on its way before the check
    /// says nothing of the time since.
    bool on_pong(std::string_view payload);

private:
    void note_sleep(time_point now);
    void note_confirmed(const tcp_progress& progress, time_point now);
    std::chrono::milliseconds silence_at(const tcp_progress& progress, time_point now) const;

    std::chrono::milliseconds keepalive_;
    write_watch writes_;
    time_point unread_until_{};         // When reading was last found paused.
    time_point confirmed_{};            // When more before a ping was last found confirmed.
    std::uint64_t acknowledged_ = 0;    // When last examined.
    bool outstanding_ = false;          // Likewise.
    std::optional<time_point> due_;     // The next examination.
    bool pinged_ = false;               // By `examine`, and nothing has come since.
    std::uint64_t received_ = 0;        // When last examined.
    std::optional<std::uint64_t> ping_; // The check that the ping being written carries.
    std::uint64_t awaited_ = 0;         // That has no answer yet; 0: none.
    std::uint64_t checks_ = 0;
};

} // namespace avatar::transport
