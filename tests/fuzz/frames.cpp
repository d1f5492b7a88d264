// Input: a byte each for the largest message, for what Beast is given at once and for the
// cuts, then the bytes of a WebSocket's server after its answer to the upgrade.

#include "tests/fuzz/property.hpp"
#include "tests/transport/frame_comparison.hpp"
#include "transport/frame_reader.hpp"

#include <algorithm>
#include <cstdint>
#include <iostream>

using avatar::fuzz::require;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 3)
        return 0;
    // Never without a limit, as in the product: Beast would allocate what a header claims.
    const std::uint64_t largest = 8 * (1 + data[0]);
    const std::size_t capacity = avatar::transport::frame_reader::least_capacity + 6 * data[1];
    std::string_view bytes(reinterpret_cast<const char*>(data) + 3, size - 3);
    std::vector<std::string_view> cuts;
    for (std::size_t step = 1 + data[2]; !bytes.empty(); step = 1 + step * 7 % 256) {
        cuts.push_back(bytes.substr(0, step));
        bytes.remove_prefix(cuts.back().size());
    }
    const auto alone = avatar::tests::read_by_beast(cuts, largest);
    const auto both = avatar::tests::read_by_both(cuts, largest, capacity);
    require(alone == both, "with the frame reader before it Beast finds what it finds alone");
    return 0;
}
