#include "transport/server_connection.hpp"

#include "transport/half_open.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/buffers_to_string.hpp>
#include <boost/beast/core/string.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/write.hpp>
#include <boost/beast/websocket/rfc6455.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <netinet/tcp.h>
#include <utility>

namespace avatar::transport {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;

constexpr std::size_t kept_buffer = 16 * 1024;

http_request plain(const http::request<http::string_body>& from) {
    http_request to;
    to.method = std::string(from.method_string());
    to.target = std::string(from.target());
    for (const auto& field : from)
        to.headers.emplace_back(std::string(field.name_string()), std::string(field.value()));
    to.body = from.body();
    return to;
}

bool expects_continue(const http::request<http::string_body>& request) {
    return request.version() >= 11 && beast::iequals(request[http::field::expect], "100-continue");
}

struct unread_request {
    unsigned status;
    std::string_view message;
};

/// How a request that cannot be read is answered; nothing where the client has left.
std::optional<unread_request> refusal_of(boost::system::error_code ec) {
    static const auto& of_http = http::make_error_code(http::error::bad_method).category();
    if (ec == http::error::header_limit || ec == http::error::buffer_overflow)
        return unread_request{431, "request header too large"};
    if (ec == http::error::body_limit)
        return unread_request{413, "request body too large"};
    if (ec.category() != of_http || ec == http::error::end_of_stream ||
        ec == http::error::partial_message)
        return std::nullopt;
    return unread_request{400, "bad request"};
}

/// Whether the kernel holds back what does not fill a packet, for 200 ms at most
/// (tcp(7), TCP_CORK).
void hold_packets(tcp_socket& socket, bool held) {
    const int value = held;
    ::setsockopt(socket.native_handle(), IPPROTO_TCP, TCP_CORK, &value, sizeof value);
}

} // namespace

std::string called_for(const char* callback, const asio::ip::tcp::endpoint& client) {
    return fmt::format("server: {} for {}:{}", callback, client.address().to_string(),
                       client.port());
}

server_connection::server_connection(stream s, std::shared_ptr<const server_callbacks> callbacks,
                                     const server_limits& limits,
                                     std::function<void(server_connection&)> on_end)
    : stream_(std::move(s)),
      time_limit_(stream_->get_executor()),
      pause_(stream_->get_executor()),
      callbacks_(std::move(callbacks)),
      limits_(limits),
      on_end_(std::move(on_end)) {
    boost::system::error_code gone;
    client_ = stream_->socket().remote_endpoint(gone);
}

void server_connection::start() {
    asio::co_spawn(connection().get_executor(), serve(shared_from_this()), asio::detached);
}

// -- the course of a connection ----------------------------------------------

// Holds itself alive through its argument, which lives in the coroutine frame.
awaitable<void> server_connection::serve(std::shared_ptr<server_connection> self) {
    try {
        if (connection().tls())
            co_await shake_tls();
        co_await serve_http();
        if (ws_)
            co_await read_messages();
    } catch (const boost::system::system_error&) {
        // Clients come and go; every error of theirs ends this connection alone.
    } catch (...) {
        log_current_exception(named("serving"));
    }
    if (silent_)
        co_await lie_silent();
    ended_ = true;
    time_limit_.lift();
    connection().close();
    if (handler_)
        call_handler("on_closed", [&] { tell_end(); });
    handler_.reset();
    on_end_(*self);
}

void server_connection::tell_end() {
    const auto code = ws_->reason().code;
    handler_->on_closed(code == beast::websocket::close_code::none
                            ? static_cast<std::uint16_t>(beast::websocket::close_code::abnormal)
                            : code);
}

awaitable<void> server_connection::shake_tls() {
    limit_time(limits_.request_time);
    co_await connection().tls()->async_handshake(asio::ssl::stream_base::server, use_awaitable);
}

awaitable<void> server_connection::serve_http() {
    for (;;) {
        limit_time(limits_.request_time);
        beast_parser parser;
        parser.header_limit(limits_.header_size);
        parser.body_limit(limits_.body_size);
        if (const auto ec = co_await read_request(parser)) {
            if (const auto refusal = refusal_of(ec))
                co_await refuse(refusal->status, refusal->message);
            co_return;
        }
        const auto request = parser.release();
        if (beast::websocket::is_upgrade(request)) {
            co_await upgrade(request);
            if (ws_)
                co_return;
        } else {
            co_await reply(request, answer_of<http_reply>("on_request", [&] {
                               return callbacks_->on_request(plain(request));
                           }));
        }
        if (!request.keep_alive())
            co_return;
    }
}

