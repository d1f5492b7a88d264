#pragma once

#include "transport/executor.hpp"

#include <boost/asio/append.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/compose.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream_base.hpp>

#include <array>
#include <cstddef>
#include <memory>
#include <type_traits>
#include <utility>

namespace avatar::transport {

/// The first buffer of a sequence that is not empty: enough to read or write `some`.
template <class Buffer, class Buffers>
Buffer first_of(const Buffers& buffers) {
    for (auto at = boost::asio::buffer_sequence_begin(buffers);
         at != boost::asio::buffer_sequence_end(buffers); ++at)
        if (const Buffer buffer(*at); buffer.size() > 0)
            return buffer;
    return {};
}

/// TLS on a TCP connection: an AsyncStream in Asio's sense that ends with the same
/// error codes as Asio's own TLS stream. Here OpenSSL reads and writes the socket
/// itself. Asio's holds four record buffers of 17 KB between the two for as long as
/// the connection lives; this one holds none while nothing is under way.
///
/// Used on the socket's io_context only, by one read and one write at a time. After a
/// write that was cancelled nothing more may be written.
class tls_stream {
public:
    using executor_type = tcp_socket::executor_type;
    using handshake_type = boost::asio::ssl::stream_base::handshake_type;

    /// Throws boost::system::system_error.
    tls_stream(tcp_socket socket, boost::asio::ssl::context& context);
    tls_stream(const tls_stream&) = delete;
    tls_stream& operator=(const tls_stream&) = delete;

    executor_type get_executor() { return socket_.get_executor(); }
    tcp_socket& next_layer() { return socket_; }
    SSL* native_handle() { return ssl_.get(); }

    template <class Token>
    auto async_handshake(handshake_type role, Token&& token) {
        return run<void(boost::system::error_code)>([this, role] { return shake_hands(role); },
                                                    std::forward<Token>(token));
    }

    /// Says that nothing follows, and waits for the other side to say so too.
    template <class Token>
    auto async_shutdown(Token&& token) {
        return run<void(boost::system::error_code)>([this] { return shut_down(); },
                                                    std::forward<Token>(token));
    }

    /// The same for a connection that has ended for another reason: what its other
    /// side says instead, or that it has gone, is no error.
    template <class Token>
    auto async_teardown(Token&& token) {
        return run<void(boost::system::error_code)>(
            [this] {
                auto latest = shut_down();
                latest.ec = {};
                return latest;
            },
            std::forward<Token>(token));
    }

    template <class Buffers, class Token>
    auto async_read_some(const Buffers& buffers, Token&& token) {
        return run<void(boost::system::error_code, std::size_t)>(
            [this, to = first_of<boost::asio::mutable_buffer>(buffers)] { return read(to); },
            std::forward<Token>(token));
    }

    /// Waits until `read_now` is worth trying, which it is at once where OpenSSL may still
    /// hold something.
    template <class Token>
    auto async_wait_readable(Token&& token) {
        return boost::asio::async_initiate<Token, void(boost::system::error_code)>(
            [this](auto&& handler) {
                if (latest_read_.state == step::done)
                    boost::asio::post(socket_.get_executor(),
                                      boost::asio::append(std::forward<decltype(handler)>(handler),
                                                          boost::system::error_code()));
                else
                    socket_.async_wait(kind_of_wait(latest_read_),
                                       std::forward<decltype(handler)>(handler));
            },
            token);
    }

    /// Reads what there is, as far as it fits; 0 without an error: nothing yet.
    std::size_t read_now(boost::asio::mutable_buffer to, boost::system::error_code& ec);

    template <class Buffers, class Token>
    auto async_write_some(const Buffers& buffers, Token&& token) {
        return run<void(boost::system::error_code, std::size_t)>(
            [this, buffers] { return gather(buffers); }, std::forward<Token>(token));
    }

private:
    static constexpr std::size_t record_size = 16 * 1024; // Of TLS: RFC 8446, 5.1.

    /// How far a call of OpenSSL has come: it is done, or waits for the socket.
    struct step {
        enum { done, until_readable, until_writable } state = done;
        boost::system::error_code ec = {};
        std::size_t bytes = 0;
    };

    /// What OpenSSL sees of the socket.
    struct source {
        tcp_socket* socket = nullptr;
        int error = 0;        // The latest, of errno.
        bool drained = false; // The latest read has taken all there was.
        bool ended = false;
    };

    static tcp_socket::wait_type kind_of_wait(const step& s) {
        return s.state == step::until_readable ? tcp_socket::wait_read : tcp_socket::wait_write;
    }

    step shake_hands(handshake_type role);
    step shut_down();
    step read(boost::asio::mutable_buffer to);
    step write(boost::asio::const_buffer from);
    void forget_errors();
    step outcome(int result);

    static BIO_METHOD* source_method();
    static int read_source(BIO* bio, char* to, int size);
    static int write_source(BIO* bio, const char* from, int size);
    static long control_source(BIO* bio, int command, long number, void* pointer);

    /// What is small shares its record with what follows: the head of a message
    /// would else cost a record, and a packet, of its own.
    template <class Buffers>
    step gather(const Buffers& buffers) {
        const auto first = first_of<boost::asio::const_buffer>(buffers);
        if (first.size() >= record_size || first.size() == boost::asio::buffer_size(buffers))
            return write(first);
        std::array<char, record_size> record; // NOLINT: filled as far as it is used
        return write(
            {record.data(), boost::asio::buffer_copy(boost::asio::buffer(record), buffers)});
    }

    /// Repeats a call of OpenSSL until it is done.
    template <class Signature, class Call>
    struct operation {
        tls_stream& tls;
        Call call;
        bool begun = false;
        step latest = {step::until_readable};

        template <class Self>
        void operator()(Self& self, boost::system::error_code ec = {}) {
            if (ec)
                latest = {step::done, ec};
            if (latest.state != step::done) {
                latest = call();
                if (latest.state != step::done)
                    return wait(self);
                if (!begun) // Not from within the function that begins it.
                    return boost::asio::post(std::move(self));
            }
            if constexpr (std::is_same_v<Signature, void(boost::system::error_code)>)
                self.complete(latest.ec);
            else
                self.complete(latest.ec, latest.bytes);
        }

        template <class Self>
        void wait(Self& self) {
            begun = true;
            tls.socket_.async_wait(kind_of_wait(latest), std::move(self));
        }
    };

    template <class Signature, class Call, class Token>
    auto run(Call call, Token&& token) {
        return boost::asio::async_compose<Token, Signature>(
            operation<Signature, Call>{*this, std::move(call)}, token, socket_);
    }

    struct free_ssl {
        void operator()(SSL* ssl) const { SSL_free(ssl); }
    };

    tcp_socket socket_;
    step latest_read_; // Of `read_now`; with an error that it has not told yet.
    source source_;
    std::unique_ptr<SSL, free_ssl> ssl_;
};

} // namespace avatar::transport
