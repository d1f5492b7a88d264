#include "actors/cluster/requests/request_share.hpp"

#include "actors/actor_end.hpp"
#include "actors/cluster/requests/frame_parts.hpp"
#include "actors/cluster/shares/clip_packing.hpp"
#include "actors/pool/pool_failures.hpp"

#include <algorithm>
#include <string>
#include <utility>

namespace avatar {
namespace {

/// A piece of spoken audio of more than a minute is a mistake.
constexpr std::size_t longest_piece = 16 * 1024 * 1024;

} // namespace

request_share_control::behavior_type
request_share(request_share_control::stateful_pointer<request_share_state> self, share_plan plan) {
    auto& state = self->state;
    name_exceptions(self);
    ignore_errors_of_others(self);
    state.start(std::move(plan));
    auto& pool = state.pool();
    self->set_down_handler([&](const caf::down_msg& message) { pool.on_down(message); });
    // CAF tries them in this order: what comes with every request stands first.
    return {
        [&](remote_request& request) { state.on_request(request); },
        [&](audio_result& result) { state.on_result(result); },
        [&](const animation_frames& some) { return state.on_frames(some); },
        [&](const remote_credit& answer) { state.on_credit(answer); },
        [&](const next_audio& asked) { return state.on_audio_wanted(asked); },
        [&](remote_audio& answer) { state.on_audio(answer); },
        [&](remote_clip_part& part) { state.on_clip_part(part); },
        [&](const drop_remote_clip& which) { state.on_drop_clip(which); },
        [&](const interrupt_remote& which) { state.on_interrupt(which); },
        [&](acquire_remote& question) { state.on_acquire(question); },
        [&](const release_session& lease) { state.on_release(lease); },
        [&](get_share_progress) { state.on_progress_asked(); },
        [&](get_share_status) { pool.tell_status(); },
        [&](stop_share) { state.on_stop(); },
        [&](close_share) { pool.close(); },
        [&](connection_tried& event) { pool.on_connection_tried(event); },
        [&](drain_pool) { state.on_drain(); },
        [&](share_due due) { pool.on_due(due); },
        [](const clip_part&) {},
        [](const begin_round&) {},
    };
}

void request_share_state::start(share_plan plan) {
    const auto format = plan.order.format;
    pool_.emplace(self_, std::move(plan));
    pool_->make(format);
    self_->request(pool_->pool(), caf::infinite, watch_pool{})
        .then([this](const pool_failed& reason) { pool_->end_by(describe(reason.failure)); },
              [](const caf::error&) {}); // Its monitor says why.
    pool_->open();
}

request_share_state::open_request* request_share_state::find(std::uint64_t number) {
    const auto id = ids_.find(number);
    return id == ids_.end() ? nullptr : &requests_.at(id->second);
}

// -- clips -----------------------------------------------------------------------------

void request_share_state::on_clip_part(remote_clip_part& part) {
    auto& kept = clips_[part.clip];
    if (part.bytes > most_clip_bytes || part.part.empty() ||
        part.part.size() > part.bytes - std::min(part.bytes, kept.parts.size()) ||
        clip_bytes_ + part.part.size() > most_clip_bytes)
        return pool_->end_by("more bytes of clips than were told or may be kept");
    clip_bytes_ += part.part.size();
    kept.bytes += part.part.size();
    kept.parts += part.part;
    if (kept.parts.size() == part.bytes)
        kept.clip = unpack_clip(self_->system(), std::exchange(kept.parts, {}));
}

void request_share_state::on_drop_clip(const drop_remote_clip& which) {
    const auto kept = clips_.find(which.clip);
    if (kept == clips_.end())
        return;
    clip_bytes_ -= kept->second.bytes;
    clips_.erase(kept);
}

// -- requests --------------------------------------------------------------------------

void request_share_state::on_request(remote_request& request) {
    using enum protocol::failure_code;
    if (draining_ || pool_->closing())
        return refuse(request, pool_failure(node_lost, "its worker is stopping"));
    if (ids_.size() >= most_remote_requests)
        return refuse(request, pool_failure(node_busy, "too many requests are under way there"));
    if (ids_.contains(request.number) || requests_.contains(request.request_id))
        return refuse(request, pool_failure(invalid_request, "its number or id is under way"));
    audio_request passed;
    if (request.clip == 0)
        passed.audio = std::move(request.audio);
    else if (const auto kept = clips_.find(request.clip); kept != clips_.end())
        passed.audio = kept->second.clip;
    else
        return refuse(request, pool_failure(invalid_request, "its clip has not come"));
    passed.request_id = request.request_id;
    passed.lease = request.lease;
    passed.spent = request.spent;
    passed.window = request.window;
    if (request.has_sink)
        passed.sink = caf::actor_cast<frame_sink_actor>(self_);
    if (request.has_source)
        passed.source = caf::actor_cast<audio_source_actor>(self_);
    ids_.emplace(request.number, request.request_id);
    requests_[request.request_id].number = request.number;
    // Not as a CAF request: CAF looks through all open ones at each answer.
    self_->send(pool_->pool(), std::move(passed));
}

void request_share_state::refuse(const remote_request& request, protocol::failure why) {
    remote_result answer{pool_->order().share, request.number, {}};
    answer.result.request_id = request.request_id;
    answer.result.failure = std::move(why);
    tell(std::move(answer));
}

void request_share_state::tell(remote_result answer) {
    self_->send(caf::actor_cast<request_share_owner_actor>(pool_->owner()), std::move(answer));
}

void request_share_state::on_result(audio_result& result) {
    auto known = requests_.extract(result.request_id);
    if (!known)
        return;
    auto& ended = known.mapped();
    // It waited for a session when this node was told to stop: others can begin it.
    if (draining_ && result.failure.code == protocol::failure_code::request_cancelled &&
        result.connection_id.empty())
        result.failure = pool_failure(protocol::failure_code::node_lost, "its worker is stopping");
    // Sessions wait for an answer to all that they ask.
    for (auto& each : ended.owed)
        each.promise.deliver(frame_credit{});
    if (ended.wants)
        ended.wanted.deliver(audio_piece{{}, true});
    ids_.erase(ended.number);
    if (ended.instead && !result.ok())
        result.failure = std::move(ended.instead);
    tell({pool_->order().share, ended.number, std::move(result)});
    close_if_drained();
}

void request_share_state::on_interrupt(const interrupt_remote& which) {
    if (const auto id = ids_.find(which.number); id != ids_.end())
        self_->send(pool_->pool(), interrupt_request{id->second});
}

// -- frames and audio ------------------------------------------------------------------

request_share_state::credit_promise request_share_state::on_frames(const animation_frames& some) {
    auto promise = self_->make_response_promise<frame_credit>();
    const auto known = requests_.find(some.request_id);
    if (known == requests_.end()) {
        promise.deliver(frame_credit{});
        return promise;
    }
    auto& request = known->second;
    const auto parts = parts_of(some.frames, longest_remote_part);
    if (parts.empty()) {
        promise.deliver(frame_credit{});
        return promise;
    }
    const auto longest =
        std::ranges::max(parts, {}, [](const frame_batch& part) { return part.bytes().size(); })
            .bytes()
            .size();
    if (longest > largest_remote_frame) {
        request.instead =
            pool_failure(protocol::failure_code::protocol_error,
                         "a frame of " + std::to_string(longest) + " bytes cannot cross nodes");
        self_->send(pool_->pool(), interrupt_request{some.request_id});
        promise.deliver(frame_credit{});
        return promise;
    }
    request.owed.push_back({promise, parts.size(), {}});
    for (const auto& part : parts)
        self_->send(caf::actor_cast<request_share_owner_actor>(pool_->owner()),
                    remote_frames{pool_->order().share, request.number, part});
    return promise;
}

/// Answers come in the order of what they answer.
void request_share_state::on_credit(const remote_credit& answer) {
    auto* request = find(answer.number);
    if (!request || request->owed.empty())
        return;
    auto& first = request->owed.front();
    first.credit.frames += answer.credit.frames;
    first.credit.bytes += answer.credit.bytes;
    if (--first.parts > 0)
        return;
    auto done = std::move(first);
    request->owed.pop_front();
    done.promise.deliver(done.credit);
}

request_share_state::piece_promise request_share_state::on_audio_wanted(const next_audio& asked) {
    auto promise = self_->make_response_promise<audio_piece>();
    const auto known = requests_.find(asked.request_id);
    if (known == requests_.end() || known->second.wants) {
        promise.deliver(audio_piece{{}, true});
        return promise;
    }
    auto& request = known->second;
    request.wanted = promise;
    request.wants = true;
    self_->send(caf::actor_cast<request_share_owner_actor>(pool_->owner()),
                remote_audio_wanted{pool_->order().share, request.number, asked.first});
    return promise;
}

void request_share_state::on_audio(remote_audio& answer) {
    auto* request = find(answer.number);
    if (!request || !request->wants)
        return;
    request->piece += answer.part;
    if (answer.failed.empty() && !answer.whole && request->piece.size() <= longest_piece)
        return;
    request->wants = false;
    auto piece = std::exchange(request->piece, {});
    if (!answer.failed.empty())
        request->wanted.deliver(caf::make_error(caf::sec::runtime_error, answer.failed));
    else if (piece.size() > longest_piece)
        request->wanted.deliver(
            caf::make_error(caf::sec::runtime_error, std::string("a piece of more than 16 MiB")));
    else
        request->wanted.deliver(audio_piece{std::move(piece), answer.last});
}

// -- leases ----------------------------------------------------------------------------

void request_share_state::on_acquire(acquire_remote& question) {
    const auto tell = [this, number = question.number](lease_granted granted) {
        --questions_;
        self_->send(caf::actor_cast<request_share_owner_actor>(pool_->owner()),
                    remote_lease{pool_->order().share, number, std::move(granted)});
        close_if_drained();
    };
    ++questions_;
    self_->request(pool_->pool(), caf::infinite, std::move(question.question))
        .then([tell](lease_granted& granted) { tell(std::move(granted)); },
              [tell](const caf::error&) {
                  lease_granted none;
                  none.failure = pool_has_ended();
                  tell(std::move(none));
              });
}

void request_share_state::on_release(const release_session& lease) {
    self_->send(pool_->pool(), lease);
}

// -- the share -------------------------------------------------------------------------

void request_share_state::on_progress_asked() {
    pool_->note_asked();
    if (pool_->closing())
        return;
    self_->request(pool_->pool(), caf::infinite, get_pool_status{})
        .then(
            [this](const pool_status& status) {
                share_progress progress;
                progress.share = pool_->order().share;
                // A node that stops is to get no further requests.
                progress.connected = draining_ ? 0 : status.connected;
                progress.available = draining_ ? 0 : status.available;
                self_->send(pool_->owner(), std::move(progress));
            },
            [](const caf::error&) {});
}

void request_share_state::on_stop() {
    self_->send(pool_->pool(), drain_pool{});
}

/// The node ends: what runs may end, and no coordinator closes this share then.
void request_share_state::on_drain() {
    draining_ = true;
    on_progress_asked();
    on_stop();
    close_if_drained();
}

void request_share_state::close_if_drained() {
    if (draining_ && requests_.empty() && questions_ == 0)
        pool_->close();
}

} // namespace avatar
