#include "config/checks.hpp"

#include "config/duration.hpp"
#include "config/error.hpp"
#include "config/options.hpp"
#include "config/settings.hpp"
#include "protocol/endpoint.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <sys/resource.h>
#include <utility>
#include <vector>

namespace avatar::config {

namespace {

// For files, listening sockets, event descriptors and connections that are
// being replaced while the old one still closes.
constexpr std::size_t reserved_descriptors = 64;

constexpr std::string_view required[] = {
    "service.api-key",          "service.app-id",    "service.console-endpoint",
    "service.ingress-endpoint", "service.avatar-id",
};

void require_present(const settings& values, std::string_view hint) {
    std::vector<std::string_view> missing;
    for (const auto key : required) {
        const auto known = find_option(key);
        if (known->kind.text(values).empty())
            missing.push_back(known->environment);
    }
    if (!missing.empty())
        throw config_error(fmt::format("missing required environment variables: {}{}",
                                       fmt::join(missing, ", "), hint));
}

void require_none(std::string_view key, const std::optional<std::string>& problem) {
    if (problem)
        throw config_error(
            fmt::format("{} ({}): {}", find_option(key)->environment, key, *problem));
}

// The soft limit, raised as far as `wanted` where that is allowed.
std::size_t descriptor_limit(std::size_t wanted) {
    rlimit limit{};
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return wanted; // Unknown: a socket that fails to open will tell.
    if (limit.rlim_cur < wanted && limit.rlim_cur < limit.rlim_max) {
        auto raised = limit;
        raised.rlim_cur = std::min<rlim_t>(wanted, limit.rlim_max);
        if (setrlimit(RLIMIT_NOFILE, &raised) == 0)
            limit = raised;
    }
    return std::min<rlim_t>(limit.rlim_cur, wanted);
}

/// Each value of a group by itself, as if a user had set it: one truth for those of a
/// command line and those of a program.
void check_values(std::string_view group, const settings& values) {
    for (const auto& known : options()) {
        if (known.group() != group)
            continue;
        const auto value = known.kind.text(values);
        auto copy = values;
        apply(known, copy, value,
              known.shows_value() ? fmt::format("{}={}", known.key, printable(value))
                                  : std::string(known.key));
    }
}

void check_livekit_key(const livekit_settings& to) {
    if (!to.url.empty() && to.api_token.empty() && to.api_key.empty() != to.api_secret.empty())
        throw config_error(
            fmt::format("egress.livekit.{} is missing: expected key and secret together, or "
                        "egress.livekit.api-token instead of both",
                        to.api_key.empty() ? "api-key" : "api-secret"));
}

void check_one_egress(const egress_settings& egress) {
    if (egress.to_livekit() && egress.to_agora())
        throw config_error("egress.livekit.url and egress.agora.channel-name exclude each other: "
                           "expected one egress at most");
    // Half of an egress would be sent nowhere, unnoticed. Secrets do not count:
    // they may lie in the environment for other runs.
    const auto& livekit = egress.livekit;
    const bool half_livekit = !(livekit.room_name + livekit.publisher_id).empty() ||
                              !livekit.attributes.empty() || livekit.idle_timeout.count() > 0;
    if (half_livekit && !egress.to_livekit())
        throw config_error("egress.livekit.url is missing: expected it where other settings of "
                           "egress.livekit are given");
    const bool half_agora = !egress.agora.publisher_id.empty() || egress.agora.uid != 0;
    if (half_agora && !egress.to_agora())
        throw config_error("egress.agora.channel-name is missing: expected it where other "
                           "settings of egress.agora are given");
    check_livekit_key(livekit);
}

} // namespace

void raise_descriptor_limit() {
    descriptor_limit(SIZE_MAX);
}

void check_pool(const pool_settings& pool) {
    settings values;
    values.pool = pool;
    check_values("pool", values);
    constexpr std::size_t most = 1'000'000;
    if (pool.size > most)
        throw config_error(fmt::format("pool.size={}: expected at most {}", pool.size, most));
    if (pool.reconnect_min > pool.reconnect_max)
        throw config_error(fmt::format(
            "pool.reconnect-min={} is longer than pool.reconnect-max={}: expected at most that",
            format_duration(pool.reconnect_min), format_duration(pool.reconnect_max)));
}

void check_rounds(const rounds_settings& rounds) {
    settings values;
    values.rounds = rounds;
    check_values("rounds", values);
    if (rounds.duration.count() > 0 && rounds.arrival_rate == 0)
        throw config_error("rounds.arrival-rate is missing: expected it with rounds.duration, "
                           "such as 100/s");
    constexpr std::size_t most = 1'000'000;
    if (rounds.requests() > most)
        throw config_error(fmt::format("rounds.arrival-rate for rounds.duration={} makes {} "
                                       "requests a round: expected at most {}",
                                       format_duration(rounds.duration), rounds.requests(), most));
    constexpr std::chrono::duration<double> longest = std::chrono::hours(365 * 24);
    if (static_cast<double>(rounds.requests() - 1) > rounds.arrival_rate * longest.count() &&
        rounds.arrival_rate > 0)
        throw config_error(fmt::format("rounds.arrival-rate={}/s starts {} requests in more than a "
                                       "year: expected a higher rate",
                                       rounds.arrival_rate, rounds.requests()));
}

void check_egress(const egress_settings& egress) {
    settings values;
    values.egress = egress;
    check_values("egress", values);
    check_one_egress(egress);
}

void check_emulator(const emulator_settings& emulator) {
    settings values;
    values.emulator = emulator;
    check_values("emulator", values);
    if (emulator.tls_certificate.empty() != emulator.tls_key.empty())
        throw config_error(fmt::format("{} is missing: expected emulator.tls-certificate and "
                                       "emulator.tls-key together, or neither",
                                       emulator.tls_key.empty() ? "emulator.tls-key"
                                                                : "emulator.tls-certificate"));
}

void check_node(const node_settings& node) {
    settings values;
    values.node = node;
    check_values("nodes", values);
    check_values("node", values);
    const std::pair<std::string_view, const std::string&> files[] = {
        {"node.certificate", node.certificate},
        {"node.key", node.key},
        {"node.authority", node.authority}};
    const auto given = [](const auto& file) { return !file.second.empty(); };
    if (std::ranges::none_of(files, given))
        return;
    for (const auto& file : files)
        if (!given(file))
            throw config_error(fmt::format("{} is missing: expected node.certificate, node.key and "
                                           "node.authority together, or none of them",
                                           file.first));
}

void check_nodes(const settings& values) {
    const auto& nodes = values.node.nodes;
    if (values.pool.size < nodes.size())
        throw config_error(
            fmt::format("pool.size={} is too small for {} nodes: expected a connection for each",
                        values.pool.size, nodes.size()));
    if (values.node.has_certificate())
        return;
    for (const auto& node : nodes)
        if (!protocol::is_this_machine(node.host))
            throw config_error(
                fmt::format("nodes={}: nodes beyond this machine need certificates: expected "
                            "node.certificate, node.key and node.authority, which "
                            "scripts/node-certificates makes",
                            node.text()));
}

void check_audio(const audio_settings& audio) {
    settings values;
    values.audio = audio;
    check_values("audio", values);
}

void check_connection(const connection_terms& terms) {
    settings values;
    values.service = terms.service;
    check_values("service", values);
    values.pool.session_ttl = terms.session_ttl;
    values.pool.keepalive = terms.keepalive;
    check_values("pool", values);
    values.audio.sample_rate = terms.sample_rate;
    check_values("audio", values);
    if (terms.bitrate < 0)
        throw config_error(
            fmt::format("bitrate={}: expected bits per second, or 0 for none", terms.bitrate));
    check_egress(terms.egress);
}

void check_consistency(const settings& values) {
    check_egress(values.egress);
    check_pool(values.pool);
    check_rounds(values.rounds);
    check_audio(values.audio);
    check_emulator(values.emulator);
    check_node(values.node);
}

void check_service(const settings& values, std::string_view hint) {
    require_present(values, hint);
    require_none("service.console-endpoint",
                 protocol::check_console_endpoint(values.service.console_endpoint));
    require_none("service.ingress-endpoint",
                 protocol::check_ingress_endpoint(values.service.ingress_endpoint));
    if (values.service.allow_plaintext)
        return;
    require_none("service.console-endpoint",
                 protocol::check_console_secrecy(values.service.console_endpoint));
    require_none("service.ingress-endpoint",
                 protocol::check_ingress_secrecy(values.service.ingress_endpoint));
}

void check_descriptors(std::size_t pool_size, bool embedded_emulator) {
    const std::size_t each = embedded_emulator ? 2 : 1;
    const std::size_t countable = (SIZE_MAX - reserved_descriptors) / each;
    const auto wanted = std::min(pool_size, countable) * each + reserved_descriptors;
    const auto limit = descriptor_limit(wanted);
    const auto most = limit > reserved_descriptors ? (limit - reserved_descriptors) / each : 0;
    if (pool_size > most)
        throw config_error(fmt::format(
            "pool.size={} is too much for the limit of {} open files (ulimit -n): expected at "
            "most {} ({} for each connection, {} in reserve)",
            pool_size, limit, most, each, reserved_descriptors));
}

} // namespace avatar::config
