#pragma once

#include "transport/executor.hpp"
#include "transport/name_lookup.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/system/error_code.hpp>

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <vector>

namespace avatar::transport {

/// Connects to one of a server's addresses as RFC 8305 (Happy Eyeballs) says: the addresses
/// of both families in turn, the next one after a quarter of a second, or at once when the
/// one before has failed; the first that connects wins, and the others are closed. An
/// address family that leads nowhere costs that quarter, not the whole time limit.
///
/// Has no time limit of its own. Used on one io_context, by one `connect` at a time.
class happy_eyeballs {
public:
    using addresses = name_lookup::addresses;

    explicit happy_eyeballs(const executor& on);
    happy_eyeballs(const happy_eyeballs&) = delete;
    happy_eyeballs& operator=(const happy_eyeballs&) = delete;
    ~happy_eyeballs();

    /// Throws system_error: operation_aborted after `cancel`, else the error of the address
    /// that failed first.
    awaitable<tcp_socket> connect(addresses to);

    /// Ends `connect`.
    void cancel();

    /// What became of the addresses so far, for an error's text:
    /// "[::1]:80: Connection refused; 10.0.0.1:80: no answer".
    std::string describe() const;

private:
    struct race;

    std::shared_ptr<race> race_;
};

} // namespace avatar::transport
