#include "tests/transport/raw_service.hpp"

#include "protocol/console.hpp"
#include "protocol/wire.hpp"

#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/websocket.hpp>

#include <chrono>
#include <utility>

namespace avatar::tests {

raw_service::raw_service(std::function<void(raw_service&, websocket&)> goes_on)
    : goes_on_(std::move(goes_on)),
      acceptor_(io_, {boost::asio::ip::make_address("127.0.0.1"), 0}),
      port_(acceptor_.local_endpoint().port()),
      thread_([this] { serve(); }) {}

raw_service::~raw_service() {
    stopped_ = true;
    ::shutdown(acceptor_.native_handle(), SHUT_RD); // Wakes a thread that accepts, ...
    if (session_ >= 0)
        ::shutdown(session_, SHUT_RDWR); // ... or reads.
    thread_.join();
}

std::string raw_service::url(const std::string& path) const {
    return "http://127.0.0.1:" + std::to_string(port_) + path;
}

bool raw_service::pace() {
    boost::asio::steady_timer timer(io_, std::chrono::milliseconds(10));
    timer.wait();
    return !stopped_;
}

std::string raw_service::last_frame(std::string_view of) const {
    protocol::response_animation last;
    last.connection_id = "connection-1";
    last.req_id = of;
    last.end = true;
    return protocol::encode(last);
}

void raw_service::serve() {
    try {
        give_token();
        websocket ws(acceptor_.accept());
        ws.accept();
        ws.binary(true);
        boost::beast::flat_buffer terms;
        ws.read(terms);
        const auto confirm = protocol::encode(protocol::confirm_session{"connection-1"});
        ws.write(boost::asio::buffer(confirm));
        session_ = ws.next_layer().native_handle();
        goes_on_(*this, ws);
        session_ = -1;
    } catch (const boost::system::system_error&) {
        session_ = -1; // The client has left.
    }
}

void raw_service::give_token() {
    namespace http = boost::beast::http;
    auto socket = acceptor_.accept();
    boost::beast::flat_buffer buffer;
    http::request<http::string_body> request;
    http::read(socket, buffer, request);
    http::response<http::string_body> response(http::status::ok, 11);
    response.body() = protocol::token_response("token-1");
    response.prepare_payload();
    http::write(socket, response);
}

} // namespace avatar::tests
