#include "transport/actor_scheduler.hpp"

#include "transport/actor_timeouts.hpp"
#include "transport/containment.hpp"
#include "transport/io_runtime.hpp"

#include <boost/asio/defer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <caf/execution_unit.hpp>
#include <caf/logger.hpp>
#include <caf/resumable.hpp>
#include <caf/scheduler/abstract_coordinator.hpp>

#include <atomic>
#include <cstddef>
#include <future>
#include <memory>
#include <utility>
#include <vector>

namespace avatar::transport {
namespace {

namespace asio = boost::asio;

/// An actor hands the thread back after so many messages: sockets wait meanwhile.
constexpr std::size_t messages_in_a_row = 100;

/// The actors' place on one I/O thread.
class actor_turns final : public caf::execution_unit {
public:
    actor_turns(caf::actor_system& system, asio::io_context& io)
        : caf::execution_unit(&system),
          io_(io) {}

    /// Takes over a reference to `job`. From any thread.
    void exec_later(caf::resumable* job) override {
        if (!here())
            return asio::post(io_, [this, job] { take_turn(job); });
        // One operation for all that become ready until it runs.
        ready_.push_back(job);
        if (ready_.size() == 1)
            asio::defer(io_, [this] { take_turns(); });
    }

    bool here() const { return io_.get_executor().running_in_this_thread(); }

    /// Ready once all that was handed to this thread before has run.
    std::future<void> end() {
        std::promise<void> ended;
        auto result = ended.get_future();
        asio::post(io_, [ended = std::move(ended)]() mutable {
            // CAF remembers the system in each thread that spawns an actor, and the
            // system waits until it is forgotten: CAF's own threads are gone by then.
            caf::logger::set_current_actor_system(nullptr);
            ended.set_value();
        });
        return result;
    }

private:
    void take_turns() {
        taking_.swap(ready_);
        for (auto* job : taking_)
            take_turn(job);
        taking_.clear();
    }

    /// CAF ends an actor whose handler throws; should anything get past it, the job has
    /// had its last turn and the others go on.
    void take_turn(caf::resumable* job) {
        auto what_next = caf::resumable::done;
        try {
            what_next = job->resume(this, messages_in_a_row);
        } catch (...) {
            log_current_exception("an actor's turn");
        }
        if (what_next == caf::resumable::resume_later)
            exec_later(job);
        else
            caf::intrusive_ptr_release(job);
    }

    asio::io_context& io_;
    std::vector<caf::resumable*> ready_;  // Touched on the thread only, ...
    std::vector<caf::resumable*> taking_; // ... and so are those whose turn it is.
};

class actor_scheduler final : public caf::scheduler::abstract_coordinator {
public:
    actor_scheduler(caf::actor_system& system, const io_runtime& io)
        : caf::scheduler::abstract_coordinator(system),
          clock_(io.contexts()) {
        for (auto* context : io.contexts())
            threads_.push_back(std::make_unique<actor_turns>(system, *context));
    }

    void enqueue(caf::resumable* job) override {
        if (stopped_)
            return cleanup_and_release(job);
        choose().exec_later(job);
    }

    caf::actor_clock& clock() noexcept override { return clock_; }

protected:
    /// Needs a thread. CAF cannot take back a system that has started in part: without one the
    /// process ends here.
    void start() noexcept override { caf::scheduler::abstract_coordinator::start(); }

    /// No actor has anything left to do but what it was sent already.
    void stop() override {
        stop_actors();
        clock_.cancel_all();
        stopped_ = true;
        for (auto& thread : threads_)
            thread->end().wait();
    }

private:
    /// The thread that asks, if it is one of ours: the message is in its cache.
    actor_turns& choose() {
        for (auto& thread : threads_)
            if (thread->here())
                return *thread;
        return *threads_[next_.fetch_add(1, std::memory_order_relaxed) % threads_.size()];
    }

    actor_timeouts clock_;
    std::vector<std::unique_ptr<actor_turns>> threads_;
    std::atomic<std::size_t> next_{0};
    std::atomic<bool> stopped_{false};
};

} // namespace

void run_actors_on(io_runtime& io, caf::actor_system_config& config) {
    config.module_factories.push_back([&io](caf::actor_system& system) {
        return static_cast<caf::actor_system::module*>(new actor_scheduler(system, io));
    });
}

} // namespace avatar::transport
