#include "actors/pool/session.hpp"

#include "actors/actor_end.hpp"
#include "actors/pool/pass_on.hpp"
#include "actors/pool/pool_failures.hpp"
#include "transport/logger.hpp"

#include <caf/send.hpp>
#include <spdlog/spdlog.h>

#include <exception>
#include <stdexcept>
#include <utility>

namespace avatar {

session_actor::behavior_type session(session_actor::stateful_pointer<session_state> self,
                                     session_key key, session_owner_actor owner,
                                     const transport::channel_factory& make_channel) {
    self->monitor(owner);
    self->set_down_handler([self](const caf::down_msg&) {
        self->state.contain([&] { self->state.on_owner_ended(); });
    });
    return pool_session(self, key, std::move(owner), make_channel);
}

session_actor::behavior_type pool_session(session_actor::stateful_pointer<session_state> self,
                                          session_key key, session_owner_actor owner,
                                          const transport::channel_factory& make_channel) {
    self->state.start(key, std::move(owner), make_channel);
    return self->state.behavior();
}

session_actor::behavior_type extended_session(session_actor::stateful_pointer<session_state> self,
                                              const session_function& behavior, session_key key,
                                              session_owner_actor owner,
                                              const transport::channel_factory& make_channel) {
    name_exceptions(self);
    try {
        return behavior(self, key, std::move(owner), make_channel);
    } catch (...) {
        self->quit(reason_of(std::current_exception()));
        return self->state.behavior();
    }
}

session_actor::behavior_type session_state::behavior() {
    // CAF tries them in this order: what comes with every request stands first.
    return {
        [this](assigned_request& assigned) { return on_request(assigned); },
        [this](exchange_finished& event) { contain([&] { on_exchange_finished(event); }); },
        [this](cancel_request& message) { contain([&] { on_cancel(message); }); },
        [this](const source_ended& message) { contain([&] { on_source_ended(message); }); },
        [this](check_session) { contain([&] { on_check(); }); },
        [this](close_session message) { contain([&] { on_close(message.why); }); },
        [this](owner_ended) { contain([&] { on_owner_ended(); }); },
        [this](animation_frames& frames) { contain([&] { on_frames(frames); }); },
        [this](const reading_paused& event) { contain([&] { on_reading_paused(event); }); },
        [this](const audio_wanted& event) { contain([&] { on_audio_wanted(event); }); },
        [this](channel_opened& event) { contain([&] { on_channel_opened(event); }); },
        [this](channel_alive) { contain([&] { on_channel_alive(); }); },
        [this](channel_closed& event) { contain([&] { on_channel_closed(event); }); },
    };
}

void session_state::start(session_key key, session_owner_actor owner,
                          const transport::channel_factory& make) {
    key_ = key;
    owner_ = std::move(owner);
    // The seam between sockets and actor: events come from an I/O thread and go
    // on as messages. The channel drops its sink after `channel_closed`.
    auto sink = [handle = session_actor(self_)](channel_event event) {
        std::visit([&](auto& e) { caf::anon_send(handle, std::move(e)); }, event);
    };
    contain([&] {
        channel_ = make(std::move(sink));
        if (!channel_)
            throw std::runtime_error("the channel factory made none");
        channel_->open();
    });
}

// -- from the pool ---------------------------------------------------------------

session_state::result_promise session_state::on_request(assigned_request& assigned) {
    auto promise = self_->make_response_promise<audio_result>();
    const auto started = self_->clock().now();
    if (phase_ != session_phase::idle) {
        // The connection died while the request was on its way here.
        requeue({promise, std::move(assigned), started}, lost_before_sending(),
                /*accepted=*/false);
        return promise;
    }
    in_flight_.emplace(promise, std::move(assigned), started, ++requests_);
    contain([this] { send(); });
    return promise;
}

void session_state::send() {
    phase_ = session_phase::busy;
    const auto& request = in_flight_->assigned.request;
    const auto credit = request.sink ? std::optional(request.window) : std::nullopt;
    if (!request.source)
        return channel_->send(request.request_id, request.audio, credit);
    channel_->begin_stream(request.request_id, credit);
    note_pause(in_flight_->awaits_audio, true);
}

bool session_state::is_busy_with(const std::string& request_id) const {
    return phase_ == session_phase::busy && request_id == in_flight_->assigned.request.request_id;
}

void session_state::on_cancel(cancel_request& message) {
    if (is_busy_with(message.request_id))
        cancel(std::move(message.failure), message.await_service);
}

void session_state::cancel(protocol::failure why, bool await_service) {
    phase_ = session_phase::draining;
    if (await_service)
        channel_->abandon();
    else
        channel_->interrupt();
    self_->send(owner_, request_failed{key_, why.code});
    fail(*std::exchange(in_flight_, std::nullopt), std::move(why));
}

void session_state::on_check() {
    if (phase_ != session_phase::idle)
        return;
    phase_ = session_phase::draining;
    checking_ = true;
    channel_->check();
}

void session_state::on_close(close_reason why) {
    if (phase_ != session_phase::closed)
        channel_->close(why);
}

/// Nobody is there any more to take a request back or to close the session.
void session_state::on_owner_ended() {
    owner_ = nullptr;
    if (phase_ == session_phase::closed)
        return;
    phase_ = session_phase::closed;
    if (in_flight_)
        fail(*std::exchange(in_flight_, std::nullopt), pool_has_ended());
    channel_->close(close_reason::going_away);
}

// -- from the channel --------------------------------------------------------------

void session_state::on_channel_opened(channel_opened& event) {
    if (phase_ != session_phase::connecting)
        throw std::runtime_error("its channel opened a second time");
    connection_id_ = std::move(event.connection_id);
    phase_ = session_phase::idle;
    self_->send(owner_, session_opened{key_, connection_id_});
}

/// To the sink of the request, whose answer is the credit for more.
void session_state::on_frames(animation_frames& frames) {
    if (!is_busy_with(frames.request_id))
        return;
    in_flight_->frames_sent += frames.frames.size();
    in_flight_->bytes_sent += frames.frames.bytes().size();
    // No time limit: the channel has one for the time without credit. The owner notices
    // when the sink ends.
    self_->request(in_flight_->assigned.request.sink, caf::infinite, std::move(frames))
        .then(
            [this, number = in_flight_->number](const frame_credit& credit) {
                if (phase_ == session_phase::busy && in_flight_->number == number)
                    contain(
                        [&] { channel_->grant(in_flight_->assigned.request.request_id, credit); });
            },
            [](const caf::error&) {});
}

void session_state::on_reading_paused(const reading_paused& event) {
    if (is_busy_with(event.request_id))
        note_pause(in_flight_->awaits_credit, event.paused);
}

/// One of what the request waits for besides the service.
void session_state::note_pause(bool& awaits, bool now) {
    const auto paused = [this] { return in_flight_->awaits_audio || in_flight_->awaits_credit; };
    const bool before = paused();
    awaits = now;
    if (paused() != before)
        self_->send(owner_, request_paused{key_, paused()});
}

// -- live audio ----------------------------------------------------------------------

/// No time limit: the channel has one, and the owner notices when the source ends.
void session_state::on_audio_wanted(const audio_wanted& event) {
    // A former request of the same id may have wanted some.
    if (!is_busy_with(event.request_id) || std::exchange(in_flight_->asking, true))
        return;
    const auto& request = in_flight_->assigned.request;
    const auto is_current = [this, number = in_flight_->number] {
        return phase_ == session_phase::busy && in_flight_->number == number;
    };
    const bool first = !std::exchange(in_flight_->has_asked, true);
    self_->request(request.source, caf::infinite, next_audio{request.request_id, first})
        .then(
            [this, is_current](audio_piece& piece) {
                if (is_current())
                    contain([&] { on_audio(piece); });
            },
            [this, is_current](const caf::error& why) {
                if (is_current())
                    contain([&] { on_no_audio(why); });
            });
}

void session_state::on_audio(audio_piece& piece) {
    in_flight_->asking = false;
    if (piece.bytes.empty() && !piece.last)
        return cancel(piece_is_empty(), /*await_service=*/false);
    const bool last = piece.last;
    channel_->send_piece(in_flight_->assigned.request.request_id, std::move(piece));
    if (last)
        note_pause(in_flight_->awaits_audio, false);
}

void session_state::on_no_audio(const caf::error& why) {
    // A request that an actor has not read is answered with the reason of its end.
    const bool ended =
        why == caf::sec::request_receiver_down || why.category() == caf::atom("exit");
    cancel(ended ? source_has_ended() : source_has_failed(describe_end(why)),
           /*await_service=*/false);
}

void session_state::on_source_ended(const source_ended& message) {
    if (is_busy_with(message.request_id) && in_flight_->awaits_audio)
        cancel(source_has_ended(), /*await_service=*/false);
}

void session_state::on_exchange_finished(exchange_finished& event) {
    late_frames_ += event.late_frames;
    const bool awaited = is_busy_with(event.request_id);
    const bool cancelled = phase_ == session_phase::draining && !checking_;
    // The end of a former request is no news, least of all of the one in flight.
    if (!awaited && !cancelled)
        return;
    // The owner hears first: who gets the answer and asks at once for another
    // session finds this one idle, and the request counted.
    become_idle(awaited, event.failure.code);
    if (!awaited)
        return;
    auto ended = *std::exchange(in_flight_, std::nullopt);
    auto result = result_of(std::move(ended));
    result.failure = std::move(event.failure);
    result.frames = event.frames;
    result.bytes = event.bytes;
    result.served = event.duration;
    result.first_frame = event.first_frame;
    result.first_frame_after_last = event.first_frame_after_last;
    ended.promise.deliver(std::move(result));
}

void session_state::on_channel_alive() {
    if (phase_ == session_phase::draining && std::exchange(checking_, false))
        become_idle(/*answered=*/false, protocol::failure_code::none);
}

void session_state::become_idle(bool answered, protocol::failure_code outcome) {
    phase_ = session_phase::idle;
    self_->send(owner_, session_idle{key_, answered, outcome, std::exchange(late_frames_, 0)});
}

void session_state::on_channel_closed(channel_closed& event) {
    if (phase_ == session_phase::closed)
        return;
    phase_ = session_phase::closed;
    if (event.failure)
        transport::logger().info("slot [{}]: connection ended: {}", key_.slot,
                                 describe(event.failure));
    requeue_in_flight(event.failure ? event.failure : connection_was_closed(),
                      event.request_accepted, event.silent);
    self_->send(owner_,
                session_closed{key_, std::move(event.failure), late_frames_ + event.late_frames,
                               /*crashed=*/false, event.silent});
    // No quit: a request may have crossed with this message, and goes back to the
    // owner too. The actor ends when its owner drops its handle.
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
    channel_.reset(); // Closes it; its last words are no news any more.
    if (phase_ == session_phase::closed)
        return;
    phase_ = session_phase::closed;
    requeue_in_flight(session_actor_failed(what), /*accepted=*/true);
    self_->send(owner_,
                session_closed{key_, session_actor_failed(what), late_frames_, /*crashed=*/true});
}

session_state::~session_state() {
    if (!in_flight_)
        return;
    const auto why = session_actor_failed(ended_from_outside);
    self_->send(owner_, request_failed{key_, why.code});
    fail(std::move(*in_flight_), why);
}

// -- answers -----------------------------------------------------------------------

void session_state::requeue_in_flight(const protocol::failure& why, bool accepted, bool silent) {
    if (in_flight_)
        requeue(*std::exchange(in_flight_, std::nullopt), why, accepted, silent);
}

/// The request goes to another session or is answered by the pool.
void session_state::requeue(in_flight request, protocol::failure why, bool accepted, bool silent) {
    if (!owner_)
        return fail(std::move(request), pool_has_ended());
    // Another session could not ask for the same audio, and would send the frames again.
    if (request.has_asked || request.frames_sent > 0) {
        self_->send(owner_, request_failed{key_, why.code});
        return fail(std::move(request), std::move(why));
    }
    auto& back = request.assigned;
    back.spent += self_->clock().now() - request.started;
    why.request_id = back.request.request_id;
    why.connection_id = connection_id_;
    pass_on(request.promise, owner_,
            returned_request{key_, std::move(back), std::move(why), accepted, silent});
}

void session_state::fail(in_flight request, protocol::failure why) {
    auto result = result_of(std::move(request));
    result.failure = std::move(why);
    result.failure.request_id = result.request_id;
    result.failure.connection_id = connection_id_;
    request.promise.deliver(std::move(result));
}

audio_result session_state::result_of(in_flight&& ended) const {
    auto& [request, waited, spent, tries] = ended.assigned;
    audio_result result;
    result.request_id = std::move(request.request_id);
    result.connection_id = connection_id_;
    result.streamed = request.streamed();
    result.frames = ended.frames_sent;
    result.bytes = ended.bytes_sent;
    result.waited = waited;
    result.duration = waited + request.spent + spent + (self_->clock().now() - ended.started);
    return result;
}

} // namespace avatar
