#include "transport/message_stream.hpp"

#include "tests/support/certificates.hpp"
#include "tests/support/dsl.hpp"
#include "tests/transport/server_frames.hpp"
#include "transport/websocket.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/buffers_to_string.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <openssl/evp.h>
#include <openssl/sha.h>

#include <array>
#include <optional>
#include <string>
#include <vector>

#define CAF_SUITE message_stream

namespace asio = boost::asio;
namespace beast = boost::beast;
using namespace avatar;
using namespace std::string_literals;
using boost::system::error_code;
using tests::binary_frame;
using tests::ping_frame;
using transport::client_websocket;
using transport::stream;

namespace {

using texts = std::vector<std::string>;

/// What the streams of a thread share.
struct thread {
    asio::io_context io;
    std::vector<char> read_buffer = std::vector<char>(64 * 1024);

    /// Runs until everything waits for something that does not come.
    void run_pending() {
        io.restart();
        while (io.poll() > 0) {
        }
    }

    template <class Condition>
    void run_until(Condition holds) {
        io.restart();
        while (!holds())
            io.run_one();
    }
};

/// A client's WebSocket, and the server's end of its connection, which speaks the
/// protocol by the byte.
class session : public transport::message_receiver {
public:
    session(thread& t, bool tls) : thread_(t) {
        using acceptor = asio::basic_socket_acceptor<asio::ip::tcp, transport::executor>;
        acceptor listening(t.io, {asio::ip::address_v4::loopback(), 0});
        transport::tcp_socket near(t.io);
        near.connect(listening.local_endpoint());
        server.emplace(listening.accept(), tls ? transport::make_server_tls(
                                                     tests::server_certificate, tests::server_key)
                                               : nullptr);
        stream ours(std::move(near), tls ? transport::make_client_tls(tests::ca_file) : nullptr);
        if (tls) {
            int shaken = 0;
            const auto on_done = [&](error_code ec) {
                CAF_CHECK(!ec);
                ++shaken;
            };
            server->tls()->async_handshake(asio::ssl::stream_base::server, on_done);
            ours.tls()->async_handshake(asio::ssl::stream_base::client, on_done);
            t.run_until([&] { return shaken == 2; });
        }
        client.emplace(std::move(ours), t.read_buffer);
        client->control_callback([this](beast::websocket::frame_type, beast::string_view payload) {
            pings.emplace_back(payload);
        });
    }

    /// Upgrades, with `early` in the same write as the answer, and reads from then on.
    void open(const std::string& early = "") {
        bool upgraded = false;
        client->async_handshake("host", "/", [&](error_code ec) {
            CAF_CHECK(!ec);
            upgraded = !ec;
        });
        const auto request = receive();
        const auto at = request.find("Sec-WebSocket-Key: ") + 19;
        send("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: upgrade\r\n"
             "Sec-WebSocket-Accept: " +
             accept_key(request.substr(at, request.find('\r', at) - at)) + "\r\n\r\n" + early);
        thread_.run_until([&] { return upgraded; });
        client->next_layer().take_messages(largest, *this);
        read();
    }

    void on_whole_message(std::string_view payload) override {
        messages.emplace_back(payload);
        if (on_message)
            on_message();
    }

    void on_messages_read() override { ++reads; }

    void on_data_held() override { ++holds; }

    /// The server's bytes, which may wait for space.
    void send(std::string bytes) {
        auto kept = std::make_shared<std::string>(std::move(bytes));
        sent = false;
        asio::async_write(*server, asio::buffer(*kept),
                          [this, kept](error_code, std::size_t) { sent = true; });
        thread_.run_pending();
    }

    /// So many messages.
    texts await(std::size_t count) {
        thread_.run_until([&] { return messages.size() >= count; });
        thread_.run_pending(); // What should not come may.
        return messages;
    }

    error_code await_end() {
        thread_.run_until([&] { return end.has_value(); });
        return *end;
    }

    /// What has come to the server.
    std::string receive() {
        std::array<char, 1024> bytes; // NOLINT: filled as far as it is used
        std::optional<std::size_t> size;
        server->async_read_some(asio::buffer(bytes),
                                [&](error_code, std::size_t got) { size = got; });
        thread_.run_until([&] { return size.has_value(); });
        return {bytes.data(), *size};
    }

