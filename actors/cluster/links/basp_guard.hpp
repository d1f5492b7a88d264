#pragma once

#include <cstddef>
#include <cstdint>

namespace avatar {

/// Checks what another node sends before CAF reads it: CAF 0.17 reads the payload that a
/// header claims, up to 4 GB, and one packet of nonsense can end the process. Headers and
/// payloads of BASP come in turn (caf/io/basp/header.hpp).
class basp_guard {
public:
    static constexpr std::size_t header_size = 32;

    enum class side {
        accepting, ///< The other node has connected: it speaks second.
        connecting ///< It speaks first.
    };

    basp_guard(side of, std::size_t max_payload) : side_(of), max_payload_(max_payload) {}

    /// Whether the next header or payload may go to CAF. Once false, the link is to be cut.
    bool accepts(const void* data, std::size_t size);

    /// Whether the other node has introduced itself.
    bool introduced() const { return introduced_; }

private:
    bool accepts_header(const unsigned char* header);

    side side_;
    std::size_t max_payload_;
    std::uint32_t payload_ = 0; // That comes next; 0: a header.
    bool introduced_ = false;
};

} // namespace avatar
