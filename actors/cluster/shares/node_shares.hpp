#pragma once

#include "actors/cluster/shares/share_account.hpp"
#include "actors/cluster/shares/shared_nodes.hpp"
#include "actors/pool/first_connects.hpp"
#include "messages/actors.hpp"

#include <caf/typed_event_based_actor.hpp>
#include <caf/typed_response_promise.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace avatar {

/// How often shares are asked how far they are.
inline constexpr std::chrono::milliseconds share_progress_interval{500};

/// For the shares to tell the figures of their pools.
inline constexpr std::chrono::seconds share_status_limit{5};

/// For the shares to tell that they have stopped, once their requests had their time.
inline constexpr std::chrono::seconds share_stop_margin{10};

/// For the shares to close their pools, which takes a limited time itself.
inline constexpr std::chrono::seconds share_close_limit{20};

/// What is opened on the nodes.
struct node_shares_plan {
    std::vector<config::node_address> nodes;
    node_connector_actor connector;
    config::pool_settings pool; ///< Of all nodes together; one connection for each at least.
    share_use use = share_use::load;
    audio_clip audio; ///< Of a load; of requests the format alone counts.
    nanoseconds interrupt_after{0};
    stats_actor stats;                ///< Of a load.
    connection_watcher_actor watcher; ///< Is told of each slot's first connect; may be null.
};

/// Is told what became of the shares, once that is accounted for.
class share_listener {
public:
    virtual ~share_listener() = default;
    virtual void on_share_opened(shared_node& node) = 0;
    virtual void on_share_reported(shared_node& node) = 0;
    /// `reported`: by the share, before; `lost`: its requests without a result.
    virtual void on_share_lost(shared_node& node, const share_account::outcomes& reported,
                               std::uint64_t lost) = 0;
    /// Figures of all pools together, before they are told.
    virtual void complete(pool_status&) {}
    /// No share is left, or those that are had their time; the actor ends next.
    virtual void on_all_closed() {}
};

/// Part of an actor that has pools on other nodes: the nodes, the share of each, and what they
/// tell. A share that is lost is accounted for and forgotten; the node's next one has another
/// number, so that what the lost one still tells is dropped.
///
/// `Actor`: the load conductor or a remote pool, whose part it is.
template <class Actor>
class node_shares {
public:
    using self_pointer = typename Actor::pointer;

    node_shares(self_pointer self, node_shares_plan plan, share_listener& listener);

    using opened_promise = caf::typed_response_promise<pool_opened>;
    using status_promise = caf::typed_response_promise<pool_status>;
    using closed_promise = caf::typed_response_promise<pool_closed>;

    // What a pool is asked for.
    opened_promise on_open(); ///< Reaches all nodes, and opens a share on each.
    status_promise on_status_asked(const get_pool_status& question);
    closed_promise on_close(); ///< Closes all pools; the actor ends then.

    /// No further shares; those that are there stop their rounds.
    void stop();

    /// Those that are there cancel what they have running.
    void cancel();
    void lose(shared_node& node, const std::string& why);
    /// It has ended its part of a round. What it was given and has not reported was not begun,
    /// where the run was stopped; else the node is lost: false.
    bool end_round(shared_node& node);

    // What nodes and shares say.
    void on_node_up(const node_up& event);
    void on_node_down(const node_down& event);
    void on_next_clip_part(const next_clip_part& order);
    void on_tried(share_connections_tried& event);
    void on_opened(share_opened& event);
    void on_progress(share_progress& event);
    void on_status(share_status& event);
    bool on_down(const caf::down_msg& message); ///< False: it was of another actor.
    void on_due(const nodes_due& due);

    std::vector<shared_node>& nodes() { return nodes_.all(); }
    const std::vector<shared_node>& nodes() const { return nodes_.all(); }
    std::uint64_t number_of(const shared_node& node) const { return nodes_.number_of(node); }
    bool some_left() const { return nodes_.some_share(); } ///< A share is open, or may be soon.
    const std::string& last_loss() const { return last_loss_; } ///< Of which node, and why.
    /// As they told last.
    pool_status status() const { return nodes_.status(); }

private:
    void reach_nodes();
    void ask_progress();
    void ask_status();
    void give_up_stopping();
    void tell_opened();
    void tell_status();
    void end();
    pool_opened opened() const;
    void set_timer(nodes_due::kind of, nanoseconds after);
    void on_accepted(shared_node& node, std::uint64_t share, share_accepted& answer);
    void fail_first(shared_node& node, const protocol::failure& why);
    void tell_stats(const shared_node& node) const;
    bool end_first_connect(std::uint64_t slot, const std::string& connection_id,
                           const protocol::failure& failure);
    void note_tried(shared_node& node);
    std::uint64_t lose_open(shared_node& node, const protocol::failure& why);
    void note_loss(shared_node& node, const std::string& why);
    void forget(shared_node& node);
    void finish_if_told();
    void finish_if_closed();
    shared_node::time_point now() const;

    self_pointer self_;
    node_shares_plan plan_;
    share_listener& listener_;
    std::string clip_; // As it crosses.
    shared_nodes nodes_;
    first_connects first_connects_;
    std::size_t untried_;
    std::size_t untold_ = 0; // Open shares that are asked for their status.
    std::string last_loss_;
    std::vector<opened_promise> opening_; // Askers without an answer; the others likewise.
    std::vector<status_promise> asked_;
    std::vector<closed_promise> closed_;
    bool opened_ = false;
    bool stopped_ = false;
    bool closing_ = false;
};

} // namespace avatar