    transport::message_stream& reading() { return client->next_layer(); }

    static constexpr std::uint64_t largest = 2'000'000;

    std::optional<stream> server;
    std::optional<client_websocket> client;
    texts messages;
    texts pings; // That came, and are answered.
    std::function<void()> on_message;
    int holds = 0;                 // Of data that came while reading was paused.
    int reads = 0;                 // That brought messages.
    std::optional<error_code> end; // Of the reading.
    bool sent = false;

private:
    static std::string accept_key(const std::string& key) { // RFC 6455, section 4.2.2.
        const auto text = key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
        std::array<unsigned char, SHA_DIGEST_LENGTH> digest{};
        SHA1(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data());
        std::array<unsigned char, 29> encoded{};
        EVP_EncodeBlock(encoded.data(), digest.data(), digest.size());
        return reinterpret_cast<const char*>(encoded.data());
    }

    void read() {
        client->async_read_some(buffer_.prepare(64), [this](error_code ec, std::size_t size) {
            if (ec) {
                end = ec;
                return;
            }
            buffer_.commit(size);
            if (client->is_message_done()) {
                messages.push_back("by Beast: " + beast::buffers_to_string(buffer_.data()));
                buffer_.clear();
            }
            read();
        });
    }

    thread& thread_;
    beast::flat_buffer buffer_;
};

/// Does the same without and with TLS.
template <class Test>
void over_each(Test test) {
    for (const bool tls : {false, true}) {
        CAF_MESSAGE((tls ? "with TLS" : "without TLS"));
        thread t;
        session s(t, tls);
        test(t, s);
    }
}

} // namespace

CAF_TEST(messages go to their owner and control frames to Beast) {
    over_each([](thread&, session& s) {
        s.open();
        s.send(binary_frame("one") + ping_frame("p") + binary_frame("two"));
        CAF_CHECK_EQUAL(s.await(2), (texts{"one", "two"}));
        CAF_CHECK_EQUAL(s.pings, texts{"p"});
        CAF_CHECK_EQUAL(s.receive().substr(0, 2), "\x8a\x81"s); // A pong of one byte, masked.
    });
}

CAF_TEST(what comes with the answer to the upgrade is read in its order) {
    over_each([](thread&, session& s) {
        const auto cut = binary_frame("three");
        s.open(ping_frame("p") + binary_frame("one") + binary_frame("two") + cut.substr(0, 4));
        s.send(cut.substr(4));
        CAF_CHECK_EQUAL(s.await(3), (texts{"one", "two", "three"}));
        CAF_CHECK_EQUAL(s.pings, texts{"p"});
    });
}

CAF_TEST(a read before anything has come finds nothing) {
    over_each([](thread&, session& s) {
        s.open();
        std::array<char, 10> bytes{};
        error_code ec;
        CAF_CHECK_EQUAL(s.server->read_now(asio::buffer(bytes), ec), 0u);
        CAF_CHECK(!ec);
    });
}

CAF_TEST(a message in several frames comes between those in one) {
    over_each([](thread&, session& s) {
        s.open();
        s.send(binary_frame("one") + tests::frame(0x02, "t") + tests::frame(0x00, "w") +
               tests::frame(0x80, "o") + binary_frame("three"));
        CAF_CHECK_EQUAL(s.await(3), (texts{"one", "by Beast: two", "three"}));
    });
}

CAF_TEST(messages larger than the buffer come whole) {
    over_each([](thread&, session& s) {
        s.open();
        const std::string large(1'500'000, 'l');
        s.send(binary_frame("small") + binary_frame(large) + binary_frame("small"));
        CAF_CHECK(s.await(3)[1] == large);
    });
}

CAF_TEST(more than the buffer holds at once needs no further word of the server) {
    over_each([](thread&, session& s) {
        s.open();
        std::string bytes;
        for (int i = 0; i < 1000; ++i)
            bytes += binary_frame(std::string(1000, 'x'));
        s.send(bytes);
        CAF_CHECK_EQUAL(s.await(1000).size(), 1000u);
        CAF_CHECK(s.sent);
    });
}

