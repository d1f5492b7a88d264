#include "transport/session_opening.hpp"

#include "protocol/console.hpp"
#include "protocol/text.hpp"
#include "transport/connection_error.hpp"
#include "transport/logger.hpp"
#include "transport/service_message.hpp"
#include "transport/session_terms.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace avatar::transport {
namespace {

namespace asio = boost::asio;
namespace websockets = boost::beast::websocket;
using boost::system::system_error;
using protocol::failure_code;
using protocol::failure_phase;

} // namespace

session_opening::session_opening(asio::io_context& io, std::shared_ptr<thread_state> thread,
                                 std::shared_ptr<const connection_settings> settings)
    : io_(io),
      thread_state_(std::move(thread)),
      settings_(std::move(settings)),
      secrets_(settings_->channel),
      waits_for_others_(io),
      time_limit_(io.get_executor()),
      addresses_(io.get_executor()) {}

awaitable<agreed_session> session_opening::run() {
    protocol::failure reason;
    try {
        co_return co_await open();
    } catch (const system_error& e) {
        reason = why(e.code());
    } catch (...) {
        reason = current_failure(phase_, step_);
    }
    reason.url = to_.url;
    secrets_.redact(reason);
    log_body(reason);
    throw connection_error(std::move(reason));
}

awaitable<agreed_session> session_opening::open() {
    console_streams_ = thread_state_->console_streams();
    const auto permit = co_await thread_state_->openings.acquire(waits_for_others_);
    require_uncut();
    const auto& service = settings_->channel.service;
    limit_time(service.connect_timeout);
    co_await fetch_token();
    const auto ingress =
        service.use_query_auth
            ? protocol::websocket_endpoint(service.ingress_endpoint, service.avatar_id,
                                           protocol::query_auth{service.app_id, secrets_.token()})
            : settings_->ingress;
    at_step(failure_phase::websocket_connect, "connecting to the ingress");
    co_await connect(ingress);
    co_await upgrade(ingress);
    auto connection_id = co_await agree_terms();
    require_uncut();
    time_limit_.lift();
    agreed_session agreed{*std::move(ws_), std::move(connection_id), secrets_};
    co_return agreed;
}

awaitable<void> session_opening::fetch_token() {
    auto request = first_token_request();
    co_await ask(request);
    while (request.follow(*answer_))
        co_await ask(request);
    take_token(request);
}

token_request session_opening::first_token_request() const {
    const auto& channel = settings_->channel;
    const auto expiry = std::chrono::system_clock::now() + channel.session_ttl;
    return {settings_->console,
            channel.service.api_key,
            protocol::token_request(expiry),
            {channel.service.allow_plaintext, settings_->tls != nullptr}};
}

/// From the answer to the latest request.
void session_opening::take_token(const token_request& request) {
    if (answer_->is_refusal()) {
        auto reason = refusal(phase_, *answer_);
        request.add_redirect(reason);
        throw connection_error(std::move(reason));
    }
    auto token =
        protocol::parse_token_response(static_cast<int>(answer_->head().status), answer_->body());
    if (auto* problem = std::get_if<protocol::failure>(&token))
        throw connection_error(std::move(*problem));
    secrets_.set_token(std::get<std::string>(std::move(token)));
}

/// Over a connection that another opening has used, if one is kept. That may have ended
/// meanwhile, which says nothing of the console: then over a new one.
awaitable<void> session_opening::ask(const token_request& request) {
    const auto what = request.next();
    const bool of_console = protocol::is_same_origin(request.to(), settings_->console);
    const auto& to = to_ = request.to();
    bool answered = false;
    at_step(failure_phase::session_token, "asking for a session token");
    while (!answered && of_console && (stream_ = console_streams_->take())) {
        try {
            co_await exchange_http(*stream_, to, what, answer_.emplace());
            answered = true;
        } catch (const system_error&) {
            require_uncut();
        }
    }
    if (!answered) {
        at_step(failure_phase::session_token, "connecting to the console");
        co_await connect(to);
        at_step(failure_phase::session_token, "asking for a session token");
        co_await exchange_http(*stream_, to, what, answer_.emplace());
    }
    require_uncut();
    if (of_console && answer_->keeps_open())
        console_streams_->keep(*std::move(stream_));
    stream_.reset();
}

awaitable<void> session_opening::connect(const protocol::endpoint& to) {
    to_ = to;
    answer_.reset();
    stream_.reset();
    is_connecting_ = true;
    auto found = co_await thread_state_->names->find(to.host, to.port, waits_for_others_);
    require_uncut();
    auto socket = co_await addresses_.connect(std::move(found));
    require_uncut();
    is_connecting_ = false;
    stream_.emplace(std::move(socket), to.tls ? settings_->tls : nullptr);
    if (to.tls) {
        at_step(phase_, "TLS handshake");
        co_await shake_tls(*stream_, to, thread_state_->sessions);
    }
}

