#include "actors/cluster/shares/node_shares.hpp"

#include "actors/actor_end.hpp"
#include "actors/cluster/shares/clip_packing.hpp"
#include "actors/cluster/shares/node_failures.hpp"
#include "actors/cluster/shares/node_keeper.hpp"
#include "actors/cluster/shares/told_bounds.hpp"

#include <caf/stateful_actor.hpp>

#include <algorithm>
#include <chrono>
#include <utility>

namespace avatar {
namespace {

/// For a worker to accept a share.
constexpr auto accept_limit = std::chrono::seconds(5);

/// While a share opens its pool, something of that is to come this often: a part of the clip is
/// asked for, or a connection was tried.
constexpr auto longest_opening_pause = std::chrono::minutes(2);

} // namespace

template <class Actor>
node_shares<Actor>::node_shares(self_pointer self, node_shares_plan plan, share_listener& listener)
    : self_(self),
      plan_(std::move(plan)),
      listener_(listener),
      clip_(plan_.use == share_use::load ? pack_clip(self->system(), plan_.audio) : std::string()),
      nodes_(plan_.nodes, plan_.pool.size),
      first_connects_(plan_.pool.size),
      untried_(plan_.nodes.size()) {}

template <class Actor>
shared_node::time_point node_shares<Actor>::now() const {
    return self_->clock().now();
}

// -- as a pool -------------------------------------------------------------------------

template <class Actor>
typename node_shares<Actor>::opened_promise node_shares<Actor>::on_open() {
    auto promise = self_->template make_response_promise<pool_opened>();
    opening_.push_back(promise);
    if (!std::exchange(opened_, true)) {
        reach_nodes();
        set_timer(nodes_due::kind::progress, share_progress_interval);
    }
    if (untried_ == 0)
        tell_opened();
    return promise;
}

template <class Actor>
typename node_shares<Actor>::status_promise
node_shares<Actor>::on_status_asked(const get_pool_status& question) {
    auto promise = self_->template make_response_promise<pool_status>();
    if (!question.with_connections) {
        auto now = status();
        listener_.complete(now);
        promise.deliver(std::move(now));
        return promise;
    }
    asked_.push_back(promise);
    set_timer(nodes_due::kind::status, share_status_limit);
    ask_status();
    return promise;
}

template <class Actor>
typename node_shares<Actor>::closed_promise node_shares<Actor>::on_close() {
    auto promise = self_->template make_response_promise<pool_closed>();
    closed_.push_back(promise);
    stop();
    closing_ = true;
    set_timer(nodes_due::kind::closing, share_close_limit);
    for (auto& node : nodes())
        if (node.handle)
            self_->send(node.handle, close_share{});
    finish_if_closed();
    return promise;
}

template <class Actor>
void node_shares<Actor>::on_due(const nodes_due& due) {
    switch (due.of) {
    case nodes_due::kind::progress:
        set_timer(due.of, share_progress_interval);
        return ask_progress();
    case nodes_due::kind::status:
        return tell_status();
    case nodes_due::kind::stopping:
        return give_up_stopping();
    case nodes_due::kind::closing:
        return end();
    case nodes_due::kind::round:
    case nodes_due::kind::lease:
        return;
    }
}

template <class Actor>
void node_shares<Actor>::set_timer(nodes_due::kind of, nanoseconds after) {
    self_->delayed_send(self_, after, nodes_due{of});
}

// -- nodes and their shares ------------------------------------------------------------

template <class Actor>
void node_shares<Actor>::reach_nodes() {
    for (auto& node : nodes()) {
        node.keeper = self_->spawn(node_keeper,
                                   node_keeper_plan{number_of(node), node.address, plan_.connector,
                                                    caf::actor_cast<node_owner_actor>(self_)});
        self_->monitor(node.keeper);
        nodes_.note_actor(node.keeper.address(), node);
        tell_stats(node);
    }
}

template <class Actor>
void node_shares<Actor>::on_node_up(const node_up& event) {
    auto& node = nodes().at(event.node);
    if (stopped_ || node.share != 0)
        return;
    nodes_.begin_share(node);
    open_share order;
    order.share = node.share;
    order.owner = caf::actor_cast<share_owner_actor>(self_);
    order.pool = plan_.pool;
    order.pool.size = node.size;
    order.interrupt_after = plan_.interrupt_after;
    order.use = plan_.use;
    order.format = plan_.audio.format();
    order.clip_bytes = clip_.size();
    self_->request(event.endpoint, accept_limit, std::move(order))
        .then([this, &node,
               share = node.share](share_accepted& answer) { on_accepted(node, share, answer); },
              [this, &node, share = node.share](const caf::error&) {
                  if (node.share == share)
                      lose(node, "it does not answer");
              });
}

template <class Actor>
void node_shares<Actor>::on_accepted(shared_node& node, std::uint64_t share,
                                     share_accepted& answer) {
    if (node.share != share) { // It was lost meanwhile.
        if (answer.share)
            self_->send(answer.share, close_share{});
        return;
    }
    if (!answer.share)
        return lose(node, "it takes no share: " + told_text(answer.why));
    node.handle = std::move(answer.share);
    node.heard = node.advanced = now();
    nodes_.note_actor(node.handle.address(), node);
    self_->monitor(node.handle);
    if (closing_)
        self_->send(node.handle, close_share{});
    else if (stopped_)
        self_->send(node.handle, stop_share{});
    else
        self_->send(node.handle, get_share_progress{});
}

template <class Actor>
void node_shares<Actor>::on_node_down(const node_down& event) {
    auto& node = nodes().at(event.node);
    if (node.share != 0)
        return lose(node, event.why);
    note_loss(node, event.why);
    if (!node.tried)
        fail_first(node, node_is_unavailable(node.address.text(), event.why));
}

template <class Actor>
void node_shares<Actor>::note_loss(shared_node& node, const std::string& why) {
    if (std::exchange(node.away, true)) // That it cannot be reached again says less.
        return;
    ++node.losses;
    node.why = why;
    tell_stats(node);
    last_loss_ = node.address.text() + ": " + why;
}

template <class Actor>
bool node_shares<Actor>::on_down(const caf::down_msg& message) {
    auto* const known = nodes_.forget_actor(message.source);
    if (!known)
        return false;
    auto& node = *known;
    if (node.handle && message.source == node.handle)
        lose(node, why_lost(message.reason));
    else
        on_node_down({number_of(node), "its keeper ended: " + describe_end(message.reason)});
    return true;
}

template <class Actor>
void node_shares<Actor>::lose(shared_node& node, const std::string& why) {
    if (node.share == 0)
        return;
    const bool expected = closing_ || (stopped_ && node.account.open() == 0);
    const auto failure = node.open ? node_is_lost(node.address.text(), why)
                                   : node_is_unavailable(node.address.text(), why);
    if (!expected) {
        note_loss(node, why);
        self_->send(node.keeper, node_failed{});
    }
    const auto lost = lose_open(node, failure);
    const auto reported = node.account.reported();
    forget(node);
    listener_.on_share_lost(node, reported, lost);
    if (expected)
        note_tried(node);
    else
        fail_first(node, failure);
    finish_if_told();
    finish_if_closed();
}

template <class Actor>
bool node_shares<Actor>::end_round(shared_node& node) {
    if (node.account.open() > 0 && !stopped_) {
        lose(node, "it ended the round early");
        return false;
    }
    node.account.take_back_open();
    return true;
}

template <class Actor>
std::uint64_t node_shares<Actor>::lose_open(shared_node& node, const protocol::failure& why) {
    const auto lost = node.account.lose_open();
    if (lost > 0)
        self_->send(plan_.stats, lost_requests{number_of(node), lost, why});
    return lost;
}

template <class Actor>
void node_shares<Actor>::forget(shared_node& node) {
    if (node.handle) {
        self_->demonitor(node.handle.address());
        self_->send(node.handle, close_share{}); // Should it live.
    }
    if (!asked_.empty() && node.open && !node.status)
        --untold_;
    nodes_.forget_share(node);
}

// -- opening ---------------------------------------------------------------------------

template <class Actor>
void node_shares<Actor>::on_next_clip_part(const next_clip_part& order) {
    auto* node = nodes_.find(order.share);
    if (!node || order.offset < node->clip_sent || order.offset >= clip_.size())
        return;
    node->clip_sent = order.offset + 1; // A share that asks for the same again gets no further.
    node->heard = node->advanced = now();
    if (node->handle)
        self_->send(node->handle,
                    clip_part{order.offset, clip_.substr(order.offset, longest_clip_part)});
}

template <class Actor>
void node_shares<Actor>::on_tried(share_connections_tried& event) {
    auto* node = nodes_.find(event.share);
    if (!node)
        return;
    node->heard = now();
    for (auto& each : event.tried) {
        shorten_id(each.connection_id);
        if (each.slot < node->size &&
            end_first_connect(node->first_slot + each.slot, each.connection_id,
                              told_failure(each.failure)))
            node->advanced = now();
    }
}

template <class Actor>
bool node_shares<Actor>::end_first_connect(std::uint64_t slot, const std::string& connection_id,
                                           const protocol::failure& failure) {
    if (!first_connects_.end(slot, failure))
        return false;
    if (plan_.watcher)
        self_->send(plan_.watcher, connection_tried{slot, connection_id, failure});
    return true;
}

template <class Actor>
void node_shares<Actor>::on_opened(share_opened& event) {
    auto* node = nodes_.find(event.share);
    if (!node || node->open)
        return;
    node->heard = now();
    node->open = true;
    node->away = false;
    node->sessions = node->connected = node->available =
        std::min<std::uint64_t>(event.pool.connected, node->size);
    tell_stats(*node);
    listener_.on_share_opened(*node);
    note_tried(*node);
}

/// Where it had no share before: its connections are not to be expected.
template <class Actor>
void node_shares<Actor>::fail_first(shared_node& node, const protocol::failure& why) {
    if (node.tried)
        return;
    for (std::size_t i = 0; i < node.size; ++i)
        end_first_connect(node.first_slot + i, {}, why);
    note_tried(node);
}

template <class Actor>
void node_shares<Actor>::note_tried(shared_node& node) {
    if (!std::exchange(node.tried, true) && --untried_ == 0)
        tell_opened();
}

template <class Actor>
void node_shares<Actor>::tell_opened() {
    for (auto& asker : std::exchange(opening_, {}))
        asker.deliver(opened());
}

template <class Actor>
pool_opened node_shares<Actor>::opened() const {
    pool_opened all;
    all.connected = nodes_.connected();
    all.size = plan_.pool.size;
    all.failures = first_connects_.failures();
    all.cancelled = stopped_ && first_connects_.under_way() > 0;
    return all;
}

// -- while it runs ---------------------------------------------------------------------

template <class Actor>
void node_shares<Actor>::ask_progress() {
    for (auto& node : nodes()) {
        if (!node.handle)
            continue;
        if (now() - node.heard > longest_silence && !closing_)
            lose(node, "it was silent for too long");
        else if (now() - node.advanced > longest_opening_pause && !node.open)
            lose(node, "it does not get on with opening its connections");
        else
            self_->send(node.handle, get_share_progress{});
    }
}

template <class Actor>
void node_shares<Actor>::on_progress(share_progress& event) {
    auto* node = nodes_.find(event.share);
    if (!node)
        return;
    node->heard = now();
    const auto before = node->account.open();
    if (!node->account.report(event.requests))
        return lose(*node, "it told results of requests that it was not given");
    if (plan_.stats)
        self_->send(plan_.stats,
                    share_figures{number_of(*node), event.share, std::move(event.requests)});
    if (node->account.open() != before)
        node->advanced = now();
    node->connected = std::min<std::uint64_t>(event.connected, node->size);
    node->available = std::min<std::uint64_t>(event.available, node->size);
    node->session_ms = std::max(node->session_ms, event.session_ms);
    node->finished_round = event.finished_round;
    event.errors.resize(std::min(event.errors.size(), most_errors_listed));
    node->errors.clear();
    for (const auto& error : event.errors)
        node->errors.push_back(told_text(error));
    node->over = event.over;
    if (event.failure)
        lose(*node, describe(told_failure(event.failure)));
    else if (event.over && !stopped_)
        lose(*node, "its worker is stopping");
    else
        listener_.on_share_reported(*node);
}

template <class Actor>
void node_shares<Actor>::ask_status() {
    untold_ = 0;
    for (auto& node : nodes()) {
        node.status.reset();
        if (!node.open)
            continue;
        ++untold_;
        self_->send(node.handle, get_share_status{});
    }
    finish_if_told();
}

template <class Actor>
void node_shares<Actor>::on_status(share_status& event) {
    auto* node = nodes_.find(event.share);
    if (!node || asked_.empty() || !node->open || node->status)
        return;
    node->heard = now();
    node->status = std::move(event.pool);
    shorten_connections(*node->status);
    node->session_ms = std::max(node->session_ms, node->status->session_ms);
    --untold_;
    finish_if_told();
}

/// Of those that have not told, as they were.
template <class Actor>
void node_shares<Actor>::tell_status() {
    if (asked_.empty())
        return;
    auto now = status();
    listener_.complete(now);
    for (auto& asker : std::exchange(asked_, {}))
        asker.deliver(now);
}

template <class Actor>
void node_shares<Actor>::finish_if_told() {
    if (untold_ == 0)
        tell_status();
}

template <class Actor>
void node_shares<Actor>::tell_stats(const shared_node& node) const {
    if (plan_.stats)
        self_->send(plan_.stats, node_state{number_of(node), node.address.text(), node.sessions,
                                            node.losses, node.why});
}

// -- the end ---------------------------------------------------------------------------

template <class Actor>
void node_shares<Actor>::cancel() {
    for (auto& node : nodes())
        if (node.handle)
            self_->send(node.handle, stop_share{/*at_once=*/true});
}

template <class Actor>
void node_shares<Actor>::stop() {
    if (std::exchange(stopped_, true))
        return;
    if (plan_.use == share_use::load) // Requests may take as long as they like.
        set_timer(nodes_due::kind::stopping, plan_.pool.drain_timeout + share_stop_margin);
    for (auto& node : nodes()) {
        if (node.handle)
            self_->send(node.handle, stop_share{});
        else if (node.share == 0) // Nothing of it is there to be waited for.
            note_tried(node);
    }
}

template <class Actor>
void node_shares<Actor>::give_up_stopping() {
    for (auto& node : nodes())
        if (node.share != 0 && !node.over)
            lose(node, "it did not stop in time");
}

template <class Actor>
void node_shares<Actor>::finish_if_closed() {
    if (closing_ && !some_left())
        end();
}

/// Whatever nodes and keepers do.
template <class Actor>
void node_shares<Actor>::end() {
    listener_.on_all_closed();
    for (auto& asker : std::exchange(closed_, {}))
        asker.deliver(pool_closed{});
    for (auto& node : nodes()) {
        if (node.handle)
            self_->demonitor(node.handle.address());
        if (node.keeper) {
            self_->demonitor(node.keeper.address());
            self_->send_exit(node.keeper, caf::exit_reason::user_shutdown);
        }
    }
    self_->quit();
}

template class node_shares<load_conductor_actor>;
template class node_shares<remote_pool_actor>;

} // namespace avatar
