#pragma once

#include "config/settings.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>

/// Whether settings can be used, before anything is opened. All throw
/// config_error.
namespace avatar::config {

/// Each value of the struct is one that its option takes, and they go together: no
/// bounds that cross, no halves of a pair. For settings that a program made itself; the
/// text names the option.
void check_pool(const pool_settings& pool);
void check_rounds(const rounds_settings& rounds);
void check_audio(const audio_settings& audio);
void check_egress(const egress_settings& egress);
void check_emulator(const emulator_settings& emulator);

void check_node(const node_settings& node);

/// What one connection to the service is opened with.
struct connection_terms {
    const service_settings& service;
    milliseconds session_ttl{};
    milliseconds keepalive{};
    std::int32_t sample_rate = 0;
    std::int32_t bitrate = 0;
    const egress_settings& egress;
};

/// Likewise. Whether a service needs more than that is left to `check_service`.
void check_connection(const connection_terms& terms);

/// All of the above that a run or an emulator needs. The values themselves were checked
/// where they were read.
void check_consistency(const settings& values);

/// Everything needed to reach a real avatar service is there, the endpoints are
/// well-formed, and no secret goes to another machine unencrypted unless the settings
/// allow it. Not for runs on the embedded emulator. `hint` ends the text that names what is
/// missing.
void check_service(const settings& values, std::string_view hint = {});

/// A run over these nodes can be: each gets a connection, and those on other machines verify
/// this one by a certificate.
void check_nodes(const settings& values);

/// The process may open as many descriptors as a pool of `pool_size` needs:
/// one a connection, two with the emulator in the same process, and some in
/// reserve. Raises the soft limit (RLIMIT_NOFILE) where the hard limit allows.
void check_descriptors(std::size_t pool_size, bool embedded_emulator);

/// As many descriptors as the hard limit allows.
void raise_descriptor_limit();

} // namespace avatar::config
