#pragma once

#include "transport/executor.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <chrono>
#include <functional>
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
    using time_point = std::chrono::steady_clock::time_point;

    /// Asks the system for the addresses of a host and a port.
    using on_found = std::function<void(boost::system::error_code, addresses)>;
    using resolve = std::function<void(const std::string& host, const std::string& port, on_found)>;

    /// With the system's resolver.
    explicit name_lookup(boost::asio::io_context& io);

    name_lookup(resolve ask, time_point (*now)());

    /// The addresses of `host`, with `port`. Throws system_error. `timer` is
    /// the caller's: cancelling it ends the wait, though not the lookup.
    awaitable<addresses> find(std::string host, std::string port, steady_timer& timer);

private:
    using name = std::pair<std::string, std::string>;

    struct lookup {
        addresses found;
        boost::system::error_code error;
        bool under_way = false;
        time_point fresh_until{};
        std::vector<steady_timer*> waiting;
    };

    void start(const name& of);
    void on_resolved(const name& of, boost::system::error_code error, addresses found);

    resolve ask_;
    time_point (*now_)();
    std::map<name, lookup> lookups_;
};

} // namespace avatar::transport
