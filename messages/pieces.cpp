#include "messages/pieces.hpp"

namespace avatar {

std::string why_not_cut(std::size_t bytes, const std::vector<std::uint64_t>& ends,
                        const char* piece) {
    std::uint64_t before = 0;
    for (std::size_t i = 0; i < ends.size(); ++i) {
        if (ends[i] < before || ends[i] > bytes)
            return std::string(piece) + ' ' + std::to_string(i + 1) + " ends at " +
                   std::to_string(ends[i]) + " after " + std::to_string(before) +
                   "; expected offsets that only grow, up to the last byte";
        before = ends[i];
    }
    if (before != bytes)
        return std::string("the last ") + piece + " ends at " + std::to_string(before) +
               "; expected it to end at the last byte";
    return {};
}

} // namespace avatar
