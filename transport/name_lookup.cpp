#include "transport/name_lookup.hpp"

#include "protocol/endpoint.hpp"

#include <boost/asio/as_tuple.hpp>

#include <iterator>

namespace avatar::transport {
namespace {

namespace asio = boost::asio;
using tcp = asio::ip::tcp;

/// Long enough for a whole pool to open, short enough to follow a service that
/// moves.
constexpr auto kept = std::chrono::seconds(5);

name_lookup::resolve system_resolver(asio::io_context& io) {
    return [resolver = std::make_shared<tcp::resolver>(io)](
               const std::string& host, const std::string& port, name_lookup::on_found found) {
        resolver->async_resolve(host, port, std::move(found));
    };
}

/// What localhost and the names under it stand for (RFC 6761, section 6.3), also on a machine
/// without an /etc/hosts, as in a small container.
name_lookup::addresses loopback(const std::string& host, const std::string& port) {
    const auto number = static_cast<std::uint16_t>(std::stoi(port));
    const tcp::endpoint both[] = {{asio::ip::address_v4::loopback(), number},
                                  {asio::ip::address_v6::loopback(), number}};
    return name_lookup::addresses::create(std::begin(both), std::end(both), host, port);
}

} // namespace

name_lookup::name_lookup(asio::io_context& io)
    : name_lookup(system_resolver(io), std::chrono::steady_clock::now) {}

name_lookup::name_lookup(resolve ask, time_point (*now)()) : ask_(std::move(ask)), now_(now) {}

awaitable<name_lookup::addresses> name_lookup::find(std::string host, std::string port,
                                                    steady_timer& timer) {
    boost::system::error_code not_an_address;
    const auto address = asio::ip::make_address(host, not_an_address);
    if (!not_an_address)
        co_return addresses::create(
            tcp::endpoint(address, static_cast<std::uint16_t>(std::stoi(port))), host, port);

    const name of(std::move(host), std::move(port));
    auto& entry = lookups_[of]; // Map entries stay where they are.
    if (!entry.under_way && entry.fresh_until <= now_())
        start(of);
    if (entry.under_way) {
        timer.expires_at(steady_timer::time_point::max());
        entry.waiting.push_back(&timer);
        co_await timer.async_wait(asio::as_tuple(use_awaitable));
        std::erase(entry.waiting, &timer);
        if (entry.under_way) // The caller cancelled.
            throw boost::system::system_error(asio::error::operation_aborted);
    }
    if (entry.error)
        throw boost::system::system_error(entry.error);
    co_return entry.found;
}

void name_lookup::start(const name& of) {
    lookups_[of].under_way = true;
    ask_(of.first, of.second,
         [self = shared_from_this(), of](boost::system::error_code error, addresses found) {
             self->on_resolved(of, error, std::move(found));
         });
}

void name_lookup::on_resolved(const name& of, boost::system::error_code error, addresses found) {
    auto& entry = lookups_[of];
    entry.under_way = false;
    if (error && protocol::is_this_machine(of.first)) {
        found = loopback(of.first, of.second);
        error = {};
    }
    entry.error = error;
    entry.found = std::move(found);
    if (!error)
        entry.fresh_until = now_() + kept;
    for (auto* timer : entry.waiting)
        timer->cancel();
}

} // namespace avatar::transport
