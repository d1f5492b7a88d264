#include "tests/nodes/hostile_peer.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <cerrno>
#include <netinet/in.h>
#include <poll.h>
#include <stdexcept>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>

namespace avatar::tests {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

bool wait_for(int socket, short what, milliseconds limit) {
    pollfd one{socket, what, 0};
    return ::poll(&one, 1, static_cast<int>(limit.count())) > 0;
}

template <class Number>
void append(std::string& to, Number number) {
    for (int shift = 8 * (static_cast<int>(sizeof number) - 1); shift >= 0; shift -= 8)
        to += static_cast<char>(number >> shift & 0xff);
}

} // namespace

hostile_peer::hostile_peer(std::uint16_t port)
    : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(port);
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (socket_ < 0 || ::connect(socket_, reinterpret_cast<sockaddr*>(&to), sizeof to) != 0) {
        ::close(std::exchange(socket_, -1));
        throw std::runtime_error("the port of the node takes no connection");
    }
}

hostile_peer::~hostile_peer() {
    if (socket_ >= 0)
        ::close(socket_);
}

hostile_peer::hostile_peer(hostile_peer&& other) noexcept
    : socket_(std::exchange(other.socket_, -1)) {}

bool hostile_peer::say(const std::string& bytes) {
    for (std::size_t sent = 0; sent < bytes.size();) {
        if (!wait_for(socket_, POLLOUT, std::chrono::seconds(1)))
            return true;
        const auto some =
            ::send(socket_, bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (some < 0)
            return false;
        sent += static_cast<std::size_t>(some);
    }
    return true;
}

bool hostile_peer::wait_for_end(milliseconds limit) {
    const auto end = steady_clock::now() + limit;
    std::array<char, 4096> buffer;
    for (;;) {
        const auto left = std::chrono::duration_cast<milliseconds>(end - steady_clock::now());
        if (left.count() <= 0 || !wait_for(socket_, POLLIN, left))
            return false;
        if (::recv(socket_, buffer.data(), buffer.size(), 0) <= 0)
            return true;
    }
}

std::string random_bytes(std::mt19937_64& random, std::size_t count) {
    std::string bytes(count, '\0');
    std::ranges::generate(bytes, [&] { return static_cast<char>(random()); });
    return bytes;
}

std::string basp_header(std::uint8_t operation, std::uint32_t payload, std::uint64_t data,
                        std::uint64_t from, std::uint64_t to) {
    std::string bytes;
    append(bytes, operation);
    append(bytes, std::uint16_t(0));
    append(bytes, std::uint8_t(0));
    append(bytes, payload);
    append(bytes, data);
    append(bytes, from);
    append(bytes, to);
    return bytes;
}

std::string tls_hello(std::size_t count) {
    // A record of 512 bytes, a ClientHello of 508; what is in it does not matter before its end.
    std::string bytes("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 11);
    bytes.resize(std::max(count, bytes.size()), '\x2a');
    bytes.resize(count);
    return bytes;
}

std::string mutated(std::string bytes, std::mt19937_64& random) {
    for (auto changes = 1 + random() % 8; changes > 0 && !bytes.empty(); --changes) {
        // The headers at the beginning matter most.
        const auto reach = random() % 2 ? std::min<std::size_t>(bytes.size(), 600) : bytes.size();
        const auto at = random() % reach;
        switch (random() % 4) {
        case 0:
            bytes.erase(at, 1 + random() % 16);
            break;
        case 1:
            bytes.insert(at, random_bytes(random, 1 + random() % 16));
            break;
        case 2:
            bytes[at] = static_cast<char>(0xff);
            break;
        default:
            bytes[at] = static_cast<char>(random());
        }
    }
    return bytes;
}

std::string hostile_bytes(std::mt19937_64& random, const std::string& recording) {
    switch (random() % 6) {
    case 0:
        return random_bytes(random, 1 + random() % 4096);
    case 1:
        return basp_header(static_cast<std::uint8_t>(random() % 8), 0xffff'ffff, random());
    case 2:
        return basp_header(static_cast<std::uint8_t>(random() % 8),
                           static_cast<std::uint32_t>(random() % 4096), random() % 8, random() % 64,
                           random() % 64) +
               random_bytes(random, random() % 4096);
    case 3:
        return tls_hello(random() % 600);
    case 4:
        return {};
    default:
        return mutated(recording, random);
    }
}

} // namespace avatar::tests
