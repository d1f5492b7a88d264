#include "transport/tls_stream.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/ssl/error.hpp>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

#include <algorithm>
#include <cerrno>
#include <limits>
#include <new>
#include <sys/socket.h>

namespace avatar::transport {

namespace asio = boost::asio;
using boost::system::error_code;

namespace {

error_code latest_tls_error() {
    const auto code = ERR_get_error();
    if (ERR_GET_REASON(code) == SSL_R_UNEXPECTED_EOF_WHILE_READING)
        return asio::ssl::error::stream_truncated;
    return {static_cast<int>(code), asio::error::get_ssl_category()};
}

int as_int(std::size_t size) {
    return static_cast<int>(std::min<std::size_t>(size, std::numeric_limits<int>::max()));
}

} // namespace

tls_stream::tls_stream(tcp_socket socket, asio::ssl::context& context)
    : socket_(std::move(socket)),
      source_{&socket_},
      ssl_(SSL_new(context.native_handle())) {
    BIO* bio = ssl_ ? BIO_new(source_method()) : nullptr;
    if (!bio)
        throw boost::system::system_error(latest_tls_error(), "TLS");
    BIO_set_data(bio, &source_);
    BIO_set_init(bio, 1);
    SSL_set_bio(ssl_.get(), bio, bio);
    // What a write that had to wait repeats may stand elsewhere then: see `gather`.
    SSL_set_mode(ssl_.get(), SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    SSL_set_read_ahead(ssl_.get(), 1); // Else two reads a record.
}

// -- the calls of OpenSSL ---------------------------------------------------------

tls_stream::step tls_stream::shake_hands(handshake_type role) {
    forget_errors();
    return outcome(role == asio::ssl::stream_base::client ? SSL_connect(ssl_.get())
                                                          : SSL_accept(ssl_.get()));
}

tls_stream::step tls_stream::shut_down() {
    forget_errors();
    auto result = SSL_shutdown(ssl_.get());
    if (result == 0) // Told the other side; a second call waits for its word.
        result = SSL_shutdown(ssl_.get());
    return outcome(result);
}

tls_stream::step tls_stream::read(asio::mutable_buffer to) {
    if (to.size() == 0)
        return {};
    forget_errors();
    return outcome(SSL_read(ssl_.get(), to.data(), as_int(to.size())));
}

/// Record by record. An error is told when all that came before it has been given:
/// OpenSSL would not repeat it.
std::size_t tls_stream::read_now(asio::mutable_buffer to, error_code& ec) {
    std::size_t size = 0;
    while (size < to.size() && !latest_read_.ec) {
        latest_read_ = read(to + size);
        size += latest_read_.bytes;
        if (latest_read_.state != step::done)
            break;
    }
    ec = size == 0 ? std::exchange(latest_read_.ec, {}) : error_code();
    return size;
}

tls_stream::step tls_stream::write(asio::const_buffer from) {
    if (from.size() == 0)
        return {};
    forget_errors();
    return outcome(SSL_write(ssl_.get(), from.data(), as_int(from.size())));
}

/// `outcome` asks for those of the latest call.
void tls_stream::forget_errors() {
    ERR_clear_error();
    source_.error = 0;
}

tls_stream::step tls_stream::outcome(int result) {
    if (result > 0)
        return {step::done, {}, static_cast<std::size_t>(result)};
    switch (SSL_get_error(ssl_.get(), result)) {
    case SSL_ERROR_WANT_READ:
        return {step::until_readable};
    case SSL_ERROR_WANT_WRITE:
        return {step::until_writable};
    case SSL_ERROR_ZERO_RETURN:
        return {step::done, asio::error::eof};
    case SSL_ERROR_SYSCALL:
        if (source_.error != 0)
            return {step::done, {source_.error, asio::error::get_system_category()}};
        return {step::done, asio::ssl::error::stream_truncated};
    default:
        return {step::done, latest_tls_error()};
    }
}

// -- the socket as OpenSSL sees it ------------------------------------------------
// OpenSSL's own socket BIO would raise SIGPIPE when the other side is gone.

BIO_METHOD* tls_stream::source_method() {
    static const auto method = [] {
        auto* made = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "socket");
        if (!made)
            throw std::bad_alloc();
        BIO_meth_set_read(made, read_source);
        BIO_meth_set_write(made, write_source);
        BIO_meth_set_ctrl(made, control_source);
        return std::unique_ptr<BIO_METHOD, decltype(&BIO_meth_free)>(made, BIO_meth_free);
    }();
    return method.get();
}

int tls_stream::read_source(BIO* bio, char* to, int size) {
    auto& from = *static_cast<source*>(BIO_get_data(bio));
    BIO_clear_retry_flags(bio);
    if (std::exchange(from.drained, false)) { // Another call would find nothing.
        BIO_set_retry_read(bio);
        return -1;
    }
    const auto got =
        ::recv(from.socket->native_handle(), to, static_cast<std::size_t>(size), MSG_DONTWAIT);
    from.drained = got > 0 && got < size;
    from.ended = got == 0;
    from.error = got < 0 ? errno : 0;
    if (from.error == EAGAIN || from.error == EINTR)
        BIO_set_retry_read(bio);
    return static_cast<int>(got);
}

int tls_stream::write_source(BIO* bio, const char* from, int size) {
    auto& to = *static_cast<source*>(BIO_get_data(bio));
    BIO_clear_retry_flags(bio);
    const auto put = ::send(to.socket->native_handle(), from, static_cast<std::size_t>(size),
                            MSG_DONTWAIT | MSG_NOSIGNAL);
    to.error = put < 0 ? errno : 0;
    if (to.error == EAGAIN || to.error == EINTR)
        BIO_set_retry_write(bio);
    return static_cast<int>(put);
}

long tls_stream::control_source(BIO* bio, int command, long, void*) {
    switch (command) {
    case BIO_CTRL_EOF:
        return static_cast<source*>(BIO_get_data(bio))->ended;
    case BIO_CTRL_FLUSH: // Nothing is held back.
        return 1;
    default:
        return 0;
    }
}

} // namespace avatar::transport