awaitable<boost::system::error_code> server_connection::read_request(beast_parser& into) {
    boost::system::error_code ec;
    co_await http::async_read_header(*stream_, buffer_, into,
                                     asio::redirect_error(use_awaitable, ec));
    if (!ec && !into.is_done() && expects_continue(into.get()))
        co_await send_continue();
    if (!ec)
        co_await http::async_read(*stream_, buffer_, into, asio::redirect_error(use_awaitable, ec));
    co_return ec;
}

/// The client holds its body back until then (RFC 9110, section 10.1.1).
awaitable<void> server_connection::send_continue() {
    constexpr std::string_view line = "HTTP/1.1 100 Continue\r\n\r\n";
    co_await asio::async_write(*stream_, asio::buffer(line), use_awaitable);
}

/// The request is not known, so nothing that follows it could be told from it.
awaitable<void> server_connection::refuse(unsigned status, std::string_view message) {
    beast_request unknown;
    unknown.keep_alive(false);
    const http_reply refusal{.status = status,
                             .body = fmt::format("{{\"message\":\"{}\"}}\n", message)};
    co_await reply(unknown, refusal);
    co_await discard_rest();
}

/// A connection that is closed with something unread is reset, and the client may lose the
/// answer with it.
awaitable<void> server_connection::discard_rest() {
    limit_time(limits_.close_time);
    boost::system::error_code ec;
    connection().socket().shutdown(tcp_socket::shutdown_send, ec);
    std::array<char, 4096> rest;
    while (!ec)
        co_await connection().socket().async_read_some(asio::buffer(rest),
                                                       asio::redirect_error(use_awaitable, ec));
}

awaitable<void> server_connection::upgrade(const beast_request& request) {
    const auto verdict = answer_of<upgrade_verdict>(
        "on_upgrade", [&] { return callbacks_->on_upgrade(plain(request)); });
    if (const auto* refusal = std::get_if<http_reply>(&verdict)) {
        co_await reply(request, *refusal);
        co_return;
    }
    ws_.emplace(std::move(*stream_));
    stream_.reset();
    ws_->next_layer().set_teardown_timeout(limits_.close_time);
    ws_->auto_fragment(false);
    ws_->read_message_max(limits_.message_size);
    co_await ws_->async_accept(request, use_awaitable);
    time_limit_.lift(); // The handler decides how long a client may be idle.
    call_handler("on_upgrade",
                 [&] { handler_ = std::get<accept_upgrade>(verdict)(shared_from_this()); });
}

awaitable<void> server_connection::reply(const beast_request& request, const http_reply& with) {
    http::response<http::string_body> response(http::int_to_status(with.status), request.version());
    response.result(with.status);
    if (!with.body.empty())
        response.set(http::field::content_type, with.content_type);
    for (const auto& [name, value] : with.headers)
        response.set(name, value);
    response.keep_alive(request.keep_alive());
    response.body() = with.body;
    response.prepare_payload();
    if (response.result() == http::status::no_content)
        response.content_length(boost::none); // RFC 9110, section 8.6.
    if (request.method() == http::verb::head)
        response.body().clear(); // Only its length is told.
    if (with.delay.count() > 0) {
        co_await pause(with.delay);
        limit_time(limits_.request_time);
    }
    co_await http::async_write(*stream_, response, use_awaitable);
}

awaitable<void> server_connection::read_messages() {
    while (!silent_) {
        co_await ws_->async_read(buffer_, use_awaitable);
        const auto data = buffer_.cdata();
        if (!failed_)
            call_handler("on_message", [&] {
                handler_->on_message({static_cast<const char*>(data.data()), data.size()},
                                     ws_->got_text());
            });
        buffer_.consume(buffer_.size());
        if (buffer_.capacity() > kept_buffer)
            buffer_.shrink_to_fit(); // Of a clip once sent.
    }
}

// Without reading, only the socket's state can tell that the client has gone.
awaitable<void> server_connection::lie_silent() {
    while (connection().socket().is_open() && !has_left(connection().socket()))
        co_await pause(std::chrono::seconds(1));
}

// -- what the callbacks throw ----------------------------------------------------

/// Where a callback throws, 500.
template <class Reply, class Callback>
Reply server_connection::answer_of(const char* name, Callback callback) const {
    try {
        return callback();
    } catch (...) {
        log_current_exception(named(name));
        return http_reply{.status = 500, .body = R"({"message":"internal server error"})"};
    }
}

template <class Call>
void server_connection::call_handler(const char* name, Call call) {
    const auto before = std::exchange(calling_, name);
    contain(call);
    calling_ = before;
}

void server_connection::on_exception() {
    log_current_exception(named(calling_));
    if (ended_)
        return;
    failed_ = true;
    if (!ws_ || silent_ || stall_when_sent_)
        return cut();
    close(beast::websocket::close_code::internal_error, "internal server error");
    limit_time(limits_.close_time);
}

