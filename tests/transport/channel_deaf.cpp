#include "tests/transport/client_frames.hpp"
#include "tests/transport/own_socket.hpp"
#include "tests/transport/raw_channel_fixture.hpp"

#include <netinet/tcp.h>

#define CAF_SUITE channel_deaf

using namespace avatar;
using namespace std::chrono_literals;
using tests::code;
using tests::raw_service;

namespace {

/// More than any socket's buffers hold.
const audio_clip too_much(std::string(64 * 1024 * 1024, 'a'));

/// Reads nothing any more and sends nothing.
void deaf_and_silent(raw_service& service, raw_service::websocket&) {
    while (service.pace()) {
    }
}

/// Reads nothing any more and sends frames that nobody has asked for.
void deaf_but_talking(raw_service& service, raw_service::websocket& ws) {
    while (service.pace())
        ws.write(boost::asio::buffer(service.last_frame("nobody's")));
}

constexpr std::size_t slow_bytes = 32 * 1024 * 1024;

/// Reads so much in small portions, then ends the request "r-1".
void slow(raw_service& service, raw_service::websocket& ws) {
    std::string portion(256 * 1024, ' ');
    for (std::size_t read = 0; read < slow_bytes && service.pace();)
        read += ws.next_layer().read_some(boost::asio::buffer(portion));
    ws.write(boost::asio::buffer(service.last_frame("r-1")));
    deaf_and_silent(service, ws);
}

} // namespace

CAF_TEST_FIXTURE_SCOPE(channel_deaf_tests, tests::raw_channel_fixture)

CAF_TEST(a service that reads nothing is left although it sends) {
    raw_service service(deaf_but_talking);
    open(settings_of(service, 100ms));
    next<channel_opened>();
    channel->send("r-1", too_much);
    const auto closed = next<channel_closed>();
    CAF_CHECK_EQUAL(describe(closed.failure),
                    "connectionClosed: the service has read nothing for 200ms");
    CAF_CHECK(closed.late_frames > 0);
    CAF_CHECK(closed.request_accepted);
}

CAF_TEST(the kernel sends at once and ends a session in which nothing is confirmed) {
    raw_service service(deaf_and_silent);
    open(settings_of(service, 1500ms));
    next<channel_opened>();
    const auto option = [&](int name) {
        int value = 0;
        socklen_t size = sizeof value;
        CAF_REQUIRE(::getsockopt(tests::own_socket_to(service.port()), IPPROTO_TCP, name, &value,
                                 &size) == 0);
        return value;
    };
    CAF_CHECK_EQUAL(option(TCP_USER_TIMEOUT), 3000);
    CAF_CHECK_EQUAL(option(TCP_NODELAY), 1);
}

CAF_TEST(a service that reads nothing is found without the help of the kernel) {
    raw_service service(deaf_but_talking);
    open(settings_of(service, 100ms));
    next<channel_opened>();
    const unsigned none = 0;
    CAF_REQUIRE(::setsockopt(tests::own_socket_to(service.port()), IPPROTO_TCP, TCP_USER_TIMEOUT,
                             &none, sizeof none) == 0);
    channel->send("r-1", too_much);
    CAF_CHECK_EQUAL(describe(next<channel_closed>().failure),
                    "connectionClosed: the service has read nothing for 200ms");
}

CAF_TEST(a service that neither reads nor sends is left) {
    raw_service service(deaf_and_silent);
    open(settings_of(service, 100ms));
    next<channel_opened>();
    channel->send("r-1", too_much);
    const auto closed = next<channel_closed>();
    CAF_CHECK_EQUAL(code(closed.failure), "connectionClosed");
    CAF_CHECK(closed.failure.detail.find("for 200ms") != std::string::npos ||
              closed.failure.detail.find("within 200ms") != std::string::npos);
}

CAF_TEST(a deaf service does not keep a session from closing) {
    for (const auto behaves : {deaf_and_silent, deaf_but_talking}) {
        raw_service service(behaves);
        auto settings = settings_of(service, 1h);
        settings.close_timeout = 20ms;
        open(settings);
        next<channel_opened>();
        channel->send("r-1", too_much);
        channel->close(close_reason::normal);
        CAF_CHECK(!next<channel_closed>().failure);
    }
}

CAF_TEST(a service that says goodbye and reads nothing is left all the same) {
    raw_service service([](raw_service& self, raw_service::websocket& ws) {
        while (self.pace() && ws.next_layer().available() == 0) {
        }
        // Of the request, which is never read: Beast's answer waits behind it.
        tests::write_frame(ws, tests::client_frame::close,
                           "\x03\xf3"
                           "restarting");
        deaf_and_silent(self, ws);
    });
    auto settings = settings_of(service, 1h);
    settings.close_timeout = 100ms;
    open(settings);
    next<channel_opened>();
    channel->send("r-1", too_much);
    CAF_CHECK_EQUAL(code(next<channel_closed>().failure), "connectionClosed");
}

CAF_TEST(a service that takes its time to read keeps its session) {
    raw_service service(slow);
    open(settings_of(service, 500ms)); // A busy machine stops the service's thread for less.
    next<channel_opened>();
    channel->send("r-1", audio_clip(std::string(slow_bytes, 'a')));
    const auto end = next<exchange_finished>();
    CAF_CHECK(end.duration > 1s); // More than what ends a session with a deaf one.
}

CAF_TEST(a service that takes connections and nothing else is left at the connect timeout) {
    // Connections to it are made by its kernel and stay there.
    boost::asio::io_context never_runs;
    const boost::asio::ip::tcp::acceptor deaf(never_runs,
                                              {boost::asio::ip::make_address("127.0.0.1"), 0});
    const auto at = "127.0.0.1:" + std::to_string(deaf.local_endpoint().port());
    tests::local_service service;
    struct entry {
        std::string console, ingress, step, url;
    };
    const std::vector<entry> table{
        {"http://" + at, service.url(""), "asking for a session token",
         "http://" + at + "/session-tokens"},
        {"https://" + at, service.url(""), "TLS handshake", "https://" + at + "/session-tokens"},
        {service.url(""), "ws://" + at, "WebSocket upgrade", "ws://" + at + "/websocket"},
        {service.url(""), "wss://" + at, "TLS handshake", "wss://" + at + "/websocket"},
    };
    for (const auto& [console, ingress, step, url] : table) {
        auto settings = settings_for(service);
        settings.service.console_endpoint = console;
        settings.service.ingress_endpoint = ingress;
        settings.service.connect_timeout = 500ms; // For the steps before as well.
        open(settings);
        CAF_CHECK_EQUAL(describe(next<channel_closed>().failure),
                        "connectionFailed: timed out after 500ms (" + step + ") (" + url + ")");
    }
}

CAF_TEST_FIXTURE_SCOPE_END()
