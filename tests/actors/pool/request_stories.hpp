#pragma once

#include "config/settings.hpp"
#include "messages/actors.hpp"
#include "tests/support/scripted_channel.hpp"

#include <caf/actor_addr.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <utility>

namespace avatar::tests {

/// What has happened to one request, as far as callers and channels can know.
struct request_story {
    caf::actor_addr caller;
    bool leased = false;
    bool interrupted = false; ///< By its caller.
    bool finished = false;    ///< The service has answered it, and was to.
    bool orphaned = false;    ///< Its caller has died: no result comes.
    bool done = false;        ///< Its result has come.
    bool succeeded = false;   ///< And says so.
    bool settled = false;     ///< Nothing was on its way any more after it.
    caf::actor_addr sink;     ///< Of its frames; null: none.
    caf::actor_addr source;   ///< Of its audio; null: a clip.
    bool sink_died = false;
    bool source_died = false;
    bool audio_ended = false;       ///< The source has said all.
    bool cut_off = false;           ///< It died before.
    std::uint64_t frames_sent = 0;  ///< By the service, for its session to pass on.
    std::uint64_t frames_taken = 0; ///< By the sink.
    std::uint64_t pieces_said = 0;  ///< By the source.

    /// How often it had been sent when it was lost for good: it must not be sent again.
    std::optional<std::size_t> last_send;
};

/// A model of the pool that knows which outcomes the story of a request allows.
/// Times are the test's virtual ones.
class request_stories {
public:
    request_stories(const config::pool_settings& settings, scripted_service& service)
        : settings_(settings),
          service_(service) {}

    // -- what happens -----------------------------------------------------------------

    void on_sent(const audio_request& request, caf::actor_addr caller) {
        auto& story = stories_[request.request_id];
        story.caller = std::move(caller);
        story.leased = request.lease != 0;
        story.sink = request.sink.address();
        story.source = request.source.address();
    }

    /// Its source is asked: no other session may have it now.
    void on_asked(const std::string& id) { stories_[id].last_send = sends_of(id); }

    /// What its source says next.
    audio_piece next_piece(const std::string& id, bool last) {
        auto& story = stories_[id];
        story.audio_ended |= last;
        return {std::to_string(story.pieces_said++), last};
    }

    /// Before the service sends the next frame of that connection's request: gives it, if
    /// it is to come to a sink.
    std::optional<frame_batch> next_frame(const scripted_connection& c) {
        if (!c.under_way || c.abandoned || !c.credit)
            return std::nullopt;
        auto& story = stories_[c.sent.back()];
        story.last_send = sends_of(c.sent.back()); // Its sink would have them twice.
        auto text = std::to_string(story.frames_sent++);
        const auto size = text.size();
        return frame_batch(std::move(text), {size});
    }

    /// A sink has got them.
    void on_frames(const animation_frames& some) {
        auto& story = stories_[some.request_id];
        for (std::size_t i = 0; i < some.frames.size(); ++i)
            if (some.frames[i] != std::to_string(story.frames_taken++))
                wrong_result_ = fmt::format("frame {} of {} is no. {} for its sink", some.frames[i],
                                            some.request_id, story.frames_taken);
        if (story.settled)
            wrong_result_ = "a frame of " + some.request_id + " came after its result";
    }

    /// A sink, or a source.
    void on_partner_died(const caf::actor_addr& partner) {
        for (auto& [id, story] : stories_) {
            if (story.done)
                continue;
            story.sink_died |= story.sink == partner;
            story.source_died |= story.source == partner;
            story.cut_off |= story.source == partner && !story.audio_ended;
        }
    }

    void on_interrupted(const std::string& id, const caf::actor_addr& by) {
        const auto found = stories_.find(id);
        if (found != stories_.end() && found->second.caller == by)
            found->second.interrupted = true;
    }

    /// Before the service answers that connection's request.
    void on_finish(const scripted_connection& c) {
        if (c.under_way && !c.abandoned)
            stories_[c.sent.back()].finished = true;
    }

    /// Before that connection dies, having taken its request or not.
    void on_death(const scripted_connection& c, bool accepted) {
        ++deaths_;
        if (c.under_way && !c.abandoned && accepted && !settings_.retry_accepted)
            stories_[c.sent.back()].last_send = sends_of(c.sent.back());
    }

    /// A session's actor is to fail, or is killed.
    void on_crash() { ++crashes_; }

    void on_result(const audio_result& result) {
        if (auto wrong = wrong_with(result))
            wrong_result_ = std::move(wrong);
    }

    void on_drained() { drained_ = true; }

    void on_caller_died(const caf::actor_addr& caller) {
        for (auto& [id, story] : stories_)
            if (story.caller == caller && !story.done)
                story.orphaned = true;
    }

    void on_time(caf::timespan passed) { now_ += passed; }

    /// Nothing is on its way, with so many sessions connected.
    void on_quiet(std::size_t connected) {
        if (connected > 0)
            last_up_ = now_;
        for (auto& [id, story] : stories_)
            story.settled = story.done;
    }

