#pragma once

#include "actors/cluster/shares/node_shares.hpp"
#include "messages/actors.hpp"

#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace avatar {

struct load_conductor_plan {
    node_shares_plan shares; ///< `interrupt_after` is that of the rounds.
    config::rounds_settings rounds;
    round_watcher_actor watcher;
    bool tells_progress = false;      ///< The watcher is told of running rounds, ...
    nanoseconds progress_interval{0}; ///< ... not more often than so, nor than shares report.
};

/// A load conductor's own state: the round that runs on all nodes, or the pause before the
/// next one.
class load_conductor_state : public share_listener {
public:
    using self_pointer = load_conductor_actor::pointer;
    using finished_promise = caf::typed_response_promise<rounds_finished>;
    using closed_promise = caf::typed_response_promise<pool_closed>;

    explicit load_conductor_state(self_pointer self) : self_(self) {}

    void start(load_conductor_plan plan);
    node_shares<load_conductor_actor>& shares() { return *shares_; }

    closed_promise on_close();
    finished_promise on_run();
    void on_stop(stop_rounds order);
    void on_due(const nodes_due& due);

    const char* name = "load_conductor";

private:
    using time_point = shared_node::time_point;

    enum class phase : std::uint8_t {
        before_rounds,
        waiting_for_nodes, ///< All were lost, and one opens a share again.
        in_round,
        between_rounds,
        over,
    };

    /// The counters of one round: what the nodes that are done with it have told.
    struct running_round {
        std::uint64_t number = 0; ///< From 1.
        time_point started;
        std::size_t running = 0; ///< Nodes that are not done with it.
        share_account::outcomes outcomes;
        std::uint64_t lost = 0;
        std::vector<std::string> errors; ///< The first few.
        std::uint64_t listed = 0;        ///< Failures that they stand for.
    };

    /// The part of one node in it.
    struct part {
        bool runs = false;
        share_account::outcomes before; ///< What its share had reported when it began.
    };

    void on_share_opened(shared_node& node) override;
    void on_share_reported(shared_node& node) override;
    void on_share_lost(shared_node& node, const share_account::outcomes& reported,
                       std::uint64_t lost) override;

    void start_round();
    void give_parts(const std::vector<shared_node*>& nodes);
    void end_part(const shared_node& node, const share_account::outcomes& reported,
                  std::uint64_t lost);
    void add_error(std::string text, std::uint64_t failures);
    void finish_round();
    void finish();
    void fail_for_want_of_nodes();
    share_account::outcomes outcomes_so_far() const;
    void tell_progress();
    nanoseconds longest_pause() const;
    void lose_the_stuck();
    part& part_of_round(const shared_node& node);
    time_point now() const { return self_->clock().now(); }

    self_pointer self_;
    load_conductor_plan plan_;
    std::optional<node_shares<load_conductor_actor>> shares_;
    finished_promise finished_;
    time_point started_;
    running_round round_;
    time_point told_progress_; // Or when the round began.
    std::vector<part> parts_;  // By node.
    phase phase_ = phase::before_rounds;
    nanoseconds longest_pause_{0}; // Between two results of a share that runs a round.
    bool stopped_ = false;
    protocol::failure failure_; // Why the rounds cannot go on.
};

/// Behaviour that plays a run's load over nodes: each opens its part of the pool, and has its
/// part of each round; all begin together, and the next round begins when all are done or lost.
/// A node that was lost gets no part of the round that runs, and has one again from the next
/// round on, when it is back. The rounds end early when no node is left. Ends when it is closed.
load_conductor_actor::behavior_type
load_conductor(load_conductor_actor::stateful_pointer<load_conductor_state> self,
               load_conductor_plan plan);

} // namespace avatar
