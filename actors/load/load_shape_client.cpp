#include "actors/load/load_shape_client.hpp"

#include "actors/actor_end.hpp"
#include "actors/pool/pool_failures.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

namespace avatar {
namespace {

/// For an answer.
constexpr auto answer_limit = std::chrono::seconds(10);

/// A start that may be answered.
constexpr auto longest_round = std::chrono::hours(366 * 24);

} // namespace

load_shape_client::load_shape_client(self_pointer self, const round_driver_plan& plan,
                                     load_shape_listener& listener)
    : self_(self),
      listener_(listener),
      shape_(plan.shape),
      name_(plan.shape_name),
      max_requests_(plan.max_requests) {}

void load_shape_client::watch() {
    self_->monitor(shape_);
}

void load_shape_client::begin_round(std::uint64_t number) {
    question_ = {};
    question_.round = number;
    ask();
}

void load_shape_client::ask() {
    asked_ = now();
    if (!timed_)
        time_answer();
    self_->request(shape_, caf::infinite, question_)
        .then([this](const start_time& next) { on_answer(next); },
              [this](const caf::error& why) {
                  if (why != caf::sec::request_receiver_down) // Its monitor says why.
                      fail(describe_end(why));
              });
}

void load_shape_client::on_answer(const start_time& next) {
    asked_.reset();
    if (next.none)
        return listener_.on_no_start();
    if (next.after < nanoseconds(0) || next.after > longest_round)
        return fail("it answered a start " + std::to_string(next.after.count()) +
                    " ns after the round's: expected from 0 to a year");
    if (question_.request >= max_requests_)
        return fail("it asks for more than " + std::to_string(max_requests_) +
                    " requests in a round");
    ++question_.request;
    question_.previous = std::max(question_.previous, next.after);
    listener_.on_next_start(question_.previous);
}

void load_shape_client::time_answer() {
    timed_ = true;
    self_->delayed_send(self_, *asked_ + answer_limit - now(), shape_overdue{});
}

/// A delayed message cannot be cancelled: one that comes early comes again.
void load_shape_client::on_overdue() {
    timed_ = false;
    if (!asked_)
        return;
    if (*asked_ + answer_limit <= now())
        return fail("it has not answered within 10s");
    time_answer();
}

void load_shape_client::on_down(const caf::error& reason) {
    fail(describe_end(reason));
}

void load_shape_client::fail(const std::string& why) {
    listener_.on_shape_failed(extension_has_failed("load shape", name_, why));
}

} // namespace avatar
