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

CAF_TEST(a client that asks whether to go on is told to) {
    for (const std::string expect : {"100-continue", "100-Continue"}) {
        auto socket = connect();
        boost::asio::write(socket, boost::asio::buffer("POST /a HTTP/1.1\r\nHost: a\r\nExpect: " +
                                                       expect + "\r\nContent-Length: 4\r\n\r\n"));
        const std::string go_on = "HTTP/1.1 100 Continue\r\n\r\n";
        CAF_CHECK_EQUAL(read_bytes(socket, go_on.size()), go_on);
        boost::asio::write(socket, boost::asio::buffer("body", 4));
        const auto answer = read_response(socket);
        CAF_CHECK_EQUAL(answer.body(), "POST /a  body");
        const auto next = ask(socket, "GET /b HTTP/1.1");
        CAF_CHECK_EQUAL(next.body(), "GET /b  ");
    }
}

CAF_TEST(nobody is told to go on without asking or without a body to come) {
    auto old = connect();
    CAF_CHECK_EQUAL(
        ask(old, "POST /a HTTP/1.0", "Expect: 100-continue\r\nContent-Length: 4\r\n", "body")
            .result_int(),
        200u);
    auto empty = connect();
    CAF_CHECK_EQUAL(ask(empty, "GET /a HTTP/1.1", "Expect: 100-continue\r\n").result_int(), 200u);
    auto large = connect();
    CAF_CHECK_EQUAL(
        ask(large, "POST /a HTTP/1.1", "Expect: 100-continue\r\nContent-Length: 100000000\r\n")
            .result_int(),
        413u);
}

CAF_TEST(what is no HTTP is refused and the connection ends) {
    for (const std::string line : {"nonsense", "GET", "GET /a HTTP/9.9", "GET /a b HTTP/1.1"}) {
        auto socket = connect();
        const auto answer = ask(socket, line);
        CAF_CHECK_EQUAL(answer.result_int(), 400u);
        CAF_CHECK_EQUAL(answer.body(), "{\"message\":\"bad request\"}\n");
        CAF_CHECK(!answer.keep_alive());
        CAF_CHECK_EQUAL(rest_of(socket), "");
    }
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

CAF_TEST(a head alone is answered without a body and the connection is kept) {
    auto socket = connect();
    boost::asio::write(socket, boost::asio::buffer(std::string(
                                   "HEAD /a HTTP/1.1\r\nHost: a\r\n\r\n"
                                   "GET /b HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")));
    const auto all = rest_of(socket);
    CAF_CHECK_EQUAL(all.find("HEAD /a"), all.npos);
    CAF_CHECK(all.find("Content-Length: 9\r\n") != all.npos); // Of "HEAD /a  ".
    CAF_CHECK(all.ends_with("GET /b  "));
}

CAF_TEST(half a request ends its connection alone) {
    auto half = connect();
    boost::asio::write(half, boost::asio::buffer(std::string("GET / HT")));
    half.shutdown(socket::shutdown_send);
    CAF_CHECK_EQUAL(rest_of(half), "");
    auto whole = connect();
    CAF_CHECK_EQUAL(ask(whole, "GET /a HTTP/1.1").result_int(), 200u);
}

CAF_TEST_FIXTURE_SCOPE_END()
