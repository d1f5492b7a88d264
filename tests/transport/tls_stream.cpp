#include "transport/tls_stream.hpp"

#include "tests/support/dsl.hpp"
#include "tests/transport/tls_pair.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/asio/write.hpp>
#include <openssl/err.h>
#include <openssl/ssl.h>

#include <array>
#include <string>

#define CAF_SUITE tls_stream

namespace asio = boost::asio;
using namespace avatar;
using boost::system::error_code;
using transport::awaitable;
using transport::tls_stream;
using transport::use_awaitable;

namespace {

/// Many times what the kernel keeps of one connection.
std::string more_than_fits(char seed) {
    std::string bytes(16'000'000, '\0');
    for (std::size_t i = 0; i < bytes.size(); ++i)
        bytes[i] = static_cast<char>(seed + i % 251);
    return bytes;
}

awaitable<void> send_all(tls_stream& s, const std::string& bytes) {
    co_await asio::async_write(s, asio::buffer(bytes), use_awaitable);
}

awaitable<void> receive_all(tls_stream& s, std::string& bytes) {
    co_await asio::async_read(s, asio::buffer(bytes), use_awaitable);
}

/// The error that a read ends with.
awaitable<void> read_in_vain(tls_stream& s, error_code& ec) {
    char byte = 0;
    co_await s.async_read_some(asio::buffer(&byte, 1), asio::redirect_error(use_awaitable, ec));
}

awaitable<void> shut_down(tls_stream& s, error_code& ec) {
    co_await s.async_shutdown(asio::redirect_error(use_awaitable, ec));
}

awaitable<void> answer_shutdown(tls_stream& s, error_code& read, error_code& shut) {
    co_await read_in_vain(s, read);
    co_await shut_down(s, shut);
}

} // namespace

CAF_TEST_FIXTURE_SCOPE(tls_stream_tests, tests::tls_pair)

CAF_TEST(carries both ways at once what the kernel cannot hold) {
    const auto there = more_than_fits('t');
    const auto back = more_than_fits('b');
    std::string arrived_there(there.size(), '\0');
    std::string arrived_back(back.size(), '\0');
    spawn(send_all(*client, there));
    spawn(send_all(*server, back));
    // Nobody reads yet: both writers fill what there is and wait.
    run_pending();
    spawn(receive_all(*server, arrived_there));
    spawn(receive_all(*client, arrived_back));
    run();
    CAF_CHECK(arrived_there == there);
    CAF_CHECK(arrived_back == back);
}

CAF_TEST(buffers that are written together share a record) {
    const std::string head = "head";
    const std::string body(1000, 'b');
    std::size_t written = 0;
    std::string arrived(4000, '\0');
    std::size_t read = 0;
    const std::array<asio::const_buffer, 3> buffers{asio::buffer(head), asio::const_buffer(),
                                                    asio::buffer(body)};
    client->async_write_some(buffers, [&](error_code, std::size_t n) { written = n; });
    server->async_read_some(asio::buffer(arrived), [&](error_code, std::size_t n) { read = n; });
    run();
    CAF_CHECK_EQUAL(written, 1004u);
    arrived.resize(read);
    CAF_CHECK_EQUAL(arrived, head + body);
}

