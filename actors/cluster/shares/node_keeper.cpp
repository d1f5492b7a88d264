#include "actors/cluster/shares/node_keeper.hpp"

#include "actors/actor_end.hpp"
#include "actors/cluster/links/published_actor.hpp"
#include "actors/cluster/shares/node_failures.hpp"
#include "actors/cluster/shares/node_versions.hpp"
#include "transport/logger.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <utility>

namespace avatar {
namespace {

constexpr auto hello_limit = std::chrono::seconds(5);

} // namespace

node_keeper_actor::behavior_type
node_keeper(node_keeper_actor::stateful_pointer<node_keeper_state> self, node_keeper_plan plan) {
    auto& state = self->state;
    name_exceptions(self);
    ignore_errors_of_others(self);
    self->set_down_handler([&](const caf::down_msg& message) { state.on_down(message); });
    state.start(std::move(plan));
    return {
        [&](node_failed) { state.on_failed(); },
        [&](reconnect_node) { state.connect(); },
    };
}

void node_keeper_state::start(node_keeper_plan plan) {
    plan_ = std::move(plan);
    backoff_ = {plan_.reconnect_min, plan_.reconnect_max};
    self_->monitor(plan_.owner);
    connect();
}

/// Its owner knows why.
void node_keeper_state::on_failed() {
    if (endpoint_)
        pause();
}

/// Answered in a limited time.
void node_keeper_state::connect() {
    self_
        ->request(plan_.connector, caf::infinite,
                  connect_node{plan_.address.host, plan_.address.port})
        .then(
            [this](const node_connected& reached) {
                if (reached.published)
                    greet(reached);
                else
                    fail(reached.why);
            },
            [this](const caf::error& why) { fail(describe_end(why)); });
}

void node_keeper_state::greet(const node_connected& reached) {
    const auto greeter = published_as<node_greeter_actor>(self_->system(), reached);
    if (!greeter)
        return fail("it is no worker of avatar-pool");
    const auto mine = this_version();
    self_->request(greeter, hello_limit, node_hello{mine.wire, mine.program})
        .then([this, reached](const node_welcome& welcome) { on_welcome(reached, welcome); },
              [this](const caf::error&) { fail("it does not answer"); });
}

void node_keeper_state::on_welcome(const node_connected& reached, const node_welcome& welcome) {
    if (auto why =
            why_versions_differ(this_version(), {welcome.wire_version, welcome.program_version});
        !why.empty())
        return fail(why);
    endpoint_ = published_as<node_endpoint_actor>(self_->system(), reached);
    if (!endpoint_)
        return fail("it does not take what this version of avatar-pool asks");
    up_since_ = self_->clock().now();
    self_->monitor(endpoint_);
    transport::logger().info("node {} is up", plan_.address.text());
    self_->send(plan_.owner, node_up{plan_.node, endpoint_, welcome.boot});
}

void node_keeper_state::fail(const std::string& why) {
    transport::logger().warn("node {}: {}", plan_.address.text(), why);
    self_->send(plan_.owner, node_down{plan_.node, why});
    pause();
}

/// And tries again.
void node_keeper_state::pause() {
    if (endpoint_) {
        self_->demonitor(endpoint_.address());
        endpoint_ = node_endpoint_actor();
        if (self_->clock().now() - up_since_ > plan_.reconnect_max)
            failures_ = 0; // It was of use.
    }
    self_->delayed_send(self_, backoff_.pause(++failures_, random_), reconnect_node{});
}

void node_keeper_state::on_down(const caf::down_msg& message) {
    if (message.source == plan_.owner)
        return self_->quit();
    if (endpoint_ && message.source == endpoint_)
        fail(why_lost(message.reason));
}

} // namespace avatar
