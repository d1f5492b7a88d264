#pragma once

#include "actors/load/round_driver_plan.hpp"
#include "messages/actors.hpp"

#include <caf/actor_clock.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

namespace avatar {

/// Hears what a load shape says.
class load_shape_listener {
public:
    /// The next request starts so long after the start of its round, and not before the one
    /// before it.
    virtual void on_next_start(nanoseconds after) = 0;

    /// No further request of the round starts.
    virtual void on_no_start() = 0;

    /// The shape has ended, or what it answers cannot be used.
    virtual void on_shape_failed(const protocol::failure& why) = 0;

protected:
    virtual ~load_shape_listener() = default;
};

/// The load shape of a round driver: asks it for one start after the other, bounds the time
/// of each answer, and checks it. Part of the round driver, whose actor it is on.
class load_shape_client {
public:
    using self_pointer = round_driver_actor::pointer;

    /// Of the plan it takes the shape, which is not null. `listener` outlives this.
    load_shape_client(self_pointer self, const round_driver_plan& plan,
                      load_shape_listener& listener);

    /// From now on the end of the shape is its failure.
    void watch();

    /// Asks for the start of the round's first request.
    void begin_round(std::uint64_t number);

    /// Asks for that of the next one, once the one before has begun.
    void ask();

    void on_down(const caf::error& reason);
    void on_overdue();

private:
    using time_point = caf::actor_clock::time_point;

    void on_answer(const start_time& next);
    void time_answer();
    void fail(const std::string& why);

    time_point now() const { return self_->clock().now(); }

    self_pointer self_;
    load_shape_listener& listener_;
    load_shape_actor shape_;
    std::string name_;
    std::size_t max_requests_;
    next_start question_;             // The next one, or that under way.
    std::optional<time_point> asked_; // A question without an answer.
    bool timed_ = false;              // `shape_overdue` is on its way.
};

} // namespace avatar
