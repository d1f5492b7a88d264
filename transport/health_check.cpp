#include "transport/health_check.hpp"

#include <algorithm>
#include <utility>

namespace avatar::transport {

health_check::finding health_check::examine(const operations& under_way,
                                            const std::optional<tcp_progress>& progress,
                                            time_point now) {
    const auto limit = 2 * keepalive_;
    note_sleep(now);
    const auto stalled = writes_.stalled_for(under_way.writing, progress, now);
    if (!under_way.reading) {
        unread_until_ = now;
        pinged_ = false;
    }
    if (progress)
        note_confirmed(*progress, now);
    const auto silence = progress ? silence_at(*progress, now) : std::chrono::milliseconds(0);
    if (progress && std::exchange(received_, progress->received) != progress->received)
        pinged_ = false;
    // A program that stood still itself finds a long silence before it has pinged.
    if (silence >= limit && pinged_)
        return {finding::silent};
    if (stalled >= limit)
        return {finding::deaf};
    finding healthy;
    healthy.wants_ping = silence >= keepalive_ && !pinged_;
    const auto until_silent =
        healthy.wants_ping ? keepalive_ : (pinged_ ? limit : keepalive_) - silence;
    pinged_ = pinged_ || healthy.wants_ping;
    healthy.next = std::min(until_silent, limit - stalled);
    due_ = now + healthy.next;
    return healthy;
}

/// The process or the whole machine was stopped: the other side may have been as well, and is
/// asked anew.
void health_check::note_sleep(time_point now) {
    if (!due_ || now - *due_ < keepalive_ / 2)
        return;
    pinged_ = false;
    writes_.restart();
}

/// What was sent last may be the ping itself, which the other machine confirms although its
/// service hangs: with it alone on the way nothing has moved.
void health_check::note_confirmed(const tcp_progress& progress, time_point now) {
    const bool moved = std::exchange(acknowledged_, progress.acknowledged) != progress.acknowledged;
    const bool before_ping = progress.outstanding() || outstanding_;
    if (moved && before_ping)
        confirmed_ = now;
    outstanding_ = progress.outstanding();
}

/// Since the last byte of theirs, or since ours were last seen to move: a ping that
/// waits behind a long write has not reached the service yet. Or since theirs were read
/// again.
std::chrono::milliseconds health_check::silence_at(const tcp_progress& progress,
                                                   time_point now) const {
    const auto since = std::max({writes_.last_movement(), unread_until_, confirmed_});
    return std::min(progress.silence,
                    std::chrono::duration_cast<std::chrono::milliseconds>(now - since));
}

std::optional<std::string> health_check::next_ping() {
    if (ping_)
        return std::nullopt;
    ping_ = checks_;
    return std::to_string(checks_);
}

bool health_check::on_ping_written() {
    return std::exchange(ping_, std::nullopt) != checks_ && awaited_ != 0;
}

bool health_check::on_pong(std::string_view payload) {
    if (awaited_ == 0 || payload != std::to_string(awaited_))
        return false;
    awaited_ = 0;
    return true;
}

} // namespace avatar::transport
