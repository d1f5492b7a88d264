#pragma once

#include <string>
#include <string_view>

namespace avatar::transport {

/// HMAC-SHA-256 of `message` under `key`: 32 raw bytes.
std::string hmac_sha256(std::string_view key, std::string_view message);

/// SHA-256 of `message`: 32 raw bytes.
std::string sha256(std::string_view message);

/// `size` bytes nobody can guess.
std::string random_bytes(std::size_t size);

/// Equality in a time that does not depend on where the two differ.
bool equal_secrets(std::string_view a, std::string_view b);

} // namespace avatar::transport
