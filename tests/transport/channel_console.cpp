#include "tests/transport/channel_fixture.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>

#include <string>

#define CAF_SUITE channel_console

using namespace avatar;
using boost::asio::ip::tcp;

namespace {

/// Two channels that open one after the other, with a console of which every connection
/// is in the test's hands.
struct channel_console_fixture : tests::channel_fixture {
    channel_console_fixture() {
        auto settings = settings_for(service);
        settings.service.console_endpoint =
            "http://127.0.0.1:" + std::to_string(console.local_endpoint().port());
        settings.service.max_opening = 1;
        const auto make = transport::make_avatar_channels(io, settings);
        for (auto* each : {&first, &second}) {
            *each = make([this](channel_event event) { events.put(std::move(event)); });
            (*each)->open();
        }
    }

    /// Takes the next request on that connection, whose body is the only object in it.
    static std::string request_on(tcp::socket& connection) {
        std::string request;
        boost::asio::read_until(connection, boost::asio::dynamic_buffer(request), '}');
        return request;
    }

    static void answer(tcp::socket& connection, const std::string& headers = {}) {
        const auto body = protocol::token_response("token-1");
        boost::asio::write(
            connection, boost::asio::buffer("HTTP/1.1 200 OK\r\n" + headers + "Content-Length: " +
                                            std::to_string(body.size()) + "\r\n\r\n" + body));
    }

    static bool has_ended(tcp::socket& connection) {
        char more = 0;
        boost::system::error_code ec;
        connection.read_some(boost::asio::buffer(&more, 1), ec);
        return ec == boost::asio::error::eof;
    }

    tests::local_service service;
    boost::asio::io_context never_runs;
    tcp::acceptor console{never_runs, {boost::asio::ip::make_address("127.0.0.1"), 0}};
    std::unique_ptr<transport::channel> first, second;
};

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
    second->close(close_reason::normal);
    CAF_CHECK(!next<channel_closed>().failure);
    CAF_CHECK(has_ended(connection));
}

CAF_TEST_FIXTURE_SCOPE_END()
