#pragma once

#include "actors/cluster/shares/division.hpp"
#include "messages/rounds.hpp"

#include <cstddef>
#include <cstdint>

namespace avatar {

/// What a node with the connections from number `first` to `end` of `connections` does of a
/// round: as large a part of the requests.
inline round_load load_of_burst(std::uint64_t requests, std::size_t first, std::size_t end,
                                std::size_t connections) {
    const auto before = [&](std::size_t some) { return requests * some / connections; };
    return {before(end) - before(first), {}, 0};
}

/// Every `parts`-th request, from number `part` on: all parts together start their requests
/// when one process would.
inline round_load load_of_arrivals(std::uint64_t requests, double rate, std::size_t part,
                                   std::size_t parts) {
    if (part >= requests)
        return {};
    const auto first = part == 0 ? 0 : 1e9 / rate * static_cast<double>(part);
    return {part_of(requests, part, parts), nanoseconds(static_cast<nanoseconds::rep>(first)),
            rate / static_cast<double>(parts)};
}

} // namespace avatar
