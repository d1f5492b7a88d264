#include "transport/node_sockets.hpp"

#include "protocol/endpoint.hpp"
#include "transport/executor.hpp"
#include "transport/happy_eyeballs.hpp"
#include "transport/listening.hpp"
#include "transport/logger.hpp"
#include "transport/name_lookup.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <atomic>
#include <exception>
#include <future>
#include <netinet/tcp.h>
#include <optional>
#include <set>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>

namespace avatar::transport {

namespace asio = boost::asio;
using boost::system::error_code;

node_connection::~node_connection() {
    tls_.reset();
    if (socket_ >= 0)
        ::close(socket_);
}

namespace {

/// What the kernel waits for the other node to acknowledge. By then the node counts as lost.
constexpr std::chrono::milliseconds unacknowledged_limit(15'000);

/// A socket on its way to become a node_connection, no longer than until a deadline.
struct pending_link : std::enable_shared_from_this<pending_link> {
    explicit pending_link(tcp_socket of)
        : socket(std::move(of)),
          deadline(socket.get_executor()),
          lookup(socket.get_executor()),
          addresses(socket.get_executor()) {}

    void limit(std::chrono::milliseconds time) {
        deadline.expires_after(time);
        deadline.async_wait([self = shared_from_this()](error_code cancelled) {
            if (!cancelled)
                self->cut(true);
        });
    }

    void cut(bool late = false) {
        timed_out = timed_out || late;
        error_code ignored;
        socket.close(ignored);
        lookup.cancel();
        addresses.cancel();
    }

    tcp_socket socket;
    steady_timer deadline;
    steady_timer lookup; // Cancelled, it ends the wait for a name.
    happy_eyeballs addresses;
    std::unique_ptr<node_tls> tls;
    bool timed_out = false;
};

void tune(tcp_socket& socket) {
    error_code ignored;
    socket.non_blocking(true, ignored);
    socket.set_option(asio::ip::tcp::no_delay(true), ignored);
    socket.set_option(asio::socket_base::keep_alive(true), ignored);
    const unsigned limit = unacknowledged_limit.count();
    ::setsockopt(socket.native_handle(), IPPROTO_TCP, TCP_USER_TIMEOUT, &limit, sizeof limit);
}

/// Empty: TLS is agreed; else why not.
awaitable<std::string> shake(pending_link& link) {
    for (;;) {
        const auto progress = link.tls->handshake();
        if (progress == tls_progress::done)
            co_return std::string();
        if (progress == tls_progress::failed)
            co_return link.tls->error();
        error_code ec;
        co_await link.socket.async_wait(link.tls->wants_write() ? tcp_socket::wait_write
                                                                : tcp_socket::wait_read,
                                        asio::redirect_error(use_awaitable, ec));
        if (ec)
            co_return link.timed_out ? "no TLS handshake in time" : ec.message();
    }
}

node_connection finish(pending_link& link) {
    link.deadline.cancel();
    return {link.socket.release(), std::move(link.tls)};
}

const char* const needs_certificates =
    "nodes need certificates beyond this machine: make them with scripts/node-certificates";

/// After it, nothing runs any more that ran before.
template <class Step>
void run_and_wait(asio::io_context& io, Step step) {
    if (io.get_executor().running_in_this_thread())
        return step();
    std::promise<void> done;
    asio::post(io, [&] {
        step();
        done.set_value();
    });
    done.get_future().wait();
}

std::string address_of(const tcp_socket& socket) {
    error_code gone;
    return socket.remote_endpoint(gone).address().to_string();
}

} // namespace

// -- accepting ---------------------------------------------------------------------------

class node_listener::implementation : public std::enable_shared_from_this<implementation> {
public:
    implementation(asio::io_context& io, tcp_acceptor acceptor,
                   std::shared_ptr<const node_credentials> credentials, node_limits limits)
        : io_(io),
          acceptor_(std::move(acceptor)),
          pause_(io),
          port_(acceptor_.local_endpoint().port()),
          credentials_(std::move(credentials)),
          limits_(limits) {}

    std::uint16_t port() const { return port_; }

    void start(on_connection use) {
        use_ = std::move(use);
        asio::co_spawn(io_, accept(shared_from_this()), asio::detached);
    }

    void stop() {
        // The acceptor belongs to the io_context; closing it there alone would leave the
        // port taken for a while.
        if (!stopped_.exchange(true))
            ::shutdown(acceptor_.native_handle(), SHUT_RD);
        run_and_wait(io_, [this] {
            error_code ignored;
            acceptor_.close(ignored);
            pause_.cancel();
            for (const auto& link : pending_)
                link->cut();
        });
    }

private:
    awaitable<void> accept(std::shared_ptr<implementation>) {
        while (!stopped_) {
            error_code ec;
            auto socket = co_await acceptor_.async_accept(asio::redirect_error(use_awaitable, ec));
            if (stopped_)
                co_return;
            if (ec)
                co_await pause(); // Out of descriptors, say.
            else if (pending_.size() >= limits_.handshakes)
                refuse(address_of(socket), "too many handshakes are under way");
            else
                asio::co_spawn(io_, agree(shared_from_this(), std::move(socket)), asio::detached);
        }
    }

