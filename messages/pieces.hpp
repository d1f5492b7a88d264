#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace avatar {

/// Why so many bytes cannot be cut into pieces that end at these offsets, in one line;
/// empty: they can. The offsets only grow, and the last is the number of bytes. `piece` is
/// what one is called.
std::string why_not_cut(std::size_t bytes, const std::vector<std::uint64_t>& ends,
                        const char* piece);

} // namespace avatar
