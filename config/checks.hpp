#pragma once

#include <cstddef>

/// Whether settings can be used, before anything is opened. All throw
/// config_error.
namespace avatar::config {

struct settings;

/// What no single option can tell: bounds that cross, halves of a pair.
void check_consistency(const settings& values);

/// Everything needed to reach a real avatar service is there, the endpoints are
/// well-formed, and no secret goes to another machine unencrypted unless the settings
/// allow it. Not for runs on the embedded emulator.
void check_service(const settings& values);

/// The process may open as many descriptors as a pool of `pool_size` needs:
/// one a connection, two with the emulator in the same process, and some in
/// reserve. Raises the soft limit (RLIMIT_NOFILE) where the hard limit allows.
void check_descriptors(std::size_t pool_size, bool embedded_emulator);

/// As many descriptors as the hard limit allows.
void raise_descriptor_limit();

} // namespace avatar::config
