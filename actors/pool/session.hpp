#pragma once

#include "../../messages/actors.hpp"
#include "../../transport/channel.hpp"
#include "session_phase.hpp"

#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace avatar {

/// A session's own state: the phase of its life, and the request it has in flight.
/// It owns the channel; nobody else touches that.
class session_state {
public:
    using self_pointer = session_actor::pointer;
    using result_promise = caf::typed_response_promise<audio_result>;

    explicit session_state(self_pointer self) : self_(self) {}

    /// Answers what an actor that was killed left open.
    ~session_state();

    /// Makes and opens the channel.
    void start(session_key key, session_owner_actor owner, const transport::channel_factory& make);

    session_actor::behavior_type behavior();

    result_promise on_request(assigned_request& assigned);
    void on_cancel(cancel_request& message);
    void on_source_ended(const source_ended& message);
    void on_check();
    void on_close(close_reason why);
    void on_owner_ended();
    void on_channel_opened(channel_opened& event);
    void on_frames(animation_frames& frames);
    void on_reading_paused(const reading_paused& event);
    void on_audio_wanted(const audio_wanted& event);
    void on_exchange_finished(exchange_finished& event);
    void on_channel_alive();
    void on_channel_closed(channel_closed& event);

    /// Calls `step`. What it throws ends the session, but not its actor: requests
    /// that are on their way here are still owed their answer.
    template <class Step>
    void contain(Step step);

    const char* name = "session";

private:
    /// The request in flight, whole: another session may have to take it over.
    struct in_flight {
        result_promise promise;
        assigned_request assigned;
        caf::actor_clock::time_point started;
        std::uint64_t number = 0;      // Of the session's requests: ids may repeat.
        bool has_asked = false;        // Its source, for audio; ...
        bool asking = false;           // ... and waits for the answer.
        std::uint64_t frames_sent = 0; // To its sink.
        std::uint64_t bytes_sent = 0;
        bool awaits_audio = false;
        bool awaits_credit = false;
    };

    void send();
    void ask_for_audio();
    void on_audio(audio_piece& piece);
    void on_no_audio(const caf::error& why);
    void note_pause(bool& awaits, bool now);
    bool is_busy_with(const std::string& request_id) const;
    void cancel(protocol::failure why, bool await_service);
    void become_idle(bool answered, protocol::failure_code outcome);
    void requeue(in_flight request, protocol::failure why, bool accepted, bool silent = false);
    void requeue_in_flight(const protocol::failure& why, bool accepted, bool silent = false);
    void crash(const char* what);
    void fail(in_flight request, protocol::failure why);
    audio_result result_of(in_flight&& request) const;

    self_pointer self_;
    session_key key_;
    session_owner_actor owner_; // Null when it has ended.
    std::unique_ptr<transport::channel> channel_;
    session_phase phase_ = session_phase::connecting;
    bool checking_ = false; // Draining until the channel is alive, not until a request ends.
    std::string connection_id_;
    std::optional<in_flight> in_flight_;
    std::uint64_t requests_ = 0;
    std::uint64_t late_frames_ = 0; // Not told to the owner yet.
};

/// Behaviour of a session that opens its connection at once and tells `owner`
/// when it is open, idle again and closed, under the name `key`. A request that
/// it cannot finish because its connection died goes back to the owner, also
/// after `session_closed`, until nobody holds a handle on the session any more. Its owner
/// cancels a request whose sink has ended, and tells of a source that has. It monitors its
/// owner, and closes its connection when that ends.
session_actor::behavior_type session(session_actor::stateful_pointer<session_state> self,
                                     session_key key, session_owner_actor owner,
                                     const transport::channel_factory& make_channel);

/// The same without the monitor, for an owner of many sessions that says
/// `owner_ended` itself: to remove a monitor takes a look at all that the owner has.
session_actor::behavior_type pool_session(session_actor::stateful_pointer<session_state> self,
                                          session_key key, session_owner_actor owner,
                                          const transport::channel_factory& make_channel);

/// What a session of a pool does: `pool_session`, or somebody's own in its place. One may
/// call that with channels of its own around those of `make_channel`, or be another actor
/// altogether, which tells its owner what a session does, under its key.
using session_function = std::function<session_actor::behavior_type(
    session_actor::stateful_pointer<session_state>, session_key, session_owner_actor,
    const transport::channel_factory& make_channel)>;

/// Behaviour of a session that is somebody's own: what it throws ends it, as the reason.
session_actor::behavior_type extended_session(session_actor::stateful_pointer<session_state> self,
                                              const session_function& behavior, session_key key,
                                              session_owner_actor owner,
                                              const transport::channel_factory& make_channel);

} // namespace avatar
