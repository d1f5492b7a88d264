#include "transport/avatar_connection.hpp"

#include "config/duration.hpp"
#include "transport/connection_error.hpp"
#include "transport/service_message.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include <stdexcept>
#include <utility>

namespace avatar::transport {
namespace {

namespace asio = boost::asio;
namespace websockets = boost::beast::websocket;
using protocol::failure_code;
using protocol::failure_phase;

constexpr std::size_t first_read = 64; // Bytes.

/// Why a clip does not fit a session that was agreed for that format; nothing: it fits.
std::optional<protocol::failure> misfit(const audio_clip& clip, const clip_format& agreed) {
    const auto& format = clip.format();
    const bool fits =
        format.encoding == agreed.encoding && format.sample_rate == agreed.sample_rate;
    if (fits || clip.size() == 0)
        return std::nullopt;
    protocol::failure why;
    why.code = failure_code::invalid_request;
    why.detail = "the clip is " + describe(format) + ": expected " + describe(agreed) +
                 ", as its connection was opened for";
    return why;
}

} // namespace

avatar_connection::avatar_connection(asio::io_context& io, std::shared_ptr<thread_state> thread,
                                     std::shared_ptr<const connection_settings> settings,
                                     channel_sink sink)
    : io_(io),
      settings_(std::move(settings)),
      sink_(std::move(sink)),
      thread_state_(std::move(thread)),
      opening_(std::make_shared<session_opening>(io, thread_state_, settings_)),
      time_limit_(io.get_executor()),
      secrets_(settings_->channel),
      examination_due_(io),
      health_(settings_->channel.keepalive) {}

// -- the course of a connection ------------------------------------------------

void avatar_connection::open() {
    if (stage_ == stage::closing) // A channel may be closed before it is opened.
        return finish({});
    if (stage_ != stage::made)
        throw std::logic_error("a channel opened twice; expected once");
    stage_ = stage::opening;
    asio::co_spawn(io_, run(shared_from_this()), asio::detached);
}

// Holds itself alive through its argument, which lives in the coroutine frame.
awaitable<void> avatar_connection::run(std::shared_ptr<avatar_connection> self) {
    try {
        auto agreed = co_await opening_->run();
        contain([&] { on_opened(self, std::move(agreed)); });
    } catch (...) {
        finish(failed_step());
    }
}

void avatar_connection::on_opened(std::shared_ptr<avatar_connection>& self, agreed_session agreed) {
    ws_.emplace(std::move(agreed.ws));
    secrets_ = std::move(agreed.secrets);
    connection_id_ = std::move(agreed.connection_id);
    opening_.reset();
    stage_ = stage::open;
    phase_ = failure_phase::websocket_runtime;
    step_ = "reading";
    limit_unconfirmed(connection().socket().native_handle(), 2 * settings_->channel.keepalive);
    examine_after(settings_->channel.keepalive);
    ws_->control_callback([weak = weak_from_this()](websockets::frame_type kind,
                                                    boost::beast::string_view payload) {
        if (const auto self = weak.lock())
            self->contain([&] { self->on_control_frame(kind, {payload.data(), payload.size()}); });
    });
    ws_->next_layer().take_messages(settings_->channel.service.max_message_size, *this);
    sender_.emplace(weak_from_this(), io_, *ws_);
    sink_(channel_opened{connection_id_});
    read_next(self);
}

void avatar_connection::finish(protocol::failure reason) {
    if (stage_ == stage::closing)
        reason = {};
    else if (send_error_)
        reason = why(send_error_);
    end(std::move(reason));
}

/// Even where the connection is closing: a fault of our own is never passed over.
void avatar_connection::on_exception() {
    end(failed_step());
}

void avatar_connection::end(protocol::failure reason) {
    if (std::exchange(stage_, stage::ended) == stage::ended)
        return;
    time_limit_.lift();
    lift(credit_limit_);
    lift(audio_limit_);
    lift(ack_limit_);
    examination_due_.cancel();
    if (sender_)
        sender_->stop();
    cut();
    if (reason) {
        reason.connection_id = connection_id_;
        secrets_.redact(reason);
    }
    // The sink holds the session, which holds this: break the cycle.
    const bool accepted = !exchange_.under_way() || request_accepted();
    const auto sink = std::exchange(sink_, nullptr);
    try {
        if (auto frames = exchange_.take_frames(); !frames.empty()) // Of the same read.
            sink(animation_frames{exchange_.request_id(), std::move(frames)});
        sink(channel_closed{std::move(reason), exchange_.take_late_frames(), accepted,
                            exceeded_ == exceeded_limit::silence ||
                                exceeded_ == exceeded_limit::ack});
    } catch (...) {
        log_current_exception("connection " + connection_id_ + ": its owner, at the last event,");
    }
}

// -- reading --------------------------------------------------------------------

/// Beast's read, during which whole messages go past it (see `message_stream`): it ends
/// with a part of a message in several frames, or with the connection. No coroutine, which
/// would cost each of these parts as much again. `self` goes on from read to read; by
/// reference up to the read, so that it lives while a step that throws is contained.
void avatar_connection::read_next(std::shared_ptr<avatar_connection>& self) {
    // Most sessions never see such a message: no memory for it until it has begun.
    const auto size = buffer_.size() == 0 ? first_read : ws_->read_size_hint(buffer_);
    ws_->async_read_some(
        buffer_.prepare(size),
        [self = std::move(self)](boost::system::error_code ec, std::size_t size) mutable {
            auto& reader = *self;
            reader.contain([&] { reader.on_read(self, ec, size); });
        });
}

void avatar_connection::on_read(std::shared_ptr<avatar_connection>& self,
                                boost::system::error_code ec, std::size_t size) {
    if (stage_ == stage::ended)
        return;
    if (ec)
        return finish(why(ec));
    buffer_.commit(size);
    if (ws_->is_message_done()) {
        const auto data = buffer_.cdata();
        on_message({static_cast<const char*>(data.data()), data.size()}, ws_->got_text());
        tell_frames(exchange_.request_id());
        buffer_.clear();
        buffer_.shrink_to_fit();
    }
    read_next(self);
}

void avatar_connection::on_whole_message(std::string_view bytes) {
    contain([&] { on_message(bytes, /*is_text=*/false); });
}

void avatar_connection::on_messages_read() {
    contain([&] { tell_frames(exchange_.request_id()); });
}

void avatar_connection::on_message(std::string_view bytes, bool is_text) {
    if (stage_ == stage::ended)
        return;
    const auto message = decode_message(bytes, is_text, phase_);
    if (const auto* frame = std::get_if<protocol::response_animation>(&message)) {
        if (auto end = exchange_.on_frame(*frame, bytes))
            end_exchange(std::move(*end));
        else if (exchange_.out_of_credit())
            read_as_credit_allows();
    } else if (const auto* error = std::get_if<protocol::server_error>(&message)) {
        on_server_error(*error);
    } else if (!std::holds_alternative<protocol::unknown_message>(message)) {
        throw connection_error(failure_code::protocol_error, phase_, "unexpected message type");
    } // What a later version of the service may add does no harm.
}

/// An error that names a request ends that request; one that names none ends
/// the session.
void avatar_connection::on_server_error(const protocol::server_error& error) {
    auto reason = failure_of(error, phase_, connection_id_);
    secrets_.redact(reason);
    if (error.req_id.empty())
        throw connection_error(std::move(reason));
    if (auto end = exchange_.on_failure(std::move(reason)))
        end_exchange(std::move(*end));
}

// -- requests -------------------------------------------------------------------

void avatar_connection::send(std::string request_id, audio_clip audio,
                             const std::optional<frame_credit>& credit) {
    if (!takes_call("send"))
        return;
    if (auto why = misfit(audio, settings_->channel.audio)) {
        why->request_id = request_id;
        why->connection_id = connection_id_;
        exchange_.start(std::move(request_id));
        return sink_(exchange_.finish(std::move(*why)));
    }
    if (begin_exchange(std::move(request_id), credit))
        sender_->send(exchange_.request_id(), std::move(audio));
}

void avatar_connection::begin_stream(std::string request_id,
                                     const std::optional<frame_credit>& credit) {
    if (!takes_call("begin_stream") || !begin_exchange(std::move(request_id), credit))
        return;
    sender_->begin(exchange_.request_id());
    want_audio();
}

/// False where the reader is about to meet the end of the connection.
bool avatar_connection::begin_exchange(std::string request_id,
                                       const std::optional<frame_credit>& credit) {
    before_sending_ = connection().progress();
    exchange_.start(std::move(request_id), credit);
    read_as_credit_allows();
    ack_overdue_ = false;
    if (!ack_watched_)
        watch_delivery();
    return !has_ended(before_sending_);
}

/// One timer for all the requests that begin while it runs: most of them end before. Twice
/// within the limit, for a live stream may begin to send much later than its request.
void avatar_connection::watch_delivery() {
    ack_watched_ = true;
    set_limit(ack_limit_, settings_->channel.ack_timeout / 2, &avatar_connection::on_delivery_due);
}

/// A network that has forgotten a connection tells nobody.
void avatar_connection::on_delivery_due() {
    ack_watched_ = false;
    if (stage_ != stage::open || !exchange_.under_way())
        return;
    const auto now = connection().progress();
    if (!now || !before_sending_ || now->acknowledged != before_sending_->acknowledged)
        return; // It has arrived.
    if (now->outstanding() && std::exchange(ack_overdue_, true))
        return cut(exceeded_limit::ack);
    watch_delivery();
}

void avatar_connection::send_piece(const std::string& request_id, audio_piece piece) {
    if (stage_ != stage::open || exchange_.request_id() != request_id)
        return;
    lift(audio_limit_);
    sender_->send_piece(std::move(piece));
}

void avatar_connection::grant(const std::string& request_id, const frame_credit& credit) {
    if (stage_ != stage::open || exchange_.request_id() != request_id)
        return;
    exchange_.grant(credit);
    read_as_credit_allows();
}

void avatar_connection::read_as_credit_allows() {
    const bool out = exchange_.out_of_credit();
    if (std::exchange(out_of_credit_, out) == out)
        return;
    if (out)
        return ws_->next_layer().pause();
    hold_reading(false);
    ws_->next_layer().resume();
}

void avatar_connection::on_data_held() {
    contain([&] { hold_reading(true); });
}

/// Only while data waits does the request wait for its sink, and not for the service.
void avatar_connection::hold_reading(bool held) {
    if (std::exchange(holds_data_, held) == held)
        return;
    if (held)
        set_limit(credit_limit_, settings_->channel.sink_timeout,
                  &avatar_connection::on_sink_timeout);
    else
        lift(credit_limit_);
    if (exchange_.under_way())
        sink_(reading_paused{exchange_.request_id(), held});
}

void avatar_connection::on_sink_timeout() {
    end_by_timeout(failure_code::sink_too_slow,
                   "the receiver of its frames took none for " +
                       config::format_duration(settings_->channel.sink_timeout) +
                       " while more waited (pool.sink-timeout)");
}

// -- live audio -----------------------------------------------------------------------

void avatar_connection::want_audio() {
    set_limit(audio_limit_, settings_->channel.audio_timeout, &avatar_connection::on_audio_timeout);
    sink_(audio_wanted{exchange_.request_id()});
}

void avatar_connection::on_audio_timeout() {
    end_by_timeout(failure_code::audio_timeout,
                   "the source of its audio had none for " +
                       config::format_duration(settings_->channel.audio_timeout) +
                       " (pool.audio-timeout)");
}

/// Of the caller's, for the request under way. The session goes on.
void avatar_connection::end_by_timeout(failure_code code, std::string detail) {
    protocol::failure why;
    why.code = code;
    why.detail = std::move(detail);
    why.request_id = exchange_.request_id();
    why.connection_id = connection_id_;
    sender_->interrupt();
    end_exchange(exchange_.finish(std::move(why)));
}

void avatar_connection::set_limit(std::unique_ptr<time_limit>& limit,
                                  std::chrono::milliseconds time,
                                  void (avatar_connection::*on_exceeded)()) {
    if (!limit)
        limit = std::make_unique<time_limit>(io_.get_executor());
    limit->set(time, weak_from_this(), [on_exceeded](avatar_connection& self) {
        self.contain([&] { (self.*on_exceeded)(); });
    });
}

void avatar_connection::lift(const std::unique_ptr<time_limit>& limit) {
    if (limit)
        limit->lift();
}

/// Not once `channel_closed` is on its way, which says it all.
bool avatar_connection::takes_call(const char* call) const {
    if (stage_ == stage::made || stage_ == stage::opening)
        throw std::logic_error(std::string(call) +
                               " before the session is open; expected it after channel_opened");
    return stage_ == stage::open;
}

/// Of the request under way, by the service's machine.
bool avatar_connection::request_accepted() {
    return may_have_arrived(before_sending_, connection().progress(),
                            std::chrono::steady_clock::now() - exchange_.started());
}

void avatar_connection::interrupt() {
    if (stage_ != stage::open || !exchange_.under_way())
        return;
    sender_->interrupt();
    end_exchange(exchange_.finish());
}

void avatar_connection::abandon() {
    if (!frames_come_back())
        return interrupt(); // Nothing would tell that the service is done.
    if (stage_ != stage::open || !exchange_.under_way())
        return;
    if (!sender_->interrupt()) // The service has nothing to finish.
        return end_exchange(exchange_.finish());
    lift(audio_limit_);
    exchange_.abandon();
    read_as_credit_allows();
}

bool avatar_connection::frames_come_back() const {
    const auto& egress = settings_->channel.egress;
    return !egress.to_livekit() && !egress.to_agora();
}

/// Those that were gathered, if any.
void avatar_connection::tell_frames(const std::string& request_id) {
    if (stage_ == stage::ended)
        return;
    if (auto frames = exchange_.take_frames(); !frames.empty())
        sink_(animation_frames{request_id, std::move(frames)});
}

/// The service may be done before all audio is sent.
void avatar_connection::end_exchange(exchange_finished end) {
    lift(audio_limit_);
    sender_->stop();
    tell_frames(end.request_id);
    read_as_credit_allows();
    sink_(std::move(end));
}

void avatar_connection::on_last_piece() {
    exchange_.audio_ended();
}

void avatar_connection::on_piece_written() {
    want_audio();
}

void avatar_connection::on_all_written() {
    if (!frames_come_back())
        end_exchange(exchange_.finish());
}

void avatar_connection::on_send_error(boost::system::error_code ec) {
    if (stage_ != stage::open)
        return;
    phase_ = failure_phase::websocket_send;
    step_ = "sending audio";
    send_error_ = ec;
    cut();
}

// -- health -----------------------------------------------------------------------

void avatar_connection::examine_after(std::chrono::milliseconds pause) {
    examination_due_.expires_after(pause);
    examination_due_.async_wait([weak = weak_from_this()](boost::system::error_code ec) {
        if (const auto self = weak.lock(); self && !ec && self->stage_ == stage::open)
            self->contain([&] { self->examine_health(); });
    });
}

void avatar_connection::examine_health() {
    const health_check::operations under_way{.writing = sender_->writing(),
                                             .reading = !holds_data_};
    const auto found =
        health_.examine(under_way, connection().progress(), std::chrono::steady_clock::now());
    if (found.state == health_check::finding::silent)
        return cut(exceeded_limit::silence);
    if (found.state == health_check::finding::deaf)
        return cut(exceeded_limit::writing);
    if (found.wants_ping)
        ping();
    examine_after(found.next);
}

void avatar_connection::check() {
    if (!takes_call("check"))
        return;
    health_.start_check();
    ping();
}

void avatar_connection::ping() {
    const auto payload = health_.next_ping();
    if (!payload)
        return;
    ws_->async_ping(websockets::ping_data(*payload),
                    [self = shared_from_this()](boost::system::error_code ec) {
                        if (!ec && self->health_.on_ping_written()) // The reader gets an error too.
                            self->contain([&] { self->ping(); });
                    });
}

void avatar_connection::on_control_frame(websockets::frame_type kind, std::string_view payload) {
    if (stage_ == stage::ended)
        return;
    // A service that has sent its close frame answers nothing any more, but Beast
    // waits for it to end the connection, and it may take its time.
    if (kind == websockets::frame_type::close)
        limit_time(settings_->channel.close_timeout);
    if (kind == websockets::frame_type::pong && health_.on_pong(payload))
        sink_(channel_alive{});
}

// -- ending early -----------------------------------------------------------------

void avatar_connection::close(close_reason why) {
    if (stage_ == stage::closing || stage_ == stage::ended)
        return;
    if (std::exchange(stage_, stage::closing) != stage::open)
        return cut(); // Nothing agreed yet, so there is nothing to close.
    sender_->stop();
    exchange_.drop_frames();
    read_as_credit_allows();
    limit_time(settings_->channel.close_timeout);
    // With a control callback Beast's reader pauses between the service's close
    // frame and noting it. A close that is under way then waits for the reader,
    // and the reader for the close, for ever.
    ws_->control_callback();
    ws_->async_close(static_cast<websockets::close_code>(why),
                     [self = shared_from_this()](boost::system::error_code) {
                         // The reader gets the end of the connection too.
                     });
}

void avatar_connection::limit_time(std::chrono::milliseconds limit) {
    time_limit_.set(limit, weak_from_this(), [](avatar_connection& self) {
        self.contain([&] { self.cut(exceeded_limit::time); });
    });
}

void avatar_connection::cut(exceeded_limit because) {
    exceeded_ = because;
    cut();
}

void avatar_connection::cut() {
    if (opening_)
        opening_->cut();
    if (ws_)
        ws_->next_layer().close();
}

stream& avatar_connection::connection() {
    return ws_->next_layer().next_layer();
}

protocol::failure avatar_connection::why(const boost::system::error_code& ec) {
    const auto& channel = settings_->channel;
    error_context known;
    known.phase = phase_;
    known.step = step_;
    known.exceeded = exceeded_;
    known.connect_timeout = channel.service.connect_timeout;
    known.keepalive = channel.keepalive;
    known.ack_timeout = channel.ack_timeout;
    known.max_message_size = channel.service.max_message_size;
    known.close = ws_->reason();
    return explain(ec, known);
}

/// Of the exception of a step of our own, or of the owner's, that is being handled.
protocol::failure avatar_connection::failed_step() const {
    return current_failure(phase_, step_);
}

} // namespace avatar::transport