    // -- what must hold ---------------------------------------------------------------

    /// The latest result that must not have come; or nothing.
    const std::optional<std::string>& wrong_result() const { return wrong_result_; }

    /// Who sent that request; null: nobody has.
    caf::actor_addr caller_of(const std::string& id) const {
        const auto found = stories_.find(id);
        return found == stories_.end() ? nullptr : found->second.caller;
    }

    std::size_t sent() const { return stories_.size(); }

    /// Results that have come.
    std::size_t results() const {
        return count_if([](const request_story& story) { return story.done; });
    }

    /// Requests whose result goes nowhere.
    std::size_t orphans() const {
        return count_if([](const request_story& story) { return story.orphaned && !story.done; });
    }

    /// Requests whose result is still to come.
    std::size_t awaited() const { return sent() - results() - orphans(); }

    /// What is wrong with the requests when nothing is under way; or nothing.
    std::optional<std::string> wrong_when_quiet() const {
        for (const auto& [id, story] : stories_) {
            if (story.interrupted && !story.done && !story.orphaned)
                return id + " was interrupted and goes on";
            if (story.finished && !story.done && !story.orphaned)
                return id + " was finished and has no result";
            if ((story.sink_died || story.cut_off) && !story.done && !story.orphaned)
                return id + " goes on without its sink or source";
            if (story.succeeded && !story.sink_died && story.frames_taken != story.frames_sent)
                return fmt::format("{} frames of {} were sent, {} came to its sink",
                                   story.frames_sent, id, story.frames_taken);
        }
        return std::nullopt;
    }

    /// What is wrong with what was sent; or nothing. Looks through all of it.
    std::optional<std::string> wrong_sends() const {
        for (const auto& [id, story] : stories_) {
            const auto sends = sends_of(id);
            if (sends > (story.leased ? 1 : 1 + settings_.retries))
                return fmt::format("{} was sent {} times", id, sends);
            if (story.last_send && sends > *story.last_send)
                return id + " was sent again though the service, its sink or its source has "
                            "begun with it";
        }
        return std::nullopt;
    }

    /// Requests that the service is working on.
    std::size_t running() const {
        std::size_t count = 0;
        for (std::size_t i = 0; i < service_.made(); ++i) {
            const auto& c = service_.at(i);
            count += c.lives() && !c.close_asked && c.under_way && !c.abandoned ? 1 : 0;
        }
        return count;
    }

private:
    /// Why that result must not have come; nothing: it may.
    std::optional<std::string> wrong_with(const audio_result& result) {
        const auto found = stories_.find(result.request_id);
        if (found == stories_.end())
            return fmt::format("a result of {}, which nobody sent", result.request_id);
        auto& story = found->second;
        if (std::exchange(story.done, true))
            return fmt::format("{} has a second result", result.request_id);
        story.succeeded = result.ok();
        if (allows(story, result))
            return std::nullopt;
        return fmt::format("{} ended with {}: {}", result.request_id,
                           to_string(result.failure.code), describe(result.failure));
    }

    template <class Fits>
    std::size_t count_if(Fits fits) const {
        return static_cast<std::size_t>(
            std::ranges::count_if(stories_, [&](const auto& each) { return fits(each.second); }));
    }

    bool allows(const request_story& story, const audio_result& result) const {
        using code = protocol::failure_code;
        switch (result.failure.code) {
        case code::none:
            return story.finished;
        case code::request_interrupted:
            return story.interrupted || story.source_died;
        case code::audio_timeout:
            return story.source && result.duration - result.waited >= settings_.audio_timeout;
        case code::request_timeout:
            return result.duration - result.waited >= settings_.request_timeout;
        case code::borrow_timeout:
            return !story.leased && result.waited >= settings_.borrow_timeout;
        case code::queue_full:
            return !story.leased && result.duration == nanoseconds(0);
        case code::connection_closed:
            return deaths_ > 0 && !story.finished;
        case code::unknown:
            return crashes_ > 0; // A kill overtakes what a session has not read.
        case code::service_down:
            return now_ - last_up_ >= settings_.fail_fast_after;
        case code::lease_lost:
        case code::lease_busy:
            return story.leased;
        case code::request_cancelled:
            return drained_ || story.sink_died;
        case code::pool_failed:
            return crashes_ > settings_.max_restarts;
        case code::extension_failed:
            return crashes_ > 0 || describe(result.failure).find("it chose") != std::string::npos;
        default:
            return false;
        }
    }

    std::size_t sends_of(const std::string& id) const {
        std::size_t sends = 0;
        for (std::size_t i = 0; i < service_.made(); ++i)
            sends += static_cast<std::size_t>(std::ranges::count(service_.at(i).sent, id));
        return sends;
    }

    const config::pool_settings& settings_;
    scripted_service& service_;
    std::map<std::string, request_story> stories_;
    std::optional<std::string> wrong_result_;
    std::size_t deaths_ = 0;
    std::size_t crashes_ = 0;
    bool drained_ = false;
    caf::timespan now_{0};
    caf::timespan last_up_{0};
};

} // namespace avatar::tests