CAF_TEST(what had to wait is written from wherever it stands then) {
    const std::string head = "head";
    const std::string body(10'000, 'b');
    const std::array<asio::const_buffer, 2> buffers{asio::buffer(head), asio::buffer(body)};
    std::size_t written = 0;
    bool done = true;
    const auto on_written = [&](error_code ec, std::size_t size) {
        CAF_CHECK(!ec);
        CAF_CHECK_EQUAL(size, head.size() + body.size()); // In one record, of a copy.
        written += size;
        done = true;
    };
    while (std::exchange(done, false)) { // Until the kernel takes no more.
        client->async_write_some(buffers, on_written);
        run_pending();
    }
    std::string arrived(written + head.size() + body.size(), '\0');
    spawn(receive_all(*server, arrived));
    run();
    CAF_CHECK(done);
    std::string expected;
    while (expected.size() < arrived.size())
        expected += head + body;
    CAF_CHECK(arrived == expected);
}

CAF_TEST(an error that another connection left behind is no error of this one) {
    const auto leave_error = [] { ERR_raise(ERR_LIB_SSL, SSL_R_BAD_LENGTH); };
    char byte = 0;
    error_code reading = asio::error::fault;
    leave_error(); // The read below has to wait, and asks why.
    client->async_read_some(asio::buffer(&byte, 1),
                            [&](error_code ec, std::size_t) { reading = ec; });
    run_pending();
    leave_error();
    server->async_write_some(asio::buffer("x", 1), [](error_code, std::size_t) {});
    run();
    CAF_CHECK(!reading);

    const auto much = more_than_fits('t');
    std::string arrived(much.size(), '\0');
    leave_error();
    spawn(send_all(*client, much));
    run_pending();
    leave_error();
    spawn(receive_all(*server, arrived));
    run(); // Throws what either of them does.
    CAF_CHECK(arrived == much);

    error_code at_client = asio::error::fault;
    error_code read;
    error_code at_server = asio::error::fault;
    leave_error();
    spawn(shut_down(*client, at_client));
    spawn(answer_shutdown(*server, read, at_server));
    run();
    CAF_CHECK(!at_client);
    CAF_CHECK(!at_server);

    leave_error();
    connect(); // Throws where the handshake fails.
}

CAF_TEST(an error of one connection on a thread is not told of another) {
    tests::tls_pair other;
    error_code broken;
    asio::write(other.server->next_layer(), asio::buffer("HTTP/1.1 400 Bad Request\r\n", 26));
    other.spawn(read_in_vain(*other.client, broken));
    other.run();
    CAF_CHECK(broken.category() == asio::error::get_ssl_category());
    char byte = 0;
    error_code reading = asio::error::fault;
    client->async_read_some(asio::buffer(&byte, 1),
                            [&](error_code ec, std::size_t) { reading = ec; });
    run_pending();
    server->async_write_some(asio::buffer("x", 1), [](error_code, std::size_t) {});
    run();
    CAF_CHECK(!reading);
}

CAF_TEST(an operation never ends within the call that begins it) {
    bool ended = false;
    client->async_write_some(asio::buffer("x", 1), [&](error_code, std::size_t) { ended = true; });
    CAF_CHECK(!ended);
    client->async_write_some(asio::const_buffer(), [&](error_code ec, std::size_t n) {
        CAF_CHECK(!ec);
        CAF_CHECK_EQUAL(n, 0u);
    });
    run();
    CAF_CHECK(ended);
}

CAF_TEST(nothing before TLS 1.2 is spoken and idle connections keep no buffers) {
    for (const auto& context : {server_tls, client_tls}) {
        const auto options = SSL_CTX_get_options(context->native_handle());
        for (const auto option :
             {SSL_OP_NO_SSLv3, SSL_OP_NO_TLSv1, SSL_OP_NO_TLSv1_1, SSL_OP_NO_RENEGOTIATION})
            CAF_CHECK((options & option) != 0);
        CAF_CHECK((SSL_CTX_get_mode(context->native_handle()) & SSL_MODE_RELEASE_BUFFERS) != 0);
    }
}

CAF_TEST(an agreed end is an end of file) {
    error_code at_client = asio::error::fault;
    error_code read;
    error_code at_server = asio::error::fault;
    spawn(shut_down(*client, at_client));
    spawn(answer_shutdown(*server, read, at_server));
    run();
    CAF_CHECK_EQUAL(read, error_code(asio::error::eof));
    CAF_CHECK(!at_client);
    CAF_CHECK(!at_server);
}

CAF_TEST(a connection that just ends was truncated) {
    for (const bool read_waits : {false, true}) {
        connect();
        error_code ec;
        spawn(read_in_vain(*client, ec));
        if (read_waits)
            run_pending();
        server.reset();
        run();
        CAF_CHECK_EQUAL(ec, error_code(asio::ssl::error::stream_truncated));
    }
}

CAF_TEST(single bytes go and come as such) {
    for (const char sent : {'a', 'b'}) {
        std::size_t written = 0;
        std::size_t read = 0;
        char byte = 0;
        server->async_write_some(asio::buffer(&sent, 1), [&](error_code ec, std::size_t n) {
            CAF_CHECK(!ec);
            written = n;
        });
        client->async_read_some(asio::buffer(&byte, 1), [&](error_code ec, std::size_t n) {
            CAF_CHECK(!ec);
            read = n;
        });
        run();
        CAF_CHECK_EQUAL(written, 1u);
        CAF_CHECK_EQUAL(read, 1u);
        CAF_CHECK_EQUAL(byte, sent);
    }
}

CAF_TEST(a read into nothing takes nothing) {
    error_code ec = asio::error::fault;
    std::size_t read = 1;
    client->async_read_some(asio::mutable_buffer(), [&](error_code e, std::size_t n) {
        ec = e;
        read = n;
    });
    run();
    CAF_CHECK(!ec);
    CAF_CHECK_EQUAL(read, 0u);
}

CAF_TEST(a reset is told as such and raises no signal) {
    server->next_layer().set_option(asio::socket_base::linger(true, 0));
    server->next_layer().close();
    error_code reading;
    spawn(read_in_vain(*client, reading));
    run();
    CAF_CHECK_EQUAL(reading, error_code(asio::error::connection_reset));
    error_code writing;
    client->async_write_some(asio::buffer("x", 1),
                             [&](error_code ec, std::size_t) { writing = ec; });
    run();
    CAF_CHECK(writing.failed());
}

CAF_TEST(a reset ends a write that waits) {
    error_code writing;
    const auto much = more_than_fits('t');
    asio::async_write(*client, asio::buffer(much),
                      [&](error_code ec, std::size_t) { writing = ec; });
    run_pending(); // It has filled what there is.
    server->next_layer().set_option(asio::socket_base::linger(true, 0));
    server->next_layer().close();
    run();
    CAF_CHECK(writing == asio::error::connection_reset || writing == asio::error::broken_pipe);
}

CAF_TEST(bytes that are no TLS are an error of TLS) {
    error_code ec;
    asio::write(server->next_layer(), asio::buffer("HTTP/1.1 400 Bad Request\r\n", 26));
    spawn(read_in_vain(*client, ec));
    run();
    CAF_CHECK(ec.category() == asio::error::get_ssl_category());
}

CAF_TEST(closing the socket ends what waits for it) {
    error_code ec;
    spawn(read_in_vain(*client, ec));
    run_pending();
    client->next_layer().close();
    run();
    CAF_CHECK_EQUAL(ec, error_code(asio::error::operation_aborted));
}

CAF_TEST_FIXTURE_SCOPE_END()
