#include "actors/cluster/node_endpoint.hpp"

#include "actors/actor_end.hpp"
#include "actors/cluster/load/share_driver.hpp"
#include "actors/cluster/requests/request_share.hpp"
#include "actors/cluster/shares/node_versions.hpp"
#include "config/checks.hpp"
#include "config/error.hpp"
#include "protocol/text.hpp"
#include "transport/logger.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <chrono>
#include <random>
#include <utility>

namespace avatar {
namespace {

/// For a share to close its pool, once its requests had their time.
constexpr std::chrono::seconds pool_close_limit{20};

} // namespace

node_endpoint_control::behavior_type
node_endpoint(node_endpoint_control::stateful_pointer<node_endpoint_state> self,
              node_endpoint_plan plan) {
    auto& state = self->state;
    name_exceptions(self);
    ignore_errors_of_others(self);
    self->set_down_handler([&](const caf::down_msg& message) { state.on_down(message); });
    state.start(std::move(plan));
    return {
        [&](const node_hello& hello) { return state.on_hello(hello); },
        [&](open_share& order) { return state.on_open(order); },
        [&](drain_node) { return state.on_drain(); },
        [&](drain_overdue) { state.finish(); },
    };
}

void node_endpoint_state::start(node_endpoint_plan plan) {
    plan_ = std::move(plan);
    std::random_device random;
    boot_ = std::uniform_int_distribution<std::uint64_t>(1)(random);
}

node_welcome node_endpoint_state::on_hello(const node_hello& hello) const {
    const auto mine = this_version();
    if (const auto why = why_versions_differ(mine, {hello.wire_version, hello.program_version});
        !why.empty())
        transport::logger().error("a coordinator cannot use this worker: {}", why);
    return {mine.wire, mine.program, boot_};
}

share_accepted node_endpoint_state::on_open(open_share& order) {
    if (auto why = why_refused(order); !why.empty()) {
        transport::logger().warn("a share of {} connections was refused: {}", order.pool.size, why);
        return {{}, std::move(why)};
    }
    const auto size = order.pool.size;
    const auto use = order.use;
    const auto drain_timeout = order.pool.drain_timeout;
    share_plan plan{std::move(order), plan_.make_pool};
    const auto share =
        use == share_use::load
            ? caf::actor_cast<drained_share_actor>(self_->spawn(share_driver, std::move(plan)))
            : caf::actor_cast<drained_share_actor>(self_->spawn(request_share, std::move(plan)));
    self_->monitor(share);
    shares_.emplace(share.address(), open_one{share, size, drain_timeout});
    transport::logger().info("a share of {} connections opens", size);
    return {share, {}};
}

/// What came from another node is checked here.
std::string node_endpoint_state::why_refused(const open_share& order) const {
    if (draining_)
        return "the worker is stopping";
    if (!order.owner || order.share == 0)
        return "the share has no owner or no number";
    const bool has_clip = order.clip_bytes > 0 && order.clip_bytes <= largest_shared_clip;
    if (order.use == share_use::load && !has_clip)
        return fmt::format("the clip has {} bytes: expected at most {}", order.clip_bytes,
                           largest_shared_clip);
    if (shares_.size() >= plan_.max_shares)
        return fmt::format("the worker has {} shares already", shares_.size());
    try {
        config::check_pool(order.pool);
        config::rounds_settings rounds;
        rounds.interrupt_after =
            std::chrono::duration_cast<config::milliseconds>(order.interrupt_after);
        config::check_rounds(rounds);
        if (plan_.check_connections)
            plan_.check_connections(connections() + order.pool.size);
    } catch (const config::config_error& e) {
        return e.what();
    }
    return {};
}

std::size_t node_endpoint_state::connections() const {
    std::size_t sum = 0;
    for (const auto& [address, share] : shares_)
        sum += share.connections;
    return sum;
}

node_endpoint_state::drained_promise node_endpoint_state::on_drain() {
    auto promise = self_->make_response_promise<node_drained>();
    drained_.push_back(promise);
    draining_ = true;
    config::milliseconds limit = pool_close_limit;
    for (const auto& [address, share] : shares_) {
        self_->send(share.actor, drain_pool{});
        limit = std::max(limit, share.drain_timeout + pool_close_limit);
    }
    self_->delayed_send(self_, limit, drain_overdue{});
    finish_if_drained();
    return promise;
}

void node_endpoint_state::on_down(const caf::down_msg& message) {
    const auto ended = shares_.extract(message.source);
    if (!ended)
        return;
    transport::logger().info("a share of {} connections has ended", ended.mapped().connections);
    finish_if_drained();
}

void node_endpoint_state::finish_if_drained() {
    if (draining_ && shares_.empty())
        finish();
}

void node_endpoint_state::finish() {
    for (auto& asker : drained_)
        asker.deliver(node_drained{shares_.empty()});
    self_->quit();
}

} // namespace avatar
