#pragma once

#include <cstdint>
#include <string>

/// Frames as a server writes them, byte by byte (RFC 6455, section 5.2).
namespace avatar::tests {

inline std::string big_endian(std::uint64_t value, int bytes) {
    std::string text;
    for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8)
        text += static_cast<char>(value >> shift);
    return text;
}

/// The head of a frame. `first`: flags and opcode; `form`: the bytes that its size is
/// written in, 1, 2 or 8.
inline std::string frame_head(int first, std::uint64_t size, int form, bool masked = false) {
    const int mask_bit = masked ? 0x80 : 0;
    std::string bytes(1, static_cast<char>(first));
    if (form == 1)
        bytes += static_cast<char>(mask_bit | static_cast<int>(size));
    else
        bytes += static_cast<char>(mask_bit | (form == 2 ? 126 : 127)) + big_endian(size, form);
    return masked ? bytes + "mask" : bytes;
}

inline std::string frame(int first, const std::string& payload) {
    const auto size = payload.size();
    return frame_head(first, size, size < 126 ? 1 : size < 65536 ? 2 : 8) + payload;
}

inline std::string binary_frame(const std::string& payload) {
    return frame(0x82, payload);
}

inline std::string ping_frame(const std::string& payload) {
    return frame(0x89, payload);
}

} // namespace avatar::tests
