#pragma once

#include "actors/cluster/shares/share_pool.hpp"
#include "messages/actors.hpp"

#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <unordered_map>

namespace avatar {

/// A share of requests, and what its pool and its node tell it.
using request_share_control = request_share_actor::extend_with<connection_watcher_actor>::
    extend_with<frame_sink_actor>::extend_with<audio_source_actor>::extend<
        caf::reacts_to<audio_result>, caf::reacts_to<drain_pool>, caf::reacts_to<share_due>>;

/// A request share's own state: the requests that are under way here, and the clips that they
/// have.
class request_share_state {
public:
    using self_pointer = request_share_control::pointer;
    using credit_promise = caf::typed_response_promise<frame_credit>;
    using piece_promise = caf::typed_response_promise<audio_piece>;

    explicit request_share_state(self_pointer self) : self_(self) {}

    void start(share_plan plan);
    share_pool<request_share_control>& pool() { return *pool_; }

    // From the coordinator.
    void on_clip_part(remote_clip_part& part);
    void on_drop_clip(const drop_remote_clip& which);
    void on_request(remote_request& request);
    void on_interrupt(const interrupt_remote& which);
    void on_credit(const remote_credit& answer);
    void on_audio(remote_audio& answer);
    void on_acquire(acquire_remote& question);
    void on_release(const release_session& lease);
    void on_progress_asked();
    void on_stop();

    // From this node.
    void on_result(audio_result& result);
    credit_promise on_frames(const animation_frames& some);
    piece_promise on_audio_wanted(const next_audio& asked);
    void on_drain();

    const char* name = "request_share";

private:
    struct kept_clip {
        std::string parts; // Until all have come.
        audio_clip clip;
        std::size_t bytes = 0; // That came.
    };

    /// A batch that a session waits for the answer to: it may have crossed in parts.
    struct owed_credit {
        credit_promise promise;
        std::size_t parts = 0;
        frame_credit credit;
    };

    struct open_request {
        std::uint64_t number = 0;
        std::deque<owed_credit> owed;
        piece_promise wanted;
        bool wants = false;
        std::string piece;         // As far as it has come.
        protocol::failure instead; // Why it was interrupted here; code `none`: it was not.
    };

    open_request* find(std::uint64_t number);
    void refuse(const remote_request& request, protocol::failure why);
    void tell(remote_result answer);
    void close_if_drained();

    self_pointer self_;
    std::optional<share_pool<request_share_control>> pool_;
    std::unordered_map<std::uint64_t, kept_clip> clips_;
    std::size_t clip_bytes_ = 0;
    std::unordered_map<std::string, open_request> requests_; // By id: the pool tells that.
    std::unordered_map<std::uint64_t, std::string> ids_;     // By number.
    std::size_t questions_ = 0;                              // For leases.
    bool draining_ = false;
};

/// Behaviour of a share whose requests come from another node; see request_share_actor.
request_share_control::behavior_type
request_share(request_share_control::stateful_pointer<request_share_state> self, share_plan plan);

} // namespace avatar