    awaitable<void> pause() {
        error_code cancelled;
        pause_.expires_after(std::chrono::milliseconds(100));
        co_await pause_.async_wait(asio::redirect_error(use_awaitable, cancelled));
    }

    awaitable<void> agree(std::shared_ptr<implementation>, tcp_socket socket) {
        tune(socket);
        const auto peer = address_of(socket);
        const auto link = std::make_shared<pending_link>(std::move(socket));
        if (credentials_) {
            pending_.insert(link);
            link->limit(limits_.handshake);
            link->tls = credentials_->accept(link->socket.native_handle());
            const auto why = co_await shake(*link);
            pending_.erase(link);
            if (!why.empty()) {
                link->deadline.cancel();
                refuse(peer, why);
                co_return;
            }
        }
        if (!stopped_)
            use_(finish(*link));
    }

    static void refuse(const std::string& peer, const std::string& why) {
        logger().warn("node port: refused {}: {}", peer, why);
    }

    asio::io_context& io_;
    tcp_acceptor acceptor_;
    steady_timer pause_;
    const std::uint16_t port_;
    const std::shared_ptr<const node_credentials> credentials_;
    const node_limits limits_;
    on_connection use_;
    std::set<std::shared_ptr<pending_link>> pending_;
    std::atomic<bool> stopped_ = false;
};

node_listener::node_listener(asio::io_context& io, const std::string& address, std::uint16_t port,
                             std::shared_ptr<const node_credentials> credentials,
                             node_limits limits) {
    error_code not_an_address;
    asio::ip::make_address(address, not_an_address);
    if (!not_an_address && !credentials && !protocol::is_this_machine(address))
        throw listen_error("cannot listen on " + address + ": " + needs_certificates);
    implementation_ = std::make_shared<implementation>(io, listen_on(io, address, port),
                                                       std::move(credentials), limits);
}

node_listener::~node_listener() {
    implementation_->stop();
}

std::uint16_t node_listener::port() const {
    return implementation_->port();
}

void node_listener::start(on_connection use) {
    implementation_->start(std::move(use));
}

// -- connecting ----------------------------------------------------------------------------

class node_connector::implementation : public std::enable_shared_from_this<implementation> {
public:
    implementation(asio::io_context& io, std::shared_ptr<const node_credentials> credentials,
                   node_limits limits)
        : io_(io),
          names_(std::make_shared<name_lookup>(io)),
          credentials_(std::move(credentials)),
          limits_(limits) {}

    void connect(std::string host, std::uint16_t port, on_connected tell) {
        asio::co_spawn(io_, run(shared_from_this(), std::move(host), port, std::move(tell)),
                       asio::detached);
    }

    void stop() {
        run_and_wait(io_, [this] {
            stopped_ = true;
            for (const auto& link : pending_)
                link->cut();
        });
    }

private:
    awaitable<void> run(std::shared_ptr<implementation>, std::string host, std::uint16_t port,
                        on_connected tell) {
        const auto link = std::make_shared<pending_link>(tcp_socket(io_));
        pending_.insert(link);
        std::string why;
        try {
            why = co_await try_to_connect(*link, host, port);
        } catch (const std::exception& e) {
            why = e.what();
        }
        pending_.erase(link);
        link->deadline.cancel();
        if (why.empty() && !stopped_)
            tell(std::make_unique<node_connection>(finish(*link)), {});
        else
            tell(nullptr, std::move(why));
    }

    awaitable<std::string> try_to_connect(pending_link& link, const std::string& host,
                                          std::uint16_t port) {
        link.limit(limits_.connect);
        try {
            const auto found = co_await names_->find(host, std::to_string(port), link.lookup);
            if (!credentials_ && !all_loopback(found))
                co_return needs_certificates;
            if (link.timed_out || stopped_)
                co_return "timed out connecting";
            link.socket = co_await link.addresses.connect(found);
        } catch (const boost::system::system_error& e) {
            co_return link.timed_out ? "timed out connecting" : e.code().message();
        }
        if (link.timed_out)
            co_return "timed out connecting";
        tune(link.socket);
        link.deadline.cancel();
        if (!credentials_)
            co_return std::string();
        link.limit(limits_.handshake);
        link.tls = credentials_->connect(link.socket.native_handle(), host);
        co_return co_await shake(link);
    }

    static bool all_loopback(const name_lookup::addresses& found) {
        return std::ranges::all_of(found, [](const auto& each) {
            return protocol::is_this_machine(each.endpoint().address().to_string());
        });
    }

    asio::io_context& io_;
    std::shared_ptr<name_lookup> names_;
    const std::shared_ptr<const node_credentials> credentials_;
    const node_limits limits_;
    std::set<std::shared_ptr<pending_link>> pending_;
    bool stopped_ = false;
};

node_connector::node_connector(asio::io_context& io,
                               std::shared_ptr<const node_credentials> credentials,
                               node_limits limits)
    : implementation_(std::make_shared<implementation>(io, std::move(credentials), limits)) {}

node_connector::~node_connector() {
    implementation_->stop();
}

void node_connector::connect(std::string host, std::uint16_t port, on_connected tell) {
    implementation_->connect(std::move(host), port, std::move(tell));
}

} // namespace avatar::transport
