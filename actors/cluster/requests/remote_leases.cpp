#include "actors/cluster/requests/remote_leases.hpp"

#include "actors/cluster/requests/remote_failures.hpp"

#include <caf/actor_cast.hpp>

#include <utility>

namespace avatar {

remote_leases::remote_leases(self_pointer self, node_shares<remote_pool_actor>& shares,
                             node_loads& loads, basic_actor_watch<remote_pool_actor>& watch,
                             nanoseconds max_lease)
    : self_(self),
      shares_(shares),
      loads_(loads),
      watch_(watch),
      max_lease_(max_lease) {}

request_share_actor remote_leases::share_of(std::size_t node) const {
    return caf::actor_cast<request_share_actor>(shares_.nodes()[node].handle);
}

bool remote_leases::has(std::size_t node, std::uint64_t share) const {
    return shares_.nodes()[node].share == share;
}

std::optional<std::size_t> remote_leases::node_of(std::uint64_t number,
                                                  const caf::actor_addr& holder) const {
    const auto found = leases_.find(number);
    if (found == leases_.end() || found->second.holder != holder)
        return std::nullopt;
    return found->second.node;
}

remote_leases::granted_promise remote_leases::on_acquire(acquire_session& order,
                                                         protocol::failure refusal) {
    // Before the promise, which takes it.
    const auto holder = caf::actor_cast<caf::actor_addr>(self_->current_sender());
    auto promise = self_->make_response_promise<lease_granted>();
    const auto node = loads_.least();
    lease_granted none;
    if (!holder)
        none.failure = holder_is_nobody();
    else if (refusal)
        none.failure = std::move(refusal);
    else if (!node)
        none.failure = loads_.some_up() ? all_nodes_are_busy() : no_node_is_up();
    if (none.failure) {
        promise.deliver(std::move(none));
        return promise;
    }
    const auto number = ++last_question_;
    questions_.emplace(number, question{*node, shares_.nodes()[*node].share, promise, holder});
    by_asker_.add(holder, number);
    watch_.add(holder);
    loads_.add_question(*node, number);
    self_->send(share_of(*node), acquire_remote{number, std::move(order)});
    return promise;
}

void remote_leases::on_granted(remote_lease& told) {
    const auto found = questions_.find(told.number);
    if (found == questions_.end() || found->second.share != told.share)
        return;
    auto asked = end_question(told.number);
    const auto number = told.granted.lease;
    if (number != 0 && (!asked.holder || leases_.contains(number))) {
        self_->send(share_of(asked.node), release_session{number}); // It has no holder.
    } else if (number != 0) {
        leases_.emplace(number, lease{asked.node, asked.share, asked.holder});
        by_holder_.add(asked.holder, number);
        watch_.add(asked.holder);
        loads_.add_lease(asked.node, number);
        add_expiry(number);
    }
    asked.promise.deliver(std::move(told.granted));
}

remote_leases::question remote_leases::end_question(std::uint64_t number) {
    auto ended = std::move(questions_.extract(number).mapped());
    if (ended.holder) {
        by_asker_.remove(ended.holder, number);
        watch_.remove(ended.holder);
    }
    if (has(ended.node, ended.share))
        loads_.remove_question(ended.node, number);
    return ended;
}

void remote_leases::on_release(const release_session& which) {
    const auto caller = caf::actor_cast<caf::actor_addr>(self_->current_sender());
    if (node_of(which.lease, caller))
        release(which.lease);
}

void remote_leases::release(std::uint64_t number) {
    const auto held = std::move(leases_.extract(number).mapped());
    by_holder_.remove(held.holder, number);
    watch_.remove(held.holder);
    if (!has(held.node, held.share))
        return;
    loads_.remove_lease(held.node, number);
    self_->send(share_of(held.node), release_session{number});
}

void remote_leases::on_lost(std::uint64_t number) {
    if (leases_.contains(number))
        release(number);
}

/// All last equally long, so one timer is under way, for the oldest.
void remote_leases::add_expiry(std::uint64_t number) {
    expiries_.push_back({number, self_->clock().now() + max_lease_});
    if (expiries_.size() == 1)
        self_->delayed_send(self_, max_lease_, nodes_due{nodes_due::kind::lease});
}

void remote_leases::on_due() {
    const auto now = self_->clock().now();
    for (; !expiries_.empty() && expiries_.front().at <= now; expiries_.pop_front())
        on_lost(expiries_.front().lease);
    if (!expiries_.empty())
        self_->delayed_send(self_, expiries_.front().at - now, nodes_due{nodes_due::kind::lease});
}

void remote_leases::on_all_closed(const protocol::failure& why) {
    while (!questions_.empty()) {
        lease_granted none;
        none.failure = why;
        end_question(questions_.begin()->first).promise.deliver(std::move(none));
    }
}

void remote_leases::on_holder_down(const caf::actor_addr& holder) {
    for (const auto number : by_holder_.of(holder))
        release(number);
    for (const auto number : by_asker_.of(holder)) {
        by_asker_.remove(holder, number);
        watch_.remove(holder);
        questions_.at(number).holder = nullptr;
    }
}

void remote_leases::on_share_lost(const node_loads::load& lost, const protocol::failure& why) {
    for (const auto number : lost.leases)
        release(number);
    for (const auto number : lost.questions) {
        lease_granted none;
        none.failure = why;
        end_question(number).promise.deliver(std::move(none));
    }
}

} // namespace avatar
