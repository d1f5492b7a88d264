#include "actors/session.hpp"

#include "actors/pool_failures.hpp"

#include <caf/send.hpp>
#include <spdlog/spdlog.h>

#include <utility>

namespace avatar {

session_actor::behavior_type session(session_actor::stateful_pointer<session_state> self,
                                     session_key key, session_owner_actor owner,
                                     transport::channel_factory make_channel) {
    auto& state = self->state;
    // CAF 0.17 leaves a promise unanswered when its actor throws.
    self->set_exception_handler([self](std::exception_ptr& thrown) -> caf::error {
        self->state.fail_request(session_actor_failed());
        return caf::scheduled_actor::default_exception_handler(self, thrown);
    });
    state.start(key, std::move(owner), make_channel);
    return {
        [&](audio_request& request) { return state.on_request(request); },
        [&](give_up_request& message) { state.on_give_up(message); },
        [&](close_session) { state.on_close(); },
        [&](channel_opened& event) { state.on_channel_opened(event); },
        [&](exchange_finished& event) { state.on_exchange_finished(event); },
        [&](channel_closed& event) { state.on_channel_closed(event); },
    };
}

void session_state::start(session_key key, session_owner_actor owner,
                          const transport::channel_factory& make) {
    key_ = key;
    owner_ = std::move(owner);
    // The seam between sockets and actor: events come from an I/O thread and go
    // on as messages. The channel lets go of its sink after `channel_closed`.
    auto sink = [handle = session_actor(self_)](channel_event event) {
        std::visit([&](auto& e) { caf::anon_send(handle, std::move(e)); }, event);
    };
    channel_ = make(std::move(sink));
    channel_->open();
}

session_state::result_promise session_state::on_request(audio_request& request) {
    auto promise = self_->make_response_promise<audio_result>();
    request_ = {promise, std::move(request.request_id), request.audio.streamed(), request.waited,
                self_->clock().now()};
    if (phase_ != phase::idle) {
        // The connection died while the request was on its way here.
        protocol::failure why;
        why.code = protocol::failure_code::connection_closed;
        why.phase = protocol::failure_phase::websocket_send;
        why.detail = "the connection was lost before the request could be sent";
        fail_request(std::move(why));
        return promise;
    }
    phase_ = phase::busy;
    channel_->send(request_.request_id, std::move(request.audio));
    return promise;
}

void session_state::on_give_up(give_up_request& message) {
    if (phase_ != phase::busy || message.request_id != request_.request_id)
        return;
    phase_ = phase::late;
    if (message.await_service)
        channel_->abandon();
    else
        channel_->interrupt();
    fail_request(std::move(message.failure));
}

void session_state::on_close() {
    channel_->close();
}

void session_state::on_channel_opened(channel_opened& event) {
    connection_id_ = std::move(event.connection_id);
    phase_ = phase::idle;
    self_->send(owner_, session_opened{key_, connection_id_});
}

void session_state::on_exchange_finished(exchange_finished& event) {
    const bool awaited = phase_ == phase::busy;
    if (awaited && event.request_id != request_.request_id)
        return; // The end of a former request is no news, least of all of this one.
    phase_ = phase::idle;
    // The owner hears first: who gets the answer and asks at once for another
    // session finds this one idle.
    self_->send(owner_, session_idle{key_, event.late_frames});
    if (awaited) {
        auto result = result_in_flight();
        result.failure = std::move(event.failure);
        result.frames = event.frames;
        result.bytes = event.bytes;
        result.first_frame = event.first_frame;
        result.first_frame_after_last = event.first_frame_after_last;
        answer(std::move(result));
    }
}

void session_state::on_channel_closed(channel_closed& event) {
    phase_ = phase::closed;
    if (event.failure)
        spdlog::info("slot {}: connection ended: {}", key_.slot, describe(event.failure));
    auto why = event.failure;
    if (!why) {
        why.code = protocol::failure_code::request_cancelled;
        why.detail = "the connection was closed";
    }
    fail_request(std::move(why));
    self_->send(owner_, session_closed{key_, std::move(event.failure), event.late_frames});
    // No quit: a request may have crossed with this message, and is owed its
    // answer. The actor ends when its owner lets go of it.
}

void session_state::fail_request(protocol::failure why) {
    if (!request_.promise.pending())
        return;
    auto result = result_in_flight();
    result.failure = std::move(why);
    result.failure.request_id = result.request_id;
    result.failure.connection_id = connection_id_;
    answer(std::move(result));
}

audio_result session_state::result_in_flight() const {
    audio_result result;
    result.request_id = request_.request_id;
    result.connection_id = connection_id_;
    result.streamed = request_.streamed;
    result.waited = request_.waited;
    result.duration = request_.waited + (self_->clock().now() - request_.started);
    return result;
}

void session_state::answer(audio_result result) {
    request_.promise.deliver(std::move(result));
    request_ = {};
}

} // namespace avatar
