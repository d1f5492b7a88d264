#include "actors/load/result_feed.hpp"

#include "actors/actor_end.hpp"
#include "actors/pool/pool_failures.hpp"

#include <caf/actor_cast.hpp>
#include <caf/send.hpp>

#include <algorithm>
#include <memory>
#include <utility>

namespace avatar {
namespace {

/// A sink says so often that it has done with what it got.
constexpr std::uint64_t between_flushes = 1'000;

/// Some 50 MB of results that wait.
constexpr std::uint64_t most_behind = 100'000;

constexpr auto flush_limit = std::chrono::seconds(10);

} // namespace

result_feed_actor::behavior_type
result_feed(result_feed_actor::stateful_pointer<result_feed_state> self,
            std::vector<named_result_sink> sinks) {
    name_exceptions(self);
    return self->state.start(std::move(sinks));
}

result_feed_actor::behavior_type result_feed_state::start(std::vector<named_result_sink> sinks) {
    for (auto& each : sinks) {
        self_->monitor(each.results);
        sinks_.push_back({std::move(each)});
    }
    self_->set_down_handler([this](const caf::down_msg& down) {
        const auto ended = std::ranges::find(sinks_, down.source,
                                             [](const sink& s) { return s.to.results.address(); });
        if (ended != sinks_.end())
            fail(ended->to, describe_end(down.reason));
    });
    return {
        [this](const audio_result& result) { on_result(result); },
        [this](flush_results) { return on_flush(); },
        [this](const animation_frames& some) { return on_frames(some); },
        [this](flush_overdue) { on_flush_overdue(); },
    };
}

result_feed_state::~result_feed_state() {
    for (const auto& each : sinks_)
        caf::anon_send_exit(each.to.results, caf::exit_reason::user_shutdown);
}

void result_feed_state::on_result(const audio_result& result) {
    ++sent_;
    for (std::size_t i = 0; i < sinks_.size(); ++i) {
        auto& to = sinks_[i];
        self_->send(to.to.results, result);
        if (sent_ - to.taken > most_behind)
            return fail(to.to, "it is " + std::to_string(most_behind) + " results behind");
        if (sent_ % between_flushes == 0 && !to.asked_until)
            ask_to_flush(i);
    }
}

void result_feed_state::ask_to_flush(std::size_t which) {
    sinks_[which].asked_until = sent_;
    self_->request(sinks_[which].to.results, caf::infinite, flush_results{})
        .then([this, which](results_flushed) { on_flushed(which); },
              [this, which](const caf::error& why) {
                  if (why != caf::sec::request_receiver_down) // Its monitor says why.
                      fail(sinks_[which].to, describe_end(why));
              });
}

void result_feed_state::on_flushed(std::size_t which) {
    auto& done = sinks_[which];
    done.taken = *std::exchange(done.asked_until, std::nullopt);
    if (!flushing_)
        return;
    if (done.last_flush_due) // That one was asked before the end.
        ask_for_last_flush(which);
    else
        deliver_if_all_flushed();
}

result_feed_state::flushed_promise result_feed_state::on_flush() {
    auto promise = self_->make_response_promise<results_flushed>();
    flushing_ = promise;
    for (std::size_t i = 0; i < sinks_.size(); ++i) {
        sinks_[i].last_flush_due = true;
        if (!sinks_[i].asked_until)
            ask_for_last_flush(i);
    }
    deliver_if_all_flushed(); // Without sinks.
    self_->delayed_send(self_, flush_limit, flush_overdue{});
    return promise;
}

void result_feed_state::ask_for_last_flush(std::size_t which) {
    sinks_[which].last_flush_due = false;
    ask_to_flush(which);
}

void result_feed_state::on_flush_overdue() {
    const auto late =
        std::ranges::find_if(sinks_, [](const sink& s) { return s.asked_until.has_value(); });
    if (flushing_ && late != sinks_.end())
        fail(late->to, "it has not flushed its results within 10s");
}

void result_feed_state::deliver_if_all_flushed() {
    const auto done = [](const sink& s) { return !s.asked_until && !s.last_flush_due; };
    if (flushing_ && std::ranges::all_of(sinks_, done))
        std::exchange(flushing_, std::nullopt)->deliver(results_flushed{});
}

/// There is credit for more when all of those that take frames have granted it.
result_feed_state::credit_promise result_feed_state::on_frames(const animation_frames& some) {
    auto promise = self_->make_response_promise<frame_credit>();
    const frame_credit used{some.frames.size(), some.frames.bytes().size()};
    auto owing = std::make_shared<std::size_t>(0);
    for (const auto& each : sinks_) {
        if (!each.to.frames)
            continue;
        ++*owing;
        self_->request(each.to.frames, caf::infinite, some)
            .then(
                [promise, owing, used](const frame_credit&) mutable {
                    if (--*owing == 0)
                        promise.deliver(used);
                },
                [](const caf::error&) {}); // Its end is noticed.
    }
    return promise;
}

void result_feed_state::fail(const named_result_sink& which, const std::string& why) {
    self_->quit(caf::make_error(caf::sec::runtime_error,
                                describe(extension_has_failed("result sink", which.name, why))));
}

} // namespace avatar
