#include "tests/support/certificates.hpp"
#include "tests/transport/channel_fixture.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/write.hpp>
#include <openssl/ssl.h>

#include <memory>
#include <string>
#include <vector>

#define CAF_SUITE channel_console

using namespace avatar;
using boost::asio::ip::tcp;

namespace {

/// Channels that open one after the other, with a console of which every connection is in
/// the test's hands.
struct console_fixture : tests::channel_fixture {
    void open_in_turn(std::size_t count, transport::channel_settings settings) {
        settings.service.max_opening = 1;
        const auto make = transport::make_avatar_channels(io, settings);
        for (std::size_t i = 0; i < count; ++i) {
            channels.push_back(make([this](channel_event event) { events.put(std::move(event)); }));
            channels.back()->open();
        }
    }

    std::string console_address() {
        return "127.0.0.1:" + std::to_string(console.local_endpoint().port());
    }

    /// Takes the next request on that connection, whose body is the only object in it.
    template <class Connection>
    static std::string request_on(Connection& connection) {
        std::string request;
        boost::asio::read_until(connection, boost::asio::dynamic_buffer(request), '}');
        return request;
    }

    template <class Connection>
    static void answer(Connection& connection, const std::string& headers = {}) {
        const auto body = protocol::token_response("token-1");
        boost::asio::write(
            connection, boost::asio::buffer("HTTP/1.1 200 OK\r\n" + headers + "Content-Length: " +
                                            std::to_string(body.size()) + "\r\n\r\n" + body));
    }

    /// Why nothing more comes on that connection.
    template <class Connection>
    static boost::system::error_code end_of(Connection& connection) {
        char more = 0;
        boost::system::error_code ec;
        connection.read_some(boost::asio::buffer(&more, 1), ec);
        return ec;
    }

    boost::asio::io_context never_runs;
    tcp::acceptor console{never_runs, {boost::asio::ip::make_address("127.0.0.1"), 0}};
    std::vector<std::unique_ptr<transport::channel>> channels;
};

struct channel_console_fixture : console_fixture {
    channel_console_fixture() {
        auto settings = settings_for(service);
        settings.service.console_endpoint = "http://" + console_address();
        open_in_turn(2, std::move(settings));
    }

    static bool has_ended(tcp::socket& connection) {
        return end_of(connection) == boost::asio::error::eof;
    }

    tests::local_service service;
};

/// A console that is reached over TLS. No session opens before the test lets the service
/// confirm it, and the next one does not ask for its token before.
struct tls_console_fixture : console_fixture {
    using connection = boost::asio::ssl::stream<tcp::socket>;

    void open_over_tls(std::size_t count) {
        auto settings = settings_for(service);
        settings.service.console_endpoint = "https://" + console_address();
        settings.service.ca_file = tests::ca_file;
        open_in_turn(count, std::move(settings));
    }

    connection accept_tls() {
        connection accepted(console.accept(), *tls);
        accepted.handshake(connection::server);
        return accepted;
    }

    bool nobody_connects() {
        console.non_blocking(true);
        boost::system::error_code ec;
        console.accept(ec);
        return ec == boost::asio::error::would_block;
    }

    /// The session has its token, and its connection to the console is kept.
    void wait_for_arrival() { CAF_REQUIRE(arrivals.take().has_value()); }

    void let_one_open() {
        confirmations.put(1);
        next<channel_opened>();
    }

    tests::service_script confirming() {
        tests::service_script script;
        script.handshake = [this](transport::peer& peer) {
            arrivals.put(1);
            confirmations.take();
            tests::send(peer, protocol::confirm_session{"connection-1"});
        };
        return script;
    }

    transport::tls_context tls =
        transport::make_server_tls(tests::server_certificate, tests::server_key);
    tests::inbox<int> arrivals; // Of sessions at the service, ...
    tests::inbox<int> confirmations;
    tests::local_service service{confirming()};
};

using tls_connection = tls_console_fixture::connection;

/// As a server that is done with an idle client.
void end_with_notice(tls_connection& connection) {
    boost::system::error_code ignored;
    connection.next_layer().shutdown(tcp::socket::shutdown_receive); // Waits for no answer.
    connection.shutdown(ignored);
    connection.next_layer().close();
}

/// As a server whose process has ended.
void end_without_notice(tls_connection& connection) {
    connection.next_layer().close();
}

/// As a router that has forgotten the connection.
void reset(tls_connection& connection) {
    connection.next_layer().set_option(boost::asio::socket_base::linger(true, 0));
    connection.next_layer().close();
}

} // namespace

