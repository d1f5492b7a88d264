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
    state.start(key, std::move(owner), make_channel);
    // CAF tries them in this order: what comes with every request stands first.
    return {
        [&](audio_request& request) { return state.on_request(request); },
        [&](exchange_finished& event) {
            state.contain([&] { state.on_exchange_finished(event); });
        },
        [&](give_up_request& message) { state.contain([&] { state.on_give_up(message); }); },
        [&](check_session) { state.contain([&] { state.on_check(); }); },
        [&](close_session message) { state.contain([&] { state.on_close(message.why); }); },
        [&](channel_opened& event) { state.contain([&] { state.on_channel_opened(event); }); },
        [&](channel_alive) { state.contain([&] { state.on_channel_alive(); }); },
        [&](channel_closed& event) { state.contain([&] { state.on_channel_closed(event); }); },
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
    contain([&] {
        channel_ = make(std::move(sink));
        channel_->open();
    });
}

// -- from the pool ---------------------------------------------------------------

session_state::result_promise session_state::on_request(audio_request& request) {
    auto promise = self_->make_response_promise<audio_result>();
    in_flight_ = {promise, std::move(request), self_->clock().now()};
    if (phase_ == phase::idle)
        contain([this] { send(); });
    else // The connection died while the request was on its way here.
        hand_back(lost_before_sending(), /*accepted=*/false);
    return promise;
}

void session_state::send() {
    phase_ = phase::busy;
    channel_->send(in_flight_.request.request_id, in_flight_.request.audio);
}

void session_state::on_give_up(give_up_request& message) {
    if (phase_ != phase::busy || message.request_id != in_flight_.request.request_id)
        return;
    phase_ = phase::late;
    if (message.await_service)
        channel_->abandon();
    else
        channel_->interrupt();
    self_->send(owner_, request_given_up{key_, message.failure.code});
    auto result = result_in_flight();
    result.failure = std::move(message.failure);
    result.failure.request_id = result.request_id;
    result.failure.connection_id = connection_id_;
    answer(std::move(result));
}

void session_state::on_check() {
    if (phase_ != phase::idle)
        return;
    phase_ = phase::checking;
    channel_->check();
}

void session_state::on_close(leave why) {
    if (phase_ != phase::closed)
        channel_->close(why);
}

// -- from the channel --------------------------------------------------------------

void session_state::on_channel_opened(channel_opened& event) {
    connection_id_ = std::move(event.connection_id);
    phase_ = phase::idle;
    self_->send(owner_, session_opened{key_, connection_id_});
}

void session_state::on_exchange_finished(exchange_finished& event) {
    const bool awaited = phase_ == phase::busy;
    late_frames_ += event.late_frames;
    // The end of a former request is no news, least of all of the one in flight.
    if ((!awaited && phase_ != phase::late) ||
        (awaited && event.request_id != in_flight_.request.request_id))
        return;
    // The owner hears first: who gets the answer and asks at once for another
    // session finds this one idle, and the request counted.
    become_idle(awaited, event.failure.code);
    if (!awaited)
        return;
    auto result = result_in_flight();
    result.failure = std::move(event.failure);
    result.frames = event.frames;
    result.bytes = event.bytes;
    result.served = event.duration;
    result.first_frame = event.first_frame;
    result.first_frame_after_last = event.first_frame_after_last;
    answer(std::move(result));
}

void session_state::on_channel_alive() {
    if (phase_ == phase::checking)
        become_idle(/*answered=*/false, protocol::failure_code::none);
}

void session_state::become_idle(bool answered, protocol::failure_code outcome) {
    phase_ = phase::idle;
    self_->send(owner_, session_idle{key_, answered, outcome, std::exchange(late_frames_, 0)});
}

void session_state::on_channel_closed(channel_closed& event) {
    if (phase_ == phase::closed)
        return;
    phase_ = phase::closed;
    if (event.failure)
        spdlog::info("slot {}: connection ended: {}", key_.slot, describe(event.failure));
    hand_back(event.failure ? event.failure : connection_was_closed(), event.request_accepted);
    self_->send(owner_,
                session_closed{key_, std::move(event.failure), late_frames_ + event.late_frames});
    // No quit: a request may have crossed with this message, and goes back to the
    // owner too. The actor ends when its owner lets go of it.
}

// -- when the session's own code fails ----------------------------------------------

template <class Step>
void session_state::contain(Step step) {
    try {
        step();
    } catch (const std::exception& e) {
        crash(e.what());
    } catch (...) {
        crash("an exception of a type of its own");
    }
}

void session_state::crash(const char* what) {
    if (phase_ == phase::closed)
        return;
    phase_ = phase::closed;
    channel_.reset(); // Closes it; its last words are no news any more.
    hand_back(session_actor_failed(what), /*accepted=*/true);
    self_->send(owner_,
                session_closed{key_, session_actor_failed(what), late_frames_, /*crashed=*/true});
}

session_state::~session_state() {
    if (!in_flight_.promise.pending())
        return;
    auto result = result_in_flight();
    result.failure = session_actor_failed("it was ended from outside");
    answer(std::move(result));
}

// -- answers -----------------------------------------------------------------------

/// The request in flight, if any, goes to another session or is answered by the
/// pool.
void session_state::hand_back(protocol::failure why, bool accepted) {
    if (!in_flight_.promise.pending())
        return;
    auto [promise, request, started] = std::exchange(in_flight_, {});
    request.spent += self_->clock().now() - started;
    why.request_id = request.request_id;
    why.connection_id = connection_id_;
    promise.delegate(owner_, returned_request{key_, std::move(request), std::move(why), accepted});
}

audio_result session_state::result_in_flight() const {
    const auto& request = in_flight_.request;
    audio_result result;
    result.request_id = request.request_id;
    result.connection_id = connection_id_;
    result.streamed = request.audio.streamed();
    result.waited = request.waited;
    result.duration = request.waited + request.spent + (self_->clock().now() - in_flight_.started);
    return result;
}

void session_state::answer(audio_result result) {
    in_flight_.promise.deliver(std::move(result));
    in_flight_ = {};
}

} // namespace avatar
