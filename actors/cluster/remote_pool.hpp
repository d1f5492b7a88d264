#pragma once

#include "actors/cluster/node_shares.hpp"
#include "actors/cluster/remote_clips.hpp"
#include "actors/pool/actor_watch.hpp"
#include "actors/pool/outcome_counter.hpp"
#include "messages/actors.hpp"

#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

namespace avatar {

/// What a pool over nodes works with.
struct remote_pool_plan {
    std::vector<config::node_address> nodes;
    node_connector_actor connector; ///< Of `node_links`, which outlive the pool.
    config::pool_settings pool;     ///< Of all nodes together; one connection for each at least.
    clip_format format;             ///< Of all audio.
    connection_watcher_actor watcher{}; ///< Is told of each first connect; may be null.
};

/// Throws config::config_error, of one line, when something cannot be used.
void check(const remote_pool_plan& plan);

/// A remote pool's own state: the requests and leases that other nodes have.
class remote_pool_state : public share_listener {
public:
    using self_pointer = remote_pool_actor::pointer;
    using result_promise = caf::typed_response_promise<audio_result>;
    using lease_promise = caf::typed_response_promise<lease_granted>;
    using closed_promise = caf::typed_response_promise<pool_closed>;
    using failed_promise = caf::typed_response_promise<pool_failed>;

    explicit remote_pool_state(self_pointer self) : self_(self), watch_(self) {}

    void start(remote_pool_plan plan);
    node_shares<remote_pool_actor>& shares() { return *shares_; }

    // From callers.
    result_promise on_request(audio_request& request);
    void on_interrupt(const interrupt_request& which);
    lease_promise on_acquire(acquire_session& question);
    void on_release(const release_session& which);
    void on_cancel();
    void on_drain();
    closed_promise on_close();
    failed_promise on_watch();

    // From nodes.
    void on_result(remote_result& told);
    void on_frames(remote_frames& some);
    void on_audio_wanted(const remote_audio_wanted& asked);
    void on_lease(remote_lease& told);

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
        std::size_t tries = 1;     // Nodes that it was sent to.
        protocol::failure instead; // Why it was interrupted here; code `none`: it was not.
        bool frames_came = false;
    };

    struct open_question {
        std::size_t node = 0;
        std::uint64_t share = 0;
        lease_promise promise;
        caf::actor_addr holder;
    };

    struct held_lease {
        std::size_t node = 0;
        std::uint64_t share = 0;
        caf::actor_addr holder;
    };

    /// What a node has of this pool.
    struct node_load {
        // By number.
        std::unordered_set<std::uint64_t> requests{};
        std::unordered_set<std::uint64_t> questions{};
        std::unordered_set<std::uint64_t> leases{};
        std::size_t bytes = 0; // Under way.
        sent_clips clips{};
        std::optional<std::uint64_t> key{}; // Under which it stands in by_load_.
    };

    void on_share_opened(shared_node& node) override;
    void on_share_reported(shared_node& node) override;
    void on_share_lost(shared_node& node, const share_account::outcomes& reported,
                       std::uint64_t lost) override;
    void complete(pool_status& status) override;
    void on_all_closed() override;

    protocol::failure why_refused(const audio_request& request, const caf::actor_addr& caller);
    std::optional<std::size_t> choose_node() const;
    void send(std::uint64_t number, open_request& request);
    std::size_t send_clip(const open_request& request, remote_request& order);
    void answer(std::uint64_t number, audio_result result);
    void fail(std::uint64_t number, protocol::failure why);
    void retry_or_fail(std::uint64_t number, const protocol::failure& why);
    void interrupt(std::uint64_t number, protocol::failure instead);
    caf::actor_addr sender() const;
    void note_load(std::size_t node);
    std::size_t number_of(const shared_node& node) const;
    request_share_actor share_of(std::size_t node) const;
    void tell_credit(std::uint64_t number, const frame_credit& credit);
    void tell_audio(std::uint64_t number, audio_piece& piece);
    void release(std::uint64_t lease);
    void take_from_node(std::uint64_t number, const open_request& request);
    open_question end_question(std::uint64_t number);

    self_pointer self_;
    basic_actor_watch<remote_pool_actor> watch_; // Of sinks, sources and holders.
    remote_pool_plan plan_;
    std::optional<node_shares<remote_pool_actor>> shares_;
    std::optional<packed_clips> clips_;
    std::vector<node_load> loads_;                             // By node.
    std::set<std::pair<std::uint64_t, std::size_t>> by_load_;  // Nodes that can be used.
    std::unordered_map<std::uint64_t, open_request> requests_; // By number.
    std::unordered_multimap<std::string, std::uint64_t> by_id_;
    std::unordered_multimap<caf::actor_addr, std::uint64_t> by_partner_;
    std::unordered_map<std::uint64_t, open_question> questions_;
    std::unordered_map<std::uint64_t, held_lease> leases_;
    std::unordered_multimap<caf::actor_addr, std::uint64_t> by_holder_; // Leases.
    std::unordered_multimap<caf::actor_addr, std::uint64_t> by_asker_;  // Questions.
    std::uint64_t last_number_ = 0;
    outcome_counter outcomes_;
    std::vector<failed_promise> watching_;
    bool stopped_ = false; // No further requests.
};

/// Behaviour of a pool whose sessions are on other nodes: for its callers, a pool. A request
/// goes to the node with the least under way for each of its connections, its clip once to each
/// node, its frames come back under the credit of its sink, and its source is asked from there.
/// When a node is lost, the requests that it had fail with nodeLost, and the leases of its
/// sessions are over; with `retry_accepted` a request without frames or source goes to another
/// node. Requests that are more than may be under way fail with nodeBusy. What a caller that
/// ends has acquired is released. It ends at once when its plan cannot be used; see `check`.
remote_pool_actor::behavior_type
remote_pool(remote_pool_actor::stateful_pointer<remote_pool_state> self, remote_pool_plan plan);

} // namespace avatar
