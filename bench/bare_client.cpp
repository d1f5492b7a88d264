// avatar-bench-bare: a client of the avatar service on Boost.Beast with nothing that a
// pool is for: no actors, no statistics, no time limits, one thread, any failure ends
// it. What avatar-pool costs more than this is its price.
//
//   avatar-bench-bare SESSIONS REQUESTS AUDIO-FILE [PIECES]
//
// With PIECES each request sends the file so many times, once in 40 ms, as a live stream.
// Takes the service from the environment (AVATAR_...), as avatar-pool does, and
// trusts any certificate. Opens the sessions, prints "ready", sends the requests, as many at
// a time as there are sessions, and prints "done" and one line of JSON. Without
// requests it holds the sessions until its standard input ends.

#include "bench/client.hpp"
#include "protocol/console.hpp"
#include "protocol/request_id.hpp"
#include "protocol/wire.hpp"

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>
#include <boost/beast/websocket/ssl.hpp>
#include <boost/beast/websocket/stream.hpp>

#include <array>
#include <chrono>
#include <functional>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
namespace protocol = avatar::protocol;
using asio::ip::tcp;
using boost::system::error_code;
using namespace avatar::bench;

// Not tcp::socket, which pays for an executor of any kind.
using plain_socket = asio::basic_stream_socket<tcp, asio::io_context::executor_type>;
using tls_socket = asio::ssl::stream<plain_socket>;
using timer = asio::basic_waitable_timer<clock_type, asio::wait_traits<clock_type>,
                                         asio::io_context::executor_type>;

constexpr std::chrono::milliseconds live_piece{40};

void must(error_code ec, const char* what) {
    if (!ec)
        return;
    stop(std::string(what) + ": " + ec.message());
}

/// What all sessions have in common.
struct common : service {
    explicit common(std::uint64_t count) : requests(count) {}

    asio::io_context io{1};
    asio::ssl::context tls{asio::ssl::context::tls_client};
    tcp::resolver::results_type console_addresses;
    tcp::resolver::results_type ingress_addresses;
    std::string configuration;
    std::string audio;
    std::size_t pieces = 1; // Of a request: each all of the audio.

    std::size_t sessions = 0;
    std::size_t open = 0;
    tally requests;

    std::function<void()> on_all_open;
    std::function<void()> on_all_ended;
};

template <class Socket>
Socket make_socket(common& c) {
    if constexpr (std::is_same_v<Socket, tls_socket>)
        return Socket(c.io, c.tls);
    else
        return Socket(c.io);
}

/// Connects, and agrees TLS where that is spoken; then calls `next`.
template <class Socket, class Next>
void connect(Socket& socket, const tcp::resolver::results_type& addresses, Next next) {
    auto& bottom = beast::get_lowest_layer(socket);
    asio::async_connect(
        bottom, addresses, [&socket, &bottom, next](error_code ec, const tcp::endpoint&) {
            must(ec, "connect");
            bottom.set_option(tcp::no_delay(true));
            if constexpr (std::is_same_v<Socket, tls_socket>)
                socket.async_handshake(asio::ssl::stream_base::client, [next](error_code ec) {
                    must(ec, "TLS handshake");
                    next();
                });
            else
                next();
        });
}

/// Asks the console for a session token; then calls `next` with it.
template <class Socket>
struct token_call {
    common& c;
    Socket socket = make_socket<Socket>(c);
    http::request<http::string_body> request{http::verb::post, c.console.target, 11};
    http::response<http::string_body> response{};
    beast::flat_buffer buffer{};
    std::function<void(std::string)> next;

    static void start(common& c, std::function<void(std::string)> next) {
        auto self = std::shared_ptr<token_call>(new token_call{.c = c, .next = std::move(next)});
        connect(self->socket, c.console_addresses, [self] { self->ask(self); });
    }

    void ask(std::shared_ptr<token_call> self) {
        request.set(http::field::host, c.console.host_header);
        request.set(http::field::content_type, "application/json");
        request.set(http::field::connection, "close");
        request.set("X-Api-Key", c.api_key);
        request.body() =
            protocol::token_request(std::chrono::system_clock::now() + std::chrono::hours(1));
        request.prepare_payload();
        http::async_write(socket, request, [this, self](error_code ec, std::size_t) {
            must(ec, "token request");
            http::async_read(socket, buffer, response, [this, self](error_code ec, std::size_t) {
                must(ec, "token answer");
                auto token = protocol::parse_token_response(static_cast<int>(response.result_int()),
                                                            response.body());
                if (!std::holds_alternative<std::string>(token))
                    stop("no token: " + response.body());
                next(std::get<std::string>(std::move(token)));
            });
        });
    }
};

template <class Socket>
class session : public std::enable_shared_from_this<session<Socket>> {
public:
    explicit session(common& c) : c_(c) {}

    void open() {
        token_call<Socket>::start(c_, [self = this->shared_from_this()](std::string token) {
            self->token_ = std::move(token);
            connect(self->ws_.next_layer(), c_of(self).ingress_addresses,
                    [self] { self->upgrade(); });
        });
    }

