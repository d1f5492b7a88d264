#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <random>
#include <string>

namespace avatar::tests {

/// Somebody at the port of a node who is none.
class hostile_peer {
public:
    explicit hostile_peer(std::uint16_t port);
    ~hostile_peer();

    hostile_peer(hostile_peer&& other) noexcept;
    hostile_peer& operator=(hostile_peer&&) = delete;

    /// As much as the other side takes within a second. False: it has closed.
    bool say(const std::string& bytes);

    /// Reads until the other side closes; false when it does not in time.
    bool wait_for_end(std::chrono::milliseconds limit);

private:
    int socket_;
};

std::string random_bytes(std::mt19937_64& random, std::size_t count);

/// A header of CAF's wire, with what it claims to bring.
std::string basp_header(std::uint8_t operation, std::uint32_t payload, std::uint64_t data = 0,
                        std::uint64_t from = 0, std::uint64_t to = 0);

/// The beginning of a TLS handshake, up to so many bytes.
std::string tls_hello(std::size_t bytes);

/// Bytes changed, left out or doubled, a few of them.
std::string mutated(std::string bytes, std::mt19937_64& random);

/// One of all these; `recording`: of a link that was none, may be empty.
std::string hostile_bytes(std::mt19937_64& random, const std::string& recording);

} // namespace avatar::tests
