#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace avatar::tests {

/// What a WebSocket's client finds in bytes of the server, an entry for each message
/// and each control frame in their order, and for the error at the end; then what it
/// answered.
using findings = std::vector<std::string>;

/// The same bytes, of frames, that come in these cuts, ...
findings read_by_beast(const std::vector<std::string_view>& cuts, std::uint64_t largest);

/// ... read by a frame_reader, and by Beast what that leaves. `capacity`: the most bytes that
/// Beast is given at once.
findings read_by_both(const std::vector<std::string_view>& cuts, std::uint64_t largest,
                      std::size_t capacity);

} // namespace avatar::tests
