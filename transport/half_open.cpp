#include "transport/half_open.hpp"

#include <cstdint>
#include <poll.h>

namespace avatar::transport {

bool has_left(tcp_socket& socket) {
    pollfd state{socket.native_handle(), POLLRDHUP, 0};
    return ::poll(&state, 1, 0) > 0;
}

std::string half_of_frame(std::string_view bytes) {
    constexpr char last_and_binary = '\x82';
    constexpr char two_bytes_follow = 126;
    constexpr char eight_bytes_follow = 127;
    const std::uint64_t length = bytes.size();
    std::string frame(1, last_and_binary);
    const auto append_length = [&](unsigned octets) {
        while (octets-- > 0)
            frame += static_cast<char>(length >> (8 * octets));
    };
    if (length < 126) {
        append_length(1);
    } else if (length <= 0xffff) {
        frame += two_bytes_follow;
        append_length(2);
    } else {
        frame += eight_bytes_follow;
        append_length(8);
    }
    frame += bytes.substr(0, bytes.size() / 2);
    return frame;
}

} // namespace avatar::transport