awaitable<void> session_opening::upgrade(const protocol::endpoint& to) {
    at_step(failure_phase::websocket_connect, "WebSocket upgrade");
    const auto& channel = settings_->channel;
    ws_.emplace(*std::move(stream_), thread_state_->read_buffer);
    stream_.reset();
    ws_->next_layer().next_layer().set_teardown_timeout(channel.close_timeout);
    ws_->auto_fragment(false);
    ws_->read_message_max(channel.service.max_message_size);
    ws_->set_option(websockets::stream_base::decorator([&](websockets::request_type& request) {
        request.set(boost::beast::http::field::user_agent, user_agent());
        if (channel.service.use_query_auth)
            return;
        request.set("X-App-ID", channel.service.app_id);
        request.set("X-Session-Key", secrets_.token());
    }));
    ws_->next_layer().expect_answer(answer_.emplace());
    co_await ws_->async_handshake(to.host_header, to.target, use_awaitable);
    // The decorator refers to this frame, which ends here.
    ws_->set_option(websockets::stream_base::decorator([](websockets::request_type&) {}));
    ws_->binary(true);
    // Beast waits for a service that has sent its close frame to end the connection.
    ws_->control_callback([this](websockets::frame_type kind, boost::beast::string_view) {
        if (kind == websockets::frame_type::close)
            limit_time(settings_->channel.close_timeout);
    });
}

/// Returns the connection's id.
awaitable<std::string> session_opening::agree_terms() {
    answer_.reset();
    at_step(failure_phase::websocket_handshake, "waiting for the session's confirmation");
    const auto request = protocol::encode(session_terms(settings_->channel));
    fit_write_buffer(*ws_, request.size());
    co_await ws_->async_write(asio::buffer(request), use_awaitable);

    const auto answer = co_await read_answer();
    if (const auto* error = std::get_if<protocol::server_error>(&answer))
        throw connection_error(failure_of(*error, phase_, {}));
    const auto* confirm = std::get_if<protocol::confirm_session>(&answer);
    if (!confirm)
        throw connection_error(failure_code::protocol_error, phase_,
                               "unexpected message instead of the confirmation");
    if (confirm->connection_id.empty())
        throw connection_error(failure_code::protocol_error, phase_,
                               "confirmation without a connection id");
    std::string connection_id(confirm->connection_id);
    secrets_.redact(connection_id); // It is logged.
    ws_->control_callback();
    co_return connection_id;
}

awaitable<protocol::message> session_opening::read_answer() {
    co_await ws_->async_read(buffer_, use_awaitable);
    const auto data = buffer_.cdata();
    co_return decode_message({static_cast<const char*>(data.data()), data.size()}, ws_->got_text(),
                             phase_);
}

void session_opening::limit_time(std::chrono::milliseconds limit) {
    time_limit_.set(limit, weak_from_this(),
                    [](session_opening& self) { self.cut(exceeded_limit::time); });
}

void session_opening::cut(exceeded_limit because) {
    is_cut_ = true;
    exceeded_ = because;
    waits_for_others_.cancel();
    addresses_.cancel();
    if (stream_)
        stream_->close();
    if (ws_)
        ws_->next_layer().close();
}

/// For the steps that find nothing closed: a cut ends only what is under way.
void session_opening::require_uncut() const {
    if (is_cut_)
        throw system_error(asio::error::operation_aborted);
}

void session_opening::at_step(failure_phase phase, const char* step) {
    phase_ = phase;
    step_ = step;
}

protocol::failure session_opening::why(const boost::system::error_code& ec) {
    const auto& service = settings_->channel.service;
    error_context known;
    known.phase = phase_;
    known.step = step_;
    known.exceeded = exceeded_;
    known.connect_timeout = service.connect_timeout;
    known.max_message_size = service.max_message_size;
    known.is_tls = to_.tls;
    known.answer = answer_ ? &*answer_ : nullptr;
    if (is_connecting_)
        known.attempts = where_connecting(ec);
    if (ws_)
        known.close = ws_->reason();
    if (auto* tls = stream_ ? stream_->tls() : nullptr) {
        const auto verdict = SSL_get_verify_result(tls->native_handle());
        if (verdict != X509_V_OK)
            known.certificate_problem = X509_verify_cert_error_string(verdict);
    }
    return explain(ec, known);
}

/// The addresses, or the name where those are not known.
std::string session_opening::where_connecting(const boost::system::error_code& ec) const {
    auto tried = addresses_.describe();
    if (!tried.empty())
        return tried;
    return fmt::format("{} port {}: {}", to_.host, to_.port,
                       is_cut_ ? "its address is not found yet" : ec.message());
}

/// The line of the failure has one sentence of it.
void session_opening::log_body(const protocol::failure& reason) const {
    if (!reason.body.empty())
        logger().debug("{} answered HTTP {}: {}", reason.url, reason.http_status,
                       protocol::on_one_line(reason.body));
}

} // namespace avatar::transport
