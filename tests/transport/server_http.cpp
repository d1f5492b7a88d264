#include "tests/support/dsl.hpp"
#include "tests/transport/server_fixture.hpp"

#define CAF_SUITE server_http

using namespace avatar;

namespace {

namespace http = boost::beast::http;

} // namespace

CAF_TEST_FIXTURE_SCOPE(server_http_tests, tests::server_fixture)

CAF_TEST(a request comes as it was sent and the answer goes out as it was made) {
    auto socket = connect();
    const auto answer =
        ask(socket, "POST /path?a=%20b HTTP/1.1", "x-MARK: m\r\nContent-Length: 4\r\n", "body");
    CAF_CHECK_EQUAL(answer.result_int(), 200u);
    CAF_CHECK_EQUAL(answer.body(), "POST /path?a=%20b m body");
    CAF_CHECK_EQUAL(answer[http::field::content_type], "application/json");
    const auto other = ask(socket, "GET /teapot HTTP/1.1");
    CAF_CHECK_EQUAL(other.result_int(), 418u);
    CAF_CHECK_EQUAL(other[http::field::content_type], "text/plain");
    CAF_CHECK_EQUAL(other.body(), "GET /teapot  ");
}

CAF_TEST(a connection is kept and an answer may take its time) {
    auto socket = connect();
    for (int i = 0; i < 2; ++i)
        for (const std::string target : {"/slow", "/quick"}) {
            const auto answer = ask(socket, "GET " + target + " HTTP/1.1");
            CAF_CHECK_EQUAL(answer.body(), "GET " + target + "  ");
            CAF_CHECK(answer.keep_alive());
        }
}

CAF_TEST(requests that come together are answered in their order) {
    auto socket = connect();
    boost::asio::write(socket, boost::asio::buffer(std::string(
                                   "GET /slow HTTP/1.1\r\nHost: a\r\n\r\n"
                                   "GET /2 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")));
    const auto all = rest_of(socket);
    const auto first = all.find("GET /slow");
    const auto second = all.find("GET /2");
    CAF_CHECK(first != all.npos);
    CAF_CHECK(second != all.npos);
    CAF_CHECK(first < second);
}

CAF_TEST(a connection that is not to be kept ends behind the answer) {
    auto told = connect();
    const auto answer = ask(told, "GET /a HTTP/1.1", "Connection: close\r\n");
    CAF_CHECK_EQUAL(answer.body(), "GET /a  ");
    CAF_CHECK(!answer.keep_alive());
    CAF_CHECK_EQUAL(rest_of(told), "");

    auto old = connect();
    const auto plain = ask(old, "GET /a HTTP/1.0");
    CAF_CHECK_EQUAL(plain.version(), 10u);
    CAF_CHECK_EQUAL(plain.body(), "GET /a  ");
    CAF_CHECK_EQUAL(rest_of(old), "");
}

CAF_TEST(a refused upgrade leaves the connection to further requests and upgrades) {
    const std::string upgrade = "Connection: Upgrade\r\nUpgrade: websocket\r\n"
                                "Sec-WebSocket-Version: 13\r\n"
                                "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n";
    auto socket = connect();
    const auto refused = ask(socket, "GET /no HTTP/1.1", upgrade);
    CAF_CHECK_EQUAL(refused.result_int(), 403u);
    CAF_CHECK_EQUAL(refused.body(), "refused /no");
    CAF_CHECK_EQUAL(ask(socket, "GET /a HTTP/1.1").result_int(), 200u);
    client ws(std::move(socket));
    ws.handshake("localhost", "/");
    next_peer();
    ws.close(boost::beast::websocket::close_code::normal);
    CAF_CHECK(ended_with(1000));
}

CAF_TEST(what is no request and half a request end the connection alone) {
    auto garbage = connect();
    boost::asio::write(garbage, boost::asio::buffer(std::string("nonsense\r\n\r\n")));
    CAF_CHECK_EQUAL(rest_of(garbage), "");
    auto half = connect();
    boost::asio::write(half, boost::asio::buffer(std::string("GET / HT")));
    half.shutdown(socket::shutdown_send);
    CAF_CHECK_EQUAL(rest_of(half), "");
    auto whole = connect();
    CAF_CHECK_EQUAL(ask(whole, "GET /a HTTP/1.1").result_int(), 200u);
}

CAF_TEST_FIXTURE_SCOPE_END()
