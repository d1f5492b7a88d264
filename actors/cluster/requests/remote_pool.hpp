#pragma once

#include "actors/cluster/requests/node_loads.hpp"
#include "actors/cluster/requests/numbers_by.hpp"
#include "actors/cluster/requests/remote_clips.hpp"
#include "actors/cluster/requests/remote_leases.hpp"
#include "actors/cluster/requests/spawn_remote_pool.hpp"
#include "actors/cluster/shares/node_shares.hpp"
#include "actors/pool/actor_watch.hpp"
#include "actors/pool/outcome_counter.hpp"
#include "messages/actors.hpp"

#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace avatar {

/// A remote pool's own state: the requests that other nodes have.
class remote_pool_state : public share_listener {
public:
    using self_pointer = remote_pool_actor::pointer;
    using result_promise = caf::typed_response_promise<audio_result>;
    using granted_promise = remote_leases::granted_promise;
    using closed_promise = caf::typed_response_promise<pool_closed>;
    using failed_promise = caf::typed_response_promise<pool_failed>;

    explicit remote_pool_state(self_pointer self) : self_(self), watch_(self) {}

    void start(remote_pool_plan plan);
    node_shares<remote_pool_actor>& shares() { return *shares_; }
    remote_leases& leases() { return *leases_; }

    // From callers.
    result_promise on_request(audio_request& request);
    void on_interrupt(const interrupt_request& which);
    granted_promise on_acquire(acquire_session& question);
    void on_cancel();
    void on_drain();
    closed_promise on_close();
    failed_promise on_watch();

    // From nodes.
    void on_result(remote_result& told);
    void on_frames(remote_frames& some);
    void on_audio_wanted(const remote_audio_wanted& asked);

    // From relays.
    void on_credit(const remote_credit& credit);
    void on_audio(remote_audio& part);
    void on_source_ended(const remote_source_ended& which);

    void on_down(const caf::down_msg& message);

    const char* name = "remote_pool";

private:
    /// Of a request that a node has.
    struct open_request {
        std::size_t node = 0;
        std::uint64_t share = 0;
        result_promise promise;
        caf::actor_addr caller;
        audio_request request;
        std::size_t bytes = 0;     // That it has under way.
        std::size_t tries = 1;     // Nodes that may have had it.
        std::size_t refusals = 0;  // Nodes that had not.
        protocol::failure instead; // Why it was interrupted here; code `none`: it was not.
        bool begun = false;        // Frames have come, or audio was asked for.
        bool interrupted = false;  // By its caller.
        bool has_source = false;
        bool audio_ended = false;  // Its source has said all.
        partner_relay_actor relay; // Null: its sink and source were asked for nothing.
    };

    void on_share_opened(shared_node& node) override;
    void on_share_reported(shared_node& node) override;
    void on_share_lost(shared_node& node, const share_account::outcomes& reported,
                       std::uint64_t lost) override;
    void complete(pool_status& status) override;
    void on_all_closed() override;

    protocol::failure why_refused(const audio_request& request, const caf::actor_addr& caller);
    bool can_cross(const audio_clip& clip);
    void send(std::uint64_t number, open_request& request);
    std::size_t send_clip(const open_request& request, remote_request& order);
    void answer(std::uint64_t number, audio_result result);
    void fail(std::uint64_t number, protocol::failure why);
    bool may_go_elsewhere(const open_request& request) const;
    static protocol::failure reason_for(const open_request& request, const protocol::failure& why);
    void on_refused(std::uint64_t number, const protocol::failure& why);
    void on_lost(std::uint64_t number, const protocol::failure& why);
    void interrupt(std::uint64_t number, protocol::failure instead);
    caf::actor_addr sender() const;
    void note_connected(const shared_node& node);
    std::size_t number_of(const shared_node& node) const;
    request_share_actor share_of(std::size_t node) const;
    const partner_relay_actor& relay_of(std::uint64_t number, open_request& open);
    void on_partner_down(std::uint64_t number, const caf::actor_addr& partner);
    template <class Handle>
    void add_partner(std::uint64_t number, const Handle& partner);
    template <class Handle>
    void remove_partner(std::uint64_t number, Handle& partner);
    bool is_with_its_node(const open_request& request) const;
    void take_from_node(std::uint64_t number, const open_request& request);

    self_pointer self_;
    basic_actor_watch<remote_pool_actor> watch_; // Of sinks, sources and holders.
    remote_pool_plan plan_;
    std::optional<node_shares<remote_pool_actor>> shares_;
    std::optional<packed_clips> clips_;
    std::optional<node_loads> loads_;
    std::optional<remote_leases> leases_;
    std::unordered_map<std::uint64_t, open_request> requests_; // By number.
    numbers_by<std::string> by_id_;
    numbers_by<caf::actor_addr> by_partner_;
    std::uint64_t last_number_ = 0;
    outcome_counter outcomes_;
    std::vector<failed_promise> watching_;
    bool stopped_ = false; // No further requests.
};

/// The behaviour of `spawn_remote_pool`. It ends at once when its plan cannot be used.
remote_pool_actor::behavior_type
remote_pool(remote_pool_actor::stateful_pointer<remote_pool_state> self, remote_pool_plan plan);

} // namespace avatar
