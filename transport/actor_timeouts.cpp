#include "transport/actor_timeouts.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <caf/actor_cast.hpp>
#include <caf/detail/simple_actor_clock.hpp>

#include <atomic>
#include <cstddef>
#include <optional>
#include <utility>

namespace avatar::transport {

namespace asio = boost::asio;

/// Cancels by the number of an actor, whose last reference may be gone.
class due_table : public caf::detail::simple_actor_clock {
public:
    using caf::detail::simple_actor_clock::handle;
};

/// What is due on one I/O thread. Touched on that thread only, but for `post` and `empty`.
class actor_timeouts::thread_timeouts
    : public std::enable_shared_from_this<actor_timeouts::thread_timeouts> {
public:
    explicit thread_timeouts(asio::io_context& io) : io_(io), alarm_(io) {}

    bool here() const { return io_.get_executor().running_in_this_thread(); }

    /// Whether there is nothing that could be cancelled.
    bool empty() const { return cancellable_.load(std::memory_order_relaxed) == 0; }

    /// Lets `change` work on the schedule, later if need be.
    template <class Change>
    void apply(Change change) {
        // What is due drops its messages, and with them may end an actor, which cancels.
        if (!here() || telling_)
            return asio::post(io_, [self = shared_from_this(),
                                    change = std::move(change)]() mutable { self->now(change); });
        now(change);
    }

private:
    template <class Change>
    void now(Change& change) {
        change(due_);
        changed();
    }

    void changed() {
        cancellable_.store(due_.actor_lookup().size(), std::memory_order_relaxed);
        if (due_.schedule().empty()) {
            alarm_due_.reset();
            alarm_.cancel();
        } else if (const auto first = due_.schedule().begin()->first;
                   !alarm_due_ || first < *alarm_due_) {
            set_alarm(first);
        }
    }

    void set_alarm(time_point due) {
        alarm_due_ = due;
        alarm_.expires_at(due);
        alarm_.async_wait([self = shared_from_this()](const boost::system::error_code& error) {
            if (!error)
                self->tell();
        });
    }

    void tell() {
        alarm_due_.reset();
        telling_ = true;
        due_.trigger_expired_timeouts();
        telling_ = false;
        changed();
    }

    asio::io_context& io_;
    due_table due_;
    asio::steady_timer alarm_;
    std::optional<time_point> alarm_due_; // No later than what is due first.
    bool telling_ = false;
    std::atomic<std::size_t> cancellable_{0};
};

namespace {

caf::strong_actor_ptr hold(caf::abstract_actor* actor) {
    return caf::actor_cast<caf::strong_actor_ptr>(actor);
}

caf::abstract_actor* get(const caf::strong_actor_ptr& actor) {
    return caf::actor_cast<caf::abstract_actor*>(actor);
}

} // namespace

actor_timeouts::actor_timeouts(const std::vector<asio::io_context*>& threads) {
    for (auto* io : threads)
        threads_.push_back(std::make_shared<thread_timeouts>(*io));
}

actor_timeouts::~actor_timeouts() = default;

/// On the thread that asks, if it is one of ours. All others share one, which so gets
/// what they set and cancel in order.
template <class Change>
void actor_timeouts::set(Change change) {
    for (auto& thread : threads_)
        if (thread->here())
            return thread->apply(std::move(change));
    threads_.front()->apply(std::move(change));
}

/// An actor may have run on another thread when it set what it cancels now.
template <class Cancellation>
void actor_timeouts::cancel(const Cancellation& what) {
    for (auto& thread : threads_)
        if (!thread->empty() || thread == threads_.front())
            thread->apply([what](due_table& at) { at.handle(what); });
}

void actor_timeouts::set_ordinary_timeout(time_point due, caf::abstract_actor* actor,
                                          caf::atom_value type, std::uint64_t id) {
    set([=, actor = hold(actor)](due_table& at) {
        at.set_ordinary_timeout(due, get(actor), type, id);
    });
}

void actor_timeouts::set_multi_timeout(time_point due, caf::abstract_actor* actor,
                                       caf::atom_value type, std::uint64_t id) {
    set([=, actor = hold(actor)](due_table& at) {
        at.set_multi_timeout(due, get(actor), type, id);
    });
}

void actor_timeouts::set_request_timeout(time_point due, caf::abstract_actor* actor,
                                         caf::message_id id) {
    set([=, actor = hold(actor)](due_table& at) { at.set_request_timeout(due, get(actor), id); });
}

void actor_timeouts::cancel_ordinary_timeout(caf::abstract_actor* actor, caf::atom_value type) {
    cancel(due_table::ordinary_timeout_cancellation(actor->id(), type));
}

void actor_timeouts::cancel_request_timeout(caf::abstract_actor* actor, caf::message_id id) {
    cancel(due_table::request_timeout_cancellation(actor->id(), id));
}

void actor_timeouts::cancel_timeouts(caf::abstract_actor* actor) {
    cancel(due_table::timeouts_cancellation(actor->id()));
}

void actor_timeouts::schedule_message(time_point due, caf::strong_actor_ptr receiver,
                                      caf::mailbox_element_ptr content) {
    set([due, receiver = std::move(receiver), content = std::move(content)](due_table& at) mutable {
        at.schedule_message(due, std::move(receiver), std::move(content));
    });
}

void actor_timeouts::schedule_message(time_point due, caf::group target,
                                      caf::strong_actor_ptr sender, caf::message content) {
    set([due, target = std::move(target), sender = std::move(sender),
         content = std::move(content)](due_table& at) mutable {
        at.schedule_message(due, std::move(target), std::move(sender), std::move(content));
    });
}

void actor_timeouts::cancel_all() {
    for (auto& thread : threads_)
        thread->apply([](due_table& at) { at.cancel_all(); });
}

} // namespace avatar::transport