CAF_TEST_FIXTURE_SCOPE(channel_console_tests, channel_console_fixture)

CAF_TEST(a session asks for its token on the connection of the one before) {
    auto connection = console.accept();
    for (int i = 0; i < 2; ++i) {
        CAF_CHECK(request_on(connection).starts_with("POST /session-tokens HTTP/1.1\r\n"));
        answer(connection);
        next<channel_opened>();
    }
    CAF_CHECK(has_ended(connection));
}

CAF_TEST(a kept connection that the console has ended is passed over) {
    auto connection = console.accept();
    request_on(connection);
    answer(connection);
    connection.close();
    next<channel_opened>();

    connection = console.accept();
    request_on(connection);
    answer(connection);
    next<channel_opened>();
}

CAF_TEST(a kept connection that the console ends at the next request is passed over) {
    auto connection = console.accept();
    request_on(connection);
    answer(connection);
    next<channel_opened>();
    request_on(connection);
    connection.close();

    connection = console.accept();
    request_on(connection);
    answer(connection);
    next<channel_opened>();
}

CAF_TEST(a connection that the console does not keep is not used again) {
    for (int i = 0; i < 2; ++i) {
        auto connection = console.accept();
        request_on(connection);
        answer(connection, "Connection: close\r\n");
        next<channel_opened>();
        CAF_CHECK(has_ended(connection));
    }
}

CAF_TEST(a connection with more than the answer on it is not used again) {
    for (int i = 0; i < 2; ++i) {
        auto connection = console.accept();
        request_on(connection);
        const std::string twice = "HTTP/1.1 200 OK\r\nContent-Length: 22\r\n\r\n"
                                  R"({"sessionToken":"t-1"})";
        boost::asio::write(connection, boost::asio::buffer(twice + twice));
        next<channel_opened>();
    }
}

CAF_TEST(closing while a kept connection brings no answer ends the channel) {
    auto connection = console.accept();
    request_on(connection);
    answer(connection);
    next<channel_opened>();
    request_on(connection);
    channels[1]->close(close_reason::normal);
    CAF_CHECK(!next<channel_closed>().failure);
    CAF_CHECK(has_ended(connection));
}

CAF_TEST_FIXTURE_SCOPE_END()

CAF_TEST_FIXTURE_SCOPE(tls_console_tests, tls_console_fixture)

CAF_TEST(over TLS all sessions ask for their tokens on one connection) {
    open_over_tls(4);
    auto connection = accept_tls();
    for (int i = 0; i < 4; ++i) {
        CAF_CHECK(request_on(connection).starts_with("POST /session-tokens HTTP/1.1\r\n"));
        answer(connection);
        let_one_open();
    }
    CAF_CHECK(nobody_connects());
    CAF_CHECK_EQUAL(end_of(connection), boost::asio::ssl::error::stream_truncated);
}

CAF_TEST(a kept TLS connection that the console has ended is passed over) {
    const auto ways = {end_with_notice, end_without_notice, reset};
    open_over_tls(ways.size() + 1);
    for (const auto end : ways) {
        auto connection = accept_tls();
        request_on(connection);
        answer(connection);
        wait_for_arrival();
        end(connection);
        let_one_open();
    }
    auto connection = accept_tls();
    request_on(connection);
    answer(connection);
    let_one_open();
}

CAF_TEST(a kept TLS connection that the console ends at the next request is passed over) {
    const auto ways = {end_with_notice, end_without_notice, reset};
    open_over_tls(ways.size() + 1);
    for (const auto end : ways) {
        auto connection = accept_tls();
        request_on(connection);
        answer(connection);
        let_one_open();
        request_on(connection);
        end(connection);
    }
    auto connection = accept_tls();
    request_on(connection);
    answer(connection);
    let_one_open();
}

CAF_TEST(a kept TLS connection is used though the console has sent a ticket on it) {
    open_over_tls(2);
    auto connection = accept_tls();
    request_on(connection);
    answer(connection);
    wait_for_arrival();
    // Not for the session, but for later connections: a server may send it at any time.
    CAF_REQUIRE_EQUAL(SSL_new_session_ticket(connection.native_handle()), 1);
    connection.handshake(tls_connection::server);
    let_one_open();
    request_on(connection);
    answer(connection);
    let_one_open();
    CAF_CHECK(nobody_connects());
}

CAF_TEST_FIXTURE_SCOPE_END()
