#pragma once

#include "actors/cluster/shares/node_failures.hpp"
#include "actors/cluster/shares/told_bounds.hpp"
#include "messages/actors.hpp"
#include "protocol/text.hpp"
#include "transport/logger.hpp"

#include <caf/actor_cast.hpp>
#include <caf/sec.hpp>
#include <caf/send.hpp>
#include <caf/typed_event_based_actor.hpp>
#include <spdlog/spdlog.h>

#include <chrono>
#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace avatar {

/// Makes the pool of a share, for clips of that format; `watcher` is told of its first connects.
/// Throws config::config_error, of one line, where none can be made.
using share_pool_factory = std::function<pool_actor(
    const config::pool_settings&, const clip_format&, connection_watcher_actor watcher)>;

struct share_plan {
    open_share order;
    share_pool_factory make_pool;
};

/// Part of a share: its pool, what is told of that, and whether its owner is still there.
///
/// `Actor`: the share, whose part it is.
template <class Actor>
class share_pool {
public:
    using self_pointer = typename Actor::pointer;

    /// How often tries of connections are told.
    static constexpr std::chrono::milliseconds tried_interval{100};

    /// How often the owner's silence is looked at.
    static constexpr std::chrono::seconds silence_interval{1};

    share_pool(self_pointer self, share_plan plan)
        : self_(self),
          plan_(std::move(plan)),
          asked_(now()) {
        self_->monitor(owner());
        self_->delayed_send(self_, silence_interval, share_due{share_due::kind::silence});
    }

    /// A share that ends in a way of its own leaves no pool behind.
    ~share_pool() {
        if (pool_ && !closing_)
            caf::anon_send(pool_, close_pool{});
    }

    share_pool(const share_pool&) = delete;
    share_pool& operator=(const share_pool&) = delete;

    const open_share& order() const { return plan_.order; }
    const share_owner_actor& owner() const { return plan_.order.owner; }

    /// Null before it is opened.
    const pool_actor& pool() const { return pool_; }

    /// Throws what the factory does.
    void make(const clip_format& format) {
        pool_ =
            plan_.make_pool(order().pool, format, caf::actor_cast<connection_watcher_actor>(self_));
        self_->monitor(pool_);
    }

    void open() {
        self_->delayed_send(self_, tried_interval, share_due{share_due::kind::tried});
        self_->request(pool_, caf::infinite, open_pool{})
            .then([this](pool_opened& opened) { tell_opened(opened); },
                  [](const caf::error&) {}); // Its monitor says why.
    }

    void on_connection_tried(connection_tried& event) {
        shorten(event.failure, longest_told_text);
        event.failure.body.clear();
        shorten_id(event.connection_id);
        tried_.push_back(std::move(event));
        if (tried_.size() == most_tries_told)
            tell_tried();
    }

    /// The owner has asked for something.
    void note_asked() { asked_ = now(); }

    void tell_status() {
        if (!pool_)
            return;
        self_->request(pool_, caf::infinite, get_pool_status{true})
            .then(
                [this](pool_status& pool) {
                    shorten_connections(pool);
                    self_->send(owner(), share_status{order().share, std::move(pool)});
                },
                [](const caf::error&) {});
    }

    /// False: it was of another actor.
    bool on_down(const caf::down_msg& message) {
        if (message.source == owner())
            end_by("the coordinator was lost: " + why_lost(message.reason));
        else if (pool_ && message.source == pool_)
            end_by("the pool ended: " + why_lost(message.reason));
        else
            return false;
        return true;
    }

    void on_due(share_due due) {
        if (closing_)
            return;
        if (due.of == share_due::kind::tried) {
            tell_tried();
            if (!opened_)
                self_->delayed_send(self_, tried_interval, due);
            return;
        }
        if (now() - asked_ > longest_silence)
            return end_by("the coordinator was silent for too long");
        self_->delayed_send(self_, silence_interval, due);
    }

    /// What it has running is cancelled.
    void end_by(const std::string& why) {
        if (closing_)
            return;
        transport::logger().warn("a share of {} connections ends: {}", order().pool.size, why);
        if (pool_)
            self_->send(pool_, cancel_requests{});
        close(caf::make_error(caf::sec::runtime_error, why));
    }

    bool closing() const { return closing_; }

    /// The share ends once its pool is closed, which takes a limited time.
    void close(const caf::error& reason = caf::exit_reason::user_shutdown) {
        if (std::exchange(closing_, true))
            return;
        if (!pool_)
            return self_->quit(reason);
        const auto end = [this, reason] {
            self_->send_exit(pool_, caf::exit_reason::user_shutdown);
            self_->quit(reason);
        };
        self_->request(pool_, caf::infinite, close_pool{})
            .then([end](pool_closed) { end(); }, [end](const caf::error&) { end(); });
    }

private:
    /// Of the kinds of failures, the first.
    void tell_opened(pool_opened& opened) {
        opened_ = true;
        tell_tried();
        if (opened.failures.size() > most_failures_told)
            opened.failures.resize(most_failures_told);
        for (auto& each : opened.failures)
            shorten(each.sample, longest_told_text);
        self_->send(owner(), share_opened{order().share, std::move(opened)});
    }

    void tell_tried() {
        if (!tried_.empty())
            self_->send(owner(), share_connections_tried{order().share, std::exchange(tried_, {})});
    }

    caf::actor_clock::time_point now() const { return self_->clock().now(); }

    self_pointer self_;
    share_plan plan_;
    pool_actor pool_;
    std::vector<connection_tried> tried_; // Not told yet.
    caf::actor_clock::time_point asked_;  // When the owner has asked last.
    bool opened_ = false;
    bool closing_ = false;
};

} // namespace avatar