std::string server_connection::named(const char* what) const {
    return called_for(what, client_);
}

// -- sending -------------------------------------------------------------------

void server_connection::send(shared_bytes bytes) {
    enqueue({std::move(bytes), false});
}

void server_connection::send_text(shared_bytes text) {
    enqueue({std::move(text), true});
}

void server_connection::enqueue(outgoing message) {
    if (!takes_messages())
        return;
    queued_bytes_ += message.bytes->size();
    if (queued_bytes_ > limits_.queue_size)
        return abort();
    queue_.push_back(std::move(message));
    if (!writing_)
        write_next();
}

bool server_connection::takes_messages() const {
    return !ended_ && !silent_ && !close_when_sent_ && !stall_when_sent_;
}

void server_connection::write_next() {
    if (silent_)
        return;
    // Frames that are due together go out together: one packet, not one each.
    const bool hold = holding_ ? !queue_.empty() : queue_.size() > 1;
    if (hold != std::exchange(holding_, hold))
        hold_packets(connection().socket(), hold);
    if (queue_.empty()) {
        writing_ = false;
        if (close_when_sent_)
            start_close();
        else if (stall_when_sent_)
            start_stall();
        return;
    }
    writing_ = true;
    const auto& message = queue_.front();
    ws_->text(message.is_text);
    fit_write_buffer(*ws_, message.bytes->size());
    ws_->async_write(asio::buffer(*message.bytes),
                     [self = shared_from_this()](beast::error_code ec, std::size_t) {
                         if (!ec) // Else the reader gets the error too and ends the connection.
                             self->contain([&] { self->on_written(); });
                     });
}

void server_connection::on_written() {
    queued_bytes_ -= queue_.front().bytes->size();
    queue_.pop_front();
    write_next();
}

void server_connection::close(std::uint16_t code, std::string reason) {
    if (!takes_messages())
        return;
    // A control frame holds 125 bytes, two of them the code (RFC 6455, 5.5).
    reason.resize(std::min<std::size_t>(reason.size(), 123));
    close_when_sent_.emplace(static_cast<beast::websocket::close_code>(code), reason);
    if (!writing_)
        start_close();
}

void server_connection::start_close() {
    limit_time(limits_.close_time);
    ws_->async_close(*close_when_sent_, [self = shared_from_this()](beast::error_code) {
        // The reader sees the end of the connection too.
    });
}

void server_connection::abort() {
    if (ended_)
        return;
    boost::system::error_code ignored;
    // A linger time of zero makes the kernel send a reset.
    connection().socket().set_option(asio::socket_base::linger(true, 0), ignored);
    cut();
}

fault_injection& faults_of(peer& of) {
    return dynamic_cast<fault_injection&>(of);
}

void server_connection::go_silent() {
    if (std::exchange(silent_, true))
        return;
    boost::system::error_code ignored;
    time_limit_.lift(); // Of a close under way.
    connection().socket().cancel(ignored);
}

void server_connection::stall(shared_bytes bytes) {
    if (!takes_messages())
        return;
    stall_when_sent_ = std::move(bytes);
    if (!writing_)
        start_stall();
}

void server_connection::start_stall() {
    go_silent();
    // Beast writes whole frames only.
    half_frame_ = half_of_frame(*stall_when_sent_);
    asio::async_write(connection(), asio::buffer(half_frame_),
                      [self = shared_from_this()](beast::error_code, std::size_t) {});
}

void server_connection::go_away() {
    if (!handler_ || silent_ || stall_when_sent_)
        return cut();
    close(beast::websocket::close_code::going_away, "server is stopping");
    // A client that reads nothing would keep what is queued, and the close behind
    // it, waiting for ever.
    limit_time(limits_.close_time);
}

void server_connection::cut() {
    connection().close();
    time_limit_.lift();
    pause_.cancel();
}

asio::any_io_executor server_connection::executor() {
    return pause_.get_executor();
}

/// Without a time limit. Ends early, without an error, when the connection is cut.
awaitable<void> server_connection::pause(std::chrono::milliseconds length) {
    beast::error_code cancelled;
    time_limit_.lift();
    pause_.expires_after(length);
    co_await pause_.async_wait(asio::redirect_error(use_awaitable, cancelled));
}

void server_connection::limit_time(std::chrono::milliseconds limit) {
    time_limit_.set(limit, weak_from_this(),
                    [](server_connection& self) { self.connection().close(); });
}

stream& server_connection::connection() {
    return ws_ ? ws_->next_layer() : *stream_;
}

} // namespace avatar::transport
