// Input: a byte for the side and one for the largest payload, then what another node sends.

#include "actors/cluster/links/basp_guard.hpp"
#include "tests/fuzz/property.hpp"

#include <cstdint>

using avatar::basp_guard;
using avatar::fuzz::require;

namespace {

/// As CAF reads it, after the guard.
std::size_t payload_of(const std::uint8_t* header) {
    std::size_t size = 0;
    for (int i = 4; i < 8; ++i)
        size = size << 8 | header[i];
    return size;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 2)
        return 0;
    const bool accepting = data[0] % 2 == 0;
    const std::size_t largest = 16 * data[1];
    basp_guard guard(accepting ? basp_guard::side::accepting : basp_guard::side::connecting,
                     largest);
    data += 2;
    size -= 2;
    for (bool first = true; size >= basp_guard::header_size; first = false) {
        const auto operation = data[0];
        const auto payload = payload_of(data);
        if (!guard.accepts(data, basp_guard::header_size))
            return 0;
        require(payload <= largest, "no payload is larger than the limit");
        require(operation != 3 && operation <= 6, "no message is passed on, none is unknown");
        require((operation == 6) == (payload == 0), "only heartbeats have no payload");
        require(!first || operation == (accepting ? 1 : 0), "a node introduces itself first");
        require(first || operation != 0, "a server introduces itself once");
        data += basp_guard::header_size;
        size -= basp_guard::header_size;
        if (payload == 0)
            continue;
        if (size < payload)
            return 0; // The rest never comes.
        auto another = guard;
        require(!another.accepts(data, payload - 1), "a piece of another size does not pass");
        require(guard.accepts(data, payload), "what was announced passes");
        data += payload;
        size -= payload;
    }
    return 0;
}
