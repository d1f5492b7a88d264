#pragma once

#include <boost/asio/io_context.hpp>
#include <caf/actor_clock.hpp>

#include <memory>
#include <vector>

namespace avatar::transport {

/// The timeouts and delayed messages of actors that run on I/O threads. One that an actor
/// asks for on such a thread is due on it too: no other thread wakes up for it, as one of
/// CAF's own clock would. Safe from any thread. The io_contexts outlive it.
class actor_timeouts final : public caf::actor_clock {
public:
    explicit actor_timeouts(const std::vector<boost::asio::io_context*>& threads);
    ~actor_timeouts() override;

    void set_ordinary_timeout(time_point due, caf::abstract_actor* actor, caf::atom_value type,
                              std::uint64_t id) override;
    void set_multi_timeout(time_point due, caf::abstract_actor* actor, caf::atom_value type,
                           std::uint64_t id) override;
    void set_request_timeout(time_point due, caf::abstract_actor* actor,
                             caf::message_id id) override;

    // One that is due already may come all the same: CAF drops it, since it is no longer
    // the one that the actor awaits.
    void cancel_ordinary_timeout(caf::abstract_actor* actor, caf::atom_value type) override;
    void cancel_request_timeout(caf::abstract_actor* actor, caf::message_id id) override;
    void cancel_timeouts(caf::abstract_actor* actor) override;

    void schedule_message(time_point due, caf::strong_actor_ptr receiver,
                          caf::mailbox_element_ptr content) override;
    void schedule_message(time_point due, caf::group target, caf::strong_actor_ptr sender,
                          caf::message content) override;

    /// Once all that was handed to the threads before has run.
    void cancel_all() override;

private:
    class thread_timeouts;

    template <class Change>
    void set(Change change);
    template <class Cancellation>
    void cancel(const Cancellation& what);

    std::vector<std::shared_ptr<thread_timeouts>> threads_;
};

} // namespace avatar::transport
