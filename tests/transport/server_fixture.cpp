#include "tests/transport/server_fixture.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/websocket.hpp>

#include <chrono>
#include <future>
#include <stdexcept>
#include <string_view>

namespace avatar::tests {
namespace {

/// Says what was asked, with the marks of the target.
transport::http_reply reply_to(const transport::http_request& request) {
    transport::http_reply reply;
    reply.body = request.method + " " + request.target + " " +
                 std::string(request.header("x-mark")) + " " + request.body;
    if (request.target.ends_with("slow"))
        reply.delay = std::chrono::milliseconds(5);
    if (request.target == "/late")
        reply.delay = std::chrono::milliseconds(1500);
    if (request.target.starts_with("/huge"))
        reply.body.resize(huge_size, 'x');
    if (request.target == "/never")
        reply.delay = std::chrono::hours(1);
    if (request.target == "/teapot") {
        reply.status = 418;
        reply.content_type = "text/plain";
    }
    return reply;
}

} // namespace

transport::shared_bytes bytes_of(std::string text) {
    return std::make_shared<const std::string>(std::move(text));
}

class server_fixture::handler : public transport::peer_handler {
public:
    explicit handler(server_fixture& to) : to_(to) {}
    ~handler() override { to_.released.put(1); }

    void on_message(std::string_view bytes, bool is_text) override {
        to_.messages.put({std::string(bytes), is_text});
    }
    void on_closed(std::uint16_t code) override { to_.closed.put(code); }

private:
    server_fixture& to_;
};

transport::server_callbacks server_fixture::callbacks() {
    return {reply_to, [this](const transport::http_request& request) {
                if (request.target != "/")
                    return transport::upgrade_verdict(
                        transport::http_reply{403, "refused " + request.target});
                return transport::upgrade_verdict(
                    transport::accept_upgrade([this](std::shared_ptr<transport::peer> made) {
                        peers.put(std::move(made));
                        return std::make_shared<handler>(*this);
                    }));
            }};
}

server_fixture::server_fixture(const transport::server_limits& limits)
    : server(std::in_place, *thread, "127.0.0.1", std::uint16_t(0), nullptr, callbacks(), limits),
      port(server->port()) {}

server_fixture::~server_fixture() {
    server.reset();
    // None outlives the threads.
    while (peers.take(std::chrono::seconds(0))) {
    }
}

server_fixture::socket server_fixture::connect() {
    socket made(client_io);
    made.connect({boost::asio::ip::make_address("127.0.0.1"), port});
    return made;
}

std::pair<server_fixture::client, std::shared_ptr<transport::peer>> server_fixture::upgraded() {
    client ws(connect());
    ws.handshake("localhost", "/");
    auto peer = next_peer();
    return {std::move(ws), std::move(peer)};
}

server_fixture::response server_fixture::read_response(socket& from) {
    boost::beast::flat_buffer buffer;
    response answer;
    boost::beast::http::read(from, buffer, answer);
    return answer;
}

server_fixture::response server_fixture::ask(socket& to, const std::string& request_line,
                                             const std::string& headers, const std::string& body) {
    boost::asio::write(to, boost::asio::buffer(request_line + "\r\nHost: localhost\r\n" + headers +
                                               "\r\n" + body));
    return read_response(to);
}

std::string server_fixture::rest_of(socket& from) {
    std::string all;
    boost::system::error_code end;
    boost::asio::read(from, boost::asio::dynamic_buffer(all), end);
    return all;
}

std::string server_fixture::read_bytes(socket& from, std::size_t size) {
    std::string bytes(size, '\0');
    boost::asio::read(from, boost::asio::buffer(bytes));
    return bytes;
}

std::shared_ptr<transport::peer> server_fixture::next_peer() {
    auto next = peers.take();
    if (!next)
        throw std::runtime_error("no client was accepted");
    return *next;
}

void server_fixture::on_thread(const std::function<void()>& step) {
    std::promise<void> done;
    boost::asio::post(*thread, [&] {
        step();
        done.set_value();
    });
    done.get_future().wait();
}

bool server_fixture::nothing_more_closed() {
    on_thread([] {});
    return !closed.take(std::chrono::seconds(0));
}

} // namespace avatar::tests