CAF_TEST(streams that share a buffer keep their parts of messages apart) {
    thread t;
    session a(t, false);
    session b(t, true);
    a.open();
    b.open();
    const auto of_a = binary_frame(std::string(100, 'a'));
    const auto of_b = binary_frame(std::string(100, 'b'));
    a.send(of_a.substr(0, 50));
    b.send(of_b.substr(0, 60));
    a.send(of_a.substr(50));
    b.send(of_b.substr(60));
    CAF_CHECK_EQUAL(a.await(1), texts{std::string(100, 'a')});
    CAF_CHECK_EQUAL(b.await(1), texts{std::string(100, 'b')});
}

CAF_TEST(a paused stream answers the pings that come before the next message) {
    over_each([](thread& t, session& s) {
        s.open();
        s.reading().pause();
        s.send(ping_frame("before") + binary_frame("message") + ping_frame("behind"));
        t.run_until([&] { return !s.pings.empty(); });
        t.run_pending();
        CAF_CHECK_EQUAL(s.messages, texts{});
        CAF_CHECK_EQUAL(s.pings, texts{"before"});
        s.reading().resume();
        CAF_CHECK_EQUAL(s.await(1), texts{"message"});
        t.run_until([&] { return s.pings.size() == 2; });
        CAF_CHECK_EQUAL(s.pings.back(), "behind");
    });
}

CAF_TEST(a stream that is paused at a message may pause again at the next) {
    over_each([](thread& t, session& s) {
        s.open();
        s.on_message = [&] { s.reading().pause(); };
        s.send(binary_frame("one") + binary_frame("two") + tests::frame(0x02, "th") +
               tests::frame(0x80, "ree") + binary_frame("four"));
        CAF_CHECK_EQUAL(s.await(1), texts{"one"});
        s.reading().resume();
        s.reading().pause(); // Before it could read.
        t.run_pending();
        CAF_CHECK_EQUAL(s.messages, texts{"one"});
        s.reading().resume();
        CAF_CHECK_EQUAL(s.await(2), (texts{"one", "two"}));
        s.reading().resume();
        CAF_CHECK_EQUAL(s.await(4), (texts{"one", "two", "by Beast: three", "four"}));
    });
}

CAF_TEST(a server waits for a paused stream) {
    over_each([](thread&, session& s) {
        s.open();
        s.reading().pause();
        std::string bytes;
        for (int i = 0; i < 30'000; ++i) // Many times what the kernel keeps of one connection.
            bytes += binary_frame(std::string(1000, 'x'));
        s.send(bytes);
        CAF_CHECK(!s.sent);
        CAF_CHECK_EQUAL(s.messages.size(), 0u);
        s.reading().resume();
        CAF_CHECK_EQUAL(s.await(30'000).size(), 30'000u);
        CAF_CHECK(s.sent);
    });
}

CAF_TEST(closing ends a read that waits and one that is paused) {
    over_each([](thread&, session& s) {
        s.open();
        s.reading().close();
        CAF_CHECK(s.await_end() == asio::error::operation_aborted);
    });
    over_each([](thread& t, session& s) {
        s.open();
        s.reading().pause();
        s.send(ping_frame("before") + binary_frame("message"));
        t.run_until([&] { return !s.pings.empty(); });
        t.run_pending();
        s.reading().close();
        CAF_CHECK(s.await_end() == asio::error::operation_aborted);
        CAF_CHECK_EQUAL(s.messages, texts{});
    });
}

CAF_TEST(an owner that closes at a message gets none after it) {
    over_each([](thread&, session& s) {
        s.open();
        s.on_message = [&] { s.reading().close(); };
        s.send(binary_frame("one") + binary_frame("two"));
        CAF_CHECK(s.await_end() == asio::error::operation_aborted);
        CAF_CHECK_EQUAL(s.messages, texts{"one"});
    });
}

CAF_TEST(the end of a connection comes after what was sent before it) {
    over_each([](thread&, session& s) {
        s.open();
        const bool tls = s.server->tls() != nullptr;
        s.reading().pause(); // So that both are there when it reads.
        s.send(binary_frame("one"));
        s.send(binary_frame("two"));
        s.server->close();
        s.reading().resume();
        const auto end = s.await_end();
        CAF_CHECK_EQUAL(s.messages, (texts{"one", "two"}));
        if (tls)
            CAF_CHECK(end == asio::ssl::error::stream_truncated);
        else
            CAF_CHECK(end == asio::error::eof);
    });
}
