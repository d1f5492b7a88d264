#pragma once

#include "tests/support/certificates.hpp"
#include "transport/tls.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/write.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace avatar::tests {

/// A connection of an HTTP server of which every byte is the test's; calls block.
class raw_http_peer {
public:
    using tcp = boost::asio::ip::tcp;

    raw_http_peer(tcp::socket socket, const transport::tls_context& tls) {
        if (tls) {
            tls_ = std::make_unique<tls_type>(std::move(socket), *tls);
            tls_->handshake(tls_type::server);
        } else {
            plain_ = std::make_unique<tcp::socket>(std::move(socket));
        }
    }

    /// The next request: its head, and its body where it has a length.
    std::string request() {
        const auto head = read([&](auto& from) {
            return boost::asio::read_until(from, boost::asio::dynamic_buffer(input_), "\r\n\r\n");
        });
        constexpr std::string_view field = "Content-Length: ";
        const auto at = input_.find(field);
        const auto size = at < head ? std::stoul(input_.substr(at + field.size())) : 0;
        while (input_.size() < head + size)
            read([&](auto& from) {
                char more = 0;
                from.read_some(boost::asio::buffer(&more, 1));
                input_ += more;
                return std::size_t(1);
            });
        return std::exchange(input_, {});
    }

    void send(std::string_view bytes) {
        read([&](auto& to) { return boost::asio::write(to, boost::asio::buffer(bytes)); });
    }

    /// Says with TLS, too, that nothing follows.
    void end() {
        boost::system::error_code ignored;
        if (tls_) {
            tls_->next_layer().shutdown(tcp::socket::shutdown_receive, ignored);
            tls_->shutdown(ignored);
        }
        socket().close(ignored);
    }

    tcp::socket& socket() { return tls_ ? tls_->next_layer() : *plain_; }

private:
    using tls_type = boost::asio::ssl::stream<tcp::socket>;

    template <class Call>
    std::size_t read(Call call) {
        return tls_ ? call(*tls_) : call(*plain_);
    }

    std::unique_ptr<tcp::socket> plain_;
    std::unique_ptr<tls_type> tls_;
    std::string input_;
};

/// An HTTP server on a free port of the loopback interface, with TLS or without.
class raw_http_server {
public:
    explicit raw_http_server(bool tls = false, const std::string& address = "127.0.0.1")
        : address_(address),
          acceptor_(io_, {boost::asio::ip::make_address(address), 0}),
          tls_(tls ? transport::make_server_tls(server_certificate, server_key) : nullptr) {}

    raw_http_peer accept() { return {acceptor_.accept(), tls_}; }

    /// Answers one request, and ends the connection. Returns the request. The client may
    /// have had enough of the answer before its end.
    std::string answer(std::string_view bytes) {
        auto peer = accept();
        auto request = peer.request();
        try {
            peer.send(bytes);
        } catch (const boost::system::system_error&) {
        }
        peer.end();
        return request;
    }

    std::uint16_t port() const { return acceptor_.local_endpoint().port(); }

    std::string url(const std::string& path = {}) const {
        return (tls_ ? "https://" : "http://") + address_ + ":" + std::to_string(port()) + path;
    }

    boost::asio::ip::tcp::acceptor& acceptor() { return acceptor_; }

private:
    std::string address_;
    boost::asio::io_context io_; // Never runs.
    boost::asio::ip::tcp::acceptor acceptor_;
    transport::tls_context tls_;
};

} // namespace avatar::tests
