#include "transport/delivery.hpp"

// Not netinet/tcp.h, whose tcp_info ends before the counters of bytes.
#include <climits>

#include <algorithm>
#include <cstddef>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <sys/socket.h>

namespace avatar::transport {
namespace {

// States of net/tcp_states.h in the kernel, which are part of its interface:
// TCP_ESTABLISHED is the first.
constexpr unsigned established = 1;

constexpr auto longest_delay = std::chrono::milliseconds(500);

} // namespace

std::optional<tcp_progress> progress_of(int socket) {
    tcp_info info{};
    socklen_t size = sizeof info;
    constexpr auto needed = offsetof(tcp_info, tcpi_min_rtt); // Follows the last of them.
    if (getsockopt(socket, IPPROTO_TCP, TCP_INFO, &info, &size) != 0 || size < needed)
        return std::nullopt;
    return tcp_progress{info.tcpi_state == established,
                        info.tcpi_bytes_acked,
                        std::chrono::milliseconds(info.tcpi_last_data_recv),
                        info.tcpi_notsent_bytes,
                        info.tcpi_bytes_received,
                        info.tcpi_unacked};
}

bool has_ended(const std::optional<tcp_progress>& now) {
    return now && !now->established;
}

void limit_unconfirmed(int socket, std::chrono::milliseconds limit) {
    const auto milliseconds = static_cast<unsigned>(std::min<std::int64_t>(limit.count(), INT_MAX));
    // A kernel that cannot leaves it to the watch on writes.
    setsockopt(socket, IPPROTO_TCP, TCP_USER_TIMEOUT, &milliseconds, sizeof milliseconds);
}

bool may_have_arrived(const std::optional<tcp_progress>& before,
                      const std::optional<tcp_progress>& at_end, std::chrono::nanoseconds elapsed) {
    if (has_ended(before))
        return false;
    return !before || !at_end || at_end->acknowledged != before->acknowledged ||
           elapsed < longest_delay;
}

} // namespace avatar::transport