    /// Sends the next request, if any is left.
    void begin_request() {
        if (!c_.requests.begin())
            return;
        id_ = protocol::make_request_id();
        started_ = clock_type::now();
        sent_ = 0;
        send_piece();
    }

private:
    void send_piece() {
        const bool last = ++sent_ == c_.pieces;
        head_ = protocol::audio_input_prefix(id_, last, c_.audio.size());
        ws_.write_buffer_bytes(c_.audio.size() > 4'000 ? 64 * 1024 : 4 * 1024);
        const std::array<asio::const_buffer, 2> buffers{asio::buffer(head_),
                                                        asio::buffer(c_.audio)};
        ws_.async_write(buffers, [](error_code ec, std::size_t) { must(ec, "sending audio"); });
        if (last)
            return;
        next_piece_.expires_at(started_ + sent_ * live_piece);
        next_piece_.async_wait([this](error_code ec) {
            must(ec, "waiting for the next piece");
            send_piece();
        });
    }

    static common& c_of(const std::shared_ptr<session>& self) { return self->c_; }

    void upgrade() {
        ws_.auto_fragment(false);
        ws_.set_option(beast::websocket::stream_base::decorator(
            [this](beast::websocket::request_type& request) {
                request.set("X-App-ID", c_.app_id);
                request.set("X-Session-Key", token_);
            }));
        ws_.async_handshake(c_.ingress.host_header, c_.ingress.target,
                            [self = this->shared_from_this()](error_code ec) {
                                must(ec, "upgrade");
                                self->configure();
                            });
    }

    void configure() {
        ws_.binary(true);
        ws_.async_write(asio::buffer(c_.configuration),
                        [self = this->shared_from_this()](error_code ec, std::size_t) {
                            must(ec, "configuring the session");
                            self->read();
                        });
    }

    /// In pieces: a message that comes in one needs no operation on top of that.
    void read() {
        const auto room = buffer_.prepare(ws_.read_size_hint(buffer_));
        ws_.async_read_some(room, [this](error_code ec, std::size_t size) {
            if (ec == asio::error::operation_aborted)
                return;
            must(ec, "reading");
            buffer_.commit(size);
            if (ws_.is_message_done()) {
                on_message();
                buffer_.consume(buffer_.size());
            }
            read();
        });
    }

    void on_message() {
        const auto data = buffer_.cdata();
        const auto message = protocol::decode({static_cast<const char*>(data.data()), data.size()});
        if (!message)
            stop("a message that is no valid protobuf");
        if (const auto* frame = std::get_if<protocol::response_animation>(&*message))
            on_frame(*frame);
        else if (std::holds_alternative<protocol::confirm_session>(*message))
            on_confirmed();
        else
            stop("an unexpected message");
    }

    void on_confirmed() {
        if (++c_.open == c_.sessions)
            c_.on_all_open();
    }

    void on_frame(const protocol::response_animation& frame) {
        if (frame.req_id != id_)
            stop("a frame of another request");
        c_.requests.count_frame();
        if (!frame.end)
            return;
        if (c_.requests.end(started_))
            return c_.on_all_ended();
        begin_request();
    }

    common& c_;
    std::string token_;
    beast::websocket::stream<Socket, false> ws_{make_socket<Socket>(c_)};
    beast::flat_buffer buffer_;
    std::string id_;
    std::string head_;
    clock_type::time_point started_;
    std::size_t sent_ = 0; // Pieces.
    timer next_piece_{c_.io};
};

template <class Socket>
void run(common& c) {
    std::vector<std::shared_ptr<session<Socket>>> sessions;
    c.on_all_open = [&] {
        say("ready");
        c.requests.start();
        if (c.requests.empty()) {
            std::cin.ignore(std::numeric_limits<std::streamsize>::max());
            c.io.stop();
        }
        for (auto& each : sessions)
            each->begin_request();
    };
    c.on_all_ended = [&] {
        say("done");
        c.requests.print();
        c.io.stop();
    };
    for (std::size_t i = 0; i < c.sessions; ++i)
        sessions.push_back(std::make_shared<session<Socket>>(c));
    for (auto& each : sessions)
        each->open();
    c.io.run();
    std::_Exit(0); // Nothing is left to say, least of all to 8,000 connections.
}

} // namespace

int main(int argc, char** argv) {
    if (argc != 4 && argc != 5)
        stop("expected SESSIONS REQUESTS AUDIO-FILE [PIECES]");
    raise_descriptor_limit();
    common c(std::stoull(argv[2]));
    SSL_CTX_set_mode(c.tls.native_handle(), SSL_MODE_RELEASE_BUFFERS);
    c.sessions = std::stoul(argv[1]);
    c.audio = read_file(argv[3]);
    if (argc == 5)
        c.pieces = std::stoul(argv[4]);
    protocol::configure_session terms;
    terms.sample_rate = 16'000;
    c.configuration = protocol::encode(terms);
    tcp::resolver resolver(c.io);
    c.console_addresses = resolver.resolve(c.console.host, c.console.port);
    c.ingress_addresses = resolver.resolve(c.ingress.host, c.ingress.port);
    if (c.ingress.tls)
        run<tls_socket>(c);
    else
        run<plain_socket>(c);
}
