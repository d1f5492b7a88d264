#include "tests/soak/caller.hpp"

#include "protocol/request_id.hpp"

#include <utility>

namespace avatar::soak {
namespace {

using std::chrono::steady_clock;

/// A second result that is as late as this is not seen any more.
constexpr auto remembered = std::chrono::seconds(20);

/// Of a request whose audio is spoken.
constexpr int pieces_spoken = 5;

} // namespace

caf::behavior caller(caf::stateful_actor<caller_state>* self, call_plan plan) {
    auto& state = self->state;
    state.start(self, std::move(plan));
    return {
        [&](tick_atom) { state.on_tick(); },
        [&](const audio_result& result) { state.on_result(result); },
        [&](const animation_frames& some) { return state.on_frames(some); },
        [&](const next_audio& asked) { return state.on_next_audio(asked); },
        [&](stop_atom) { state.stop(); },
        [&](count_atom) { return state.counts; },
    };
}

void caller_state::start(caf::event_based_actor* pointer, call_plan with) {
    self = pointer;
    plan = std::move(with);
    self->send(self, tick_atom::value);
}

void caller_state::on_tick() {
    forget_old();
    if (stopped_)
        return lease_.reset();
    for (std::size_t i = 0; i < plan.burst; ++i) {
        audio_request request;
        request.request_id = protocol::make_request_id();
        request.audio = plan.audio;
        send(std::move(request));
    }
    if (random_() % 50 == 0) // Some change their mind.
        self->send(plan.pool, interrupt_request{last_id_});
    if (plan.acquires && !lease_ && leased_request_.empty() && random_() % 50 == 0)
        acquire();
    self->delayed_send(self, plan.interval, tick_atom::value);
}

void caller_state::send(audio_request request) {
    last_id_ = request.request_id;
    auto& sent = requests_[request.request_id];
    if (random_() % 3 == 0) {
        request.sink = caf::actor_cast<frame_sink_actor>(self);
        request.window = {3, 64 * 1024}; // Fewer than there are: all of them need credit.
        sent.has_sink = true;
        ++counts.with_sink;
    }
    if (random_() % 4 == 0) {
        request.audio = {};
        request.source = caf::actor_cast<audio_source_actor>(self);
        ++counts.spoken;
    }
    ++counts.sent;
    ++counts.open;
    self->send(plan.pool, std::move(request));
}

void caller_state::on_result(const audio_result& result) {
    const auto known = requests_.find(result.request_id);
    if (known == requests_.end()) {
        ++counts.unknown;
        return;
    }
    auto& request = known->second;
    if (std::exchange(request.has_result, true)) {
        ++counts.twice;
        return;
    }
    if (request.has_sink && result.ok() && request.frames != result.frames)
        ++counts.sink_missed;
    --counts.open;
    if (result.ok())
        ++counts.succeeded;
    else
        ++counts.failed[result.failure.code];
    if (result.frames > plan.frames->of(result.request_id))
        ++counts.wrong_frames;
    ended_.push_back({result.request_id, steady_clock::now()});
    if (result.request_id == leased_request_)
        use_lease();
}

// -- frames and audio ----------------------------------------------------------------

/// Some never grant any further credit.
caf::result<frame_credit> caller_state::on_frames(const animation_frames& some) {
    const auto known = requests_.find(some.request_id);
    if (known == requests_.end() || known->second.has_result)
        ++counts.late_frames;
    else
        known->second.frames += some.frames.size();
    if (random_() % 2000 == 0)
        return self->make_response_promise<frame_credit>();
    return frame_credit{some.frames.size(), some.frames.bytes().size()};
}

/// Some never answer, some fail.
caf::result<audio_piece> caller_state::on_next_audio(const next_audio& asked) {
    const auto luck = random_() % 2000;
    if (luck == 0)
        return self->make_response_promise<audio_piece>();
    if (luck == 1)
        return caf::make_error(caf::sec::runtime_error, "the speaker has lost its voice");
    const auto known = requests_.find(asked.request_id);
    if (known == requests_.end())
        return audio_piece{{}, true};
    const auto size = plan.audio.size() / pieces_spoken;
    return audio_piece{std::string(plan.audio.bytes().substr(0, size)),
                       ++known->second.said == pieces_spoken};
}

// -- a session to itself -------------------------------------------------------------

void caller_state::acquire() {
    leased_request_ = "acquiring";
    with_session(
        self, plan.pool, "the soak's caller",
        [this](session_lease lease) {
            ++counts.leases;
            lease_uses_ = 4;
            lease_.emplace(std::move(lease));
            use_lease();
        },
        [this](const protocol::failure&) { leased_request_.clear(); });
}

/// One request after the other. One time in four the lease is then kept until the
/// pool revokes it.
void caller_state::use_lease() {
    leased_request_.clear();
    if (!lease_ || stopped_)
        return lease_.reset();
    const bool done = --lease_uses_ <= 0 && random_() % 4 != 0;
    if (done || lease_uses_ < -400)
        return lease_.reset();
    auto request = lease_->request(plan.audio);
    leased_request_ = request.request_id;
    send(std::move(request));
}

void caller_state::forget_old() {
    while (!ended_.empty() && ended_.front().when + remembered < steady_clock::now()) {
        requests_.erase(ended_.front().request_id);
        plan.frames->forget(ended_.front().request_id);
        ended_.pop_front();
    }
}

} // namespace avatar::soak
