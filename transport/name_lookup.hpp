#pragma once

#include "transport/executor.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <chrono>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace avatar::transport {

/// Finds the addresses of host names for all connections on one io_context.
///
/// Asio looks names up one after another, on one blocking thread an io_context:
/// a pool that opens in parallel would wait for two lookups a connection in turn.
/// So connections that ask for the same name at the same time share one lookup,
/// and its result serves for a few seconds more. Addresses need no lookup.
class name_lookup : public std::enable_shared_from_this<name_lookup> {
public:
    using addresses = boost::asio::ip::tcp::resolver::results_type;

    explicit name_lookup(boost::asio::io_context& io) : io_(io), resolver_(io) {}

    /// The addresses of `host`, with `port`. Throws system_error. `patience` is
    /// the caller's: cancelling it ends the wait, though not the lookup.
    awaitable<addresses> find(std::string host, std::string port, steady_timer& patience);

private:
    using name = std::pair<std::string, std::string>;

    struct lookup {
        addresses found;
        boost::system::error_code error;
        bool under_way = false;
        std::chrono::steady_clock::time_point fresh_until{};
        std::vector<steady_timer*> waiting;
    };

    void start(const name& of);

    boost::asio::io_context& io_;
    boost::asio::ip::tcp::resolver resolver_;
    std::map<name, lookup> lookups_;
};

} // namespace avatar::transport
