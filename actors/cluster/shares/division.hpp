#pragma once

#include <cstddef>
#include <cstdint>

namespace avatar {

/// So much of `total` is the part of number `part`, from 0, of `parts`: all together are the
/// total, and no two differ by more than one.
constexpr std::uint64_t part_of(std::uint64_t total, std::size_t part, std::size_t parts) {
    return total / parts + (part < total % parts ? 1 : 0);
}

} // namespace avatar
