#define CAF_SUITE config_struct_checks

#include "caf/test/dsl.hpp"
#include "config/checks.hpp"
#include "config/options.hpp"
#include "config/settings.hpp"
#include "tests/config/support.hpp"

#include <cmath>
#include <functional>
#include <limits>
#include <set>
#include <string>

using namespace avatar::config;
using namespace avatar::config::test;
using namespace std::chrono_literals;

namespace {

constexpr auto too_long = std::chrono::hours(365 * 24) + 1ms;
constexpr double infinite = std::numeric_limits<double>::infinity();

/// A value that a program may set and no option takes.
struct bad_value {
    std::string key;
    std::function<void(settings&)> set;
};

const std::vector<bad_value> bad_values = {
    {"service.api-key", [](auto& s) { s.service.api_key = "key\r\nHost: other"; }},
    {"service.app-id", [](auto& s) { s.service.app_id = "a\nb"; }},
    {"service.console-endpoint", [](auto& s) { s.service.console_endpoint = "http://\x1b"; }},
    {"service.ingress-endpoint", [](auto& s) { s.service.ingress_endpoint = "ws://\n"; }},
    {"service.avatar-id", [](auto& s) { s.service.avatar_id = "a\x7f"; }},
    {"service.ca-file", [](auto& s) { s.service.ca_file = "a\n"; }},
    {"service.max-opening", [](auto& s) { s.service.max_opening = 0; }},
    {"service.max-opening", [](auto& s) { s.service.max_opening = 1'000'001; }},
    {"service.connect-timeout", [](auto& s) { s.service.connect_timeout = 0ms; }},
    {"service.connect-timeout", [](auto& s) { s.service.connect_timeout = -1ms; }},
    {"service.connect-timeout", [](auto& s) { s.service.connect_timeout = too_long; }},
    {"service.max-message-size", [](auto& s) { s.service.max_message_size = 0; }},
    {"service.max-message-size", [](auto& s) { s.service.max_message_size = 1023; }},
    {"service.max-message-size", [](auto& s) { s.service.max_message_size = SIZE_MAX; }},
    {"nodes",
     [](auto& s) {
         s.node.nodes = {{"a b", 1}};
     }},
    {"nodes",
     [](auto& s) {
         s.node.nodes = {{"a", 0}};
     }},
    {"nodes",
     [](auto& s) {
         s.node.nodes = {{"a", 1}, {"a", 1}};
     }},
    {"node.listen",
     [](auto& s) {
         s.node.listen = {"a", 1};
     }},
    {"node.certificate", [](auto& s) { s.node.certificate = "a\n"; }},
    {"node.key", [](auto& s) { s.node.key = "a\n"; }},
    {"node.authority", [](auto& s) { s.node.authority = "a\n"; }},
    {"pool.size", [](auto& s) { s.pool.size = 0; }},
    {"pool.size", [](auto& s) { s.pool.size = 1'000'001; }},
    {"pool.size", [](auto& s) { s.pool.size = SIZE_MAX; }},
    {"pool.session-ttl", [](auto& s) { s.pool.session_ttl = 999ms; }},
    {"pool.session-ttl", [](auto& s) { s.pool.session_ttl = too_long; }},
    {"pool.max-session-age", [](auto& s) { s.pool.max_session_age = -1ms; }},
    {"pool.ack-timeout", [](auto& s) { s.pool.ack_timeout = 0ms; }},
    {"pool.after-interrupt", [](auto& s) { s.pool.after_interrupt = "both"; }},
    {"pool.request-timeout", [](auto& s) { s.pool.request_timeout = 0ms; }},
    {"pool.borrow-timeout", [](auto& s) { s.pool.borrow_timeout = -30s; }},
    {"pool.late-timeout", [](auto& s) { s.pool.late_timeout = -1ms; }},
    {"pool.max-waiting", [](auto& s) { s.pool.max_waiting = 0; }},
    {"pool.max-waiting-bytes", [](auto& s) { s.pool.max_waiting_bytes = 1023; }},
    {"pool.keepalive", [](auto& s) { s.pool.keepalive = 0ms; }},
    {"pool.keepalive", [](auto& s) { s.pool.keepalive = milliseconds::min(); }},
    {"pool.keepalive", [](auto& s) { s.pool.keepalive = milliseconds::max(); }},
    {"pool.reconnect-min", [](auto& s) { s.pool.reconnect_min = 0ms; }},
    {"pool.reconnect-min", [](auto& s) { s.pool.reconnect_min = 31s; }},
    {"pool.reconnect-max", [](auto& s) { s.pool.reconnect_max = -1ms; }},
    {"pool.connect-rate", [](auto& s) { s.pool.connect_rate = 0; }},
    {"pool.connect-rate", [](auto& s) { s.pool.connect_rate = 1'000'001; }},
    {"pool.fail-fast-after", [](auto& s) { s.pool.fail_fast_after = 0ms; }},
    {"pool.retries", [](auto& s) { s.pool.retries = 1'001; }},
    {"pool.max-lease", [](auto& s) { s.pool.max_lease = 0ms; }},
    {"pool.sink-timeout", [](auto& s) { s.pool.sink_timeout = 0ms; }},
    {"pool.audio-timeout", [](auto& s) { s.pool.audio_timeout = 0ms; }},
    {"pool.max-request", [](auto& s) { s.pool.max_request = 0ms; }},
    {"pool.drain-timeout", [](auto& s) { s.pool.drain_timeout = -1ms; }},
    {"pool.max-restarts", [](auto& s) { s.pool.max_restarts = 1'000'001; }},
    {"pool.restart-window", [](auto& s) { s.pool.restart_window = 0ms; }},
    {"rounds.count", [](auto& s) { s.rounds.count = 0; }},
    {"rounds.concurrency", [](auto& s) { s.rounds.concurrency = 0; }},
    {"rounds.concurrency", [](auto& s) { s.rounds.concurrency = 1'000'001; }},
    {"rounds.interval", [](auto& s) { s.rounds.interval = -1ms; }},
    {"rounds.interrupt-after", [](auto& s) { s.rounds.interrupt_after = -1ms; }},
    {"rounds.arrival-rate", [](auto& s) { s.rounds.arrival_rate = -1; }},
    {"rounds.arrival-rate", [](auto& s) { s.rounds.arrival_rate = 100'001; }},
    {"rounds.arrival-rate", [](auto& s) { s.rounds.arrival_rate = infinite; }},
    {"rounds.arrival-rate", [](auto& s) { s.rounds.arrival_rate = std::nan(""); }},
    {"rounds.arrival-rate", [](auto& s) { s.rounds.arrival_rate = 1e-300; }},
    {"rounds.duration", [](auto& s) { s.rounds.duration = -1ms; }},
    {"audio.file", [](auto& s) { s.audio.file = "a\n"; }},
    {"audio.sample-rate", [](auto& s) { s.audio.sample_rate = 0; }},
    {"audio.sample-rate", [](auto& s) { s.audio.sample_rate = -16'000; }},
    {"audio.sample-rate", [](auto& s) { s.audio.sample_rate = 16'001; }},
    {"audio.resample", [](auto& s) { s.audio.resample = 1; }},
    {"audio.encode", [](auto& s) { s.audio.encode = "mp3"; }},
    {"audio.opus-bitrate", [](auto& s) { s.audio.opus.bitrate = 5'999; }},
    {"audio.opus-bitrate", [](auto& s) { s.audio.opus.bitrate = 510'001; }},
    {"audio.opus-frame", [](auto& s) { s.audio.opus.frame = 15ms; }},
    {"audio.opus-application", [](auto& s) { s.audio.opus.application = ""; }},
    {"audio.chunk", [](auto& s) { s.audio.chunk = -1ms; }},
    {"egress.livekit.url", [](auto& s) { s.egress.livekit.url = "\n"; }},
    {"egress.livekit.room-name", [](auto& s) { s.egress.livekit.room_name = "\n"; }},
    {"egress.livekit.publisher-id", [](auto& s) { s.egress.livekit.publisher_id = "\n"; }},
    {"egress.livekit.attributes", [](auto& s) { s.egress.livekit.attributes["a"] = "\n"; }},
    {"egress.livekit.idle-timeout", [](auto& s) { s.egress.livekit.idle_timeout = 1ms; }},
    {"egress.livekit.idle-timeout", [](auto& s) { s.egress.livekit.idle_timeout = -1s; }},
    {"egress.livekit.api-token", [](auto& s) { s.egress.livekit.api_token = "\n"; }},
    {"egress.livekit.api-key", [](auto& s) { s.egress.livekit.api_key = "\n"; }},
    {"egress.livekit.api-secret", [](auto& s) { s.egress.livekit.api_secret = "\n"; }},
    {"egress.agora.channel-name", [](auto& s) { s.egress.agora.channel_name = "\n"; }},
    {"egress.agora.uid", [](auto& s) { s.egress.agora.uid = std::size_t(UINT32_MAX) + 1; }},
    {"egress.agora.publisher-id", [](auto& s) { s.egress.agora.publisher_id = "\n"; }},
    {"egress.agora.token", [](auto& s) { s.egress.agora.token = "\n"; }},
    {"emulator.address", [](auto& s) { s.emulator.address = "localhost"; }},
    {"emulator.first-frame", [](auto& s) { s.emulator.first_frame = -0.1; }},
    {"emulator.first-frame", [](auto& s) { s.emulator.first_frame = std::nan(""); }},
    {"emulator.frame-interval", [](auto& s) { s.emulator.frame_interval = -1ms; }},
    {"emulator.frames-per-second-of-audio",
     [](auto& s) { s.emulator.frames_per_second_of_audio = 1'001; }},
    {"emulator.frame-bytes", [](auto& s) { s.emulator.frame_bytes = 16 * 1024 * 1024 + 1; }},
    {"emulator.idle-timeout", [](auto& s) { s.emulator.idle_timeout = -1ms; }},
    {"emulator.session-limit", [](auto& s) { s.emulator.session_limit = -1ms; }},
    {"emulator.tls-certificate", [](auto& s) { s.emulator.tls_certificate = "\n"; }},
    {"emulator.tls-key", [](auto& s) { s.emulator.tls_key = "\n"; }},
    {"emulator.accounts", [](auto& s) { s.emulator.accounts.clear(); }},
    {"emulator.accounts",
     [](auto& s) {
         s.emulator.accounts = {{"", "app"}};
     }},
    {"emulator.avatars", [](auto& s) { s.emulator.avatars.clear(); }},
    {"emulator.avatars", [](auto& s) { s.emulator.avatars = {""}; }},
    {"emulator.scenario", [](auto& s) { s.emulator.scenario = "\n"; }},
    {"emulator.faults", [](auto& s) { s.emulator.faults = "\n"; }},
};

/// Fields that hold no bad value.
const std::set<std::string> always_good = {
    "service.use-query-auth",
    "service.allow-plaintext",
    "pool.retry-accepted",
    "audio.raw",
    "audio.downmix",
    "audio.strip-tags",
    "emulator.max-sessions",
    "emulator.port",
    "emulator.egress",
    "emulator.seed",
    "report.json",
    "runtime.threads",
    "log.level",
};

void check_of_group(const settings& values, std::string_view group) {
    if (group == "service")
        check_connection({values.service, 1s, 1s, 16'000, 0, values.egress});
    else if (group == "pool")
        check_pool(values.pool);
    else if (group == "rounds")
        check_rounds(values.rounds);
    else if (group == "audio")
        check_audio(values.audio);
    else if (group == "egress")
        check_egress(values.egress);
    else if (group == "emulator")
        check_emulator(values.emulator);
    else if (group == "node" || group == "nodes")
        check_node(values.node);
}

std::string connection_error(milliseconds ttl, milliseconds keepalive, std::int32_t rate,
                             std::int32_t bitrate, const egress_settings& egress = {}) {
    const service_settings service;
    return error_of([&] { check_connection({service, ttl, keepalive, rate, bitrate, egress}); });
}

} // namespace

CAF_TEST(defaults are good in every struct) {
    for (const auto group : {"service", "pool", "rounds", "audio", "egress", "emulator", "node"})
        CAF_CHECK_EQUAL(error_of([&] { check_of_group({}, group); }), "no error");
    CAF_CHECK_EQUAL(error_of([] { check_consistency({}); }), "no error");
}

CAF_TEST(a bad value of any field is refused in one line that names it) {
    for (const auto& bad : bad_values) {
        settings values;
        bad.set(values);
        const auto error =
            error_of([&] { check_of_group(values, bad.key.substr(0, bad.key.find('.'))); });
        CAF_MESSAGE(error);
        CAF_CHECK(error.starts_with(bad.key));
        CAF_CHECK(error.find("expected ") != std::string::npos);
        CAF_CHECK(error.find_first_of("\n\r\x1b\x7f") == std::string::npos);
        if (find_option(bad.key)->secret)
            CAF_CHECK(error.find(" as character ") != std::string::npos);
    }
}

CAF_TEST(every field that may be bad is tried) {
    std::set<std::string> tried = always_good;
    for (const auto& bad : bad_values)
        tried.insert(bad.key);
    for (const auto& known : options())
        CAF_CHECK_EQUAL(std::string(tried.contains(std::string(known.key)) ? "" : known.key), "");
}

CAF_TEST(the bounds themselves are good) {
    settings values;
    values.service.max_opening = 1'000'000;
    values.service.connect_timeout = 1ms;
    values.service.max_message_size = 1024;
    values.pool.size = 1'000'000;
    values.pool.session_ttl = 1s;
    values.pool.reconnect_min = values.pool.reconnect_max = std::chrono::hours(365 * 24);
    values.pool.connect_rate = 1'000'000;
    values.pool.retries = 1'000;
    values.pool.late_timeout = values.pool.drain_timeout = 0ms;
    values.rounds.concurrency = 1'000'000;
    values.rounds.arrival_rate = 100'000;
    values.emulator.first_frame = 1'000;
    values.emulator.port = 65535;
    for (const auto group : {"service", "pool", "rounds", "emulator"})
        CAF_CHECK_EQUAL(error_of([&] { check_of_group(values, group); }), "no error");
    values.pool.reconnect_max -= 1ms;
    CAF_CHECK_EQUAL(error_of([&] { check_pool(values.pool); }),
                    "pool.reconnect-min=8760h is longer than pool.reconnect-max=31535999999ms: "
                    "expected at most that");
}

CAF_TEST(a round starts its last request within a year) {
    rounds_settings rounds;
    rounds.concurrency = 366;
    rounds.arrival_rate = 1.0 / 86'400;
    CAF_CHECK_EQUAL(error_of([&] { check_rounds(rounds); }), "no error");
    rounds.concurrency = 367;
    CAF_CHECK_EQUAL(error_of([&] { check_rounds(rounds); })
                        .starts_with("rounds.arrival-rate=1.1574074074074073e-05/s starts 367 "
                                     "requests in more than a year: expected a higher rate"),
                    true);
    rounds.concurrency = 1; // It starts at once, whatever the rate.
    rounds.arrival_rate = 1e-300;
    CAF_CHECK_EQUAL(error_of([&] { check_rounds(rounds); }), "no error");
}

CAF_TEST(what a connection is opened with is checked as a whole) {
    CAF_CHECK_EQUAL(connection_error(1s, 1ms, 16'000, 0), "no error");
    CAF_CHECK_EQUAL(connection_error(1s, 1ms, 12'000, 510'000), "no error"); // Of Ogg Opus.
    CAF_CHECK(connection_error(0s, 1ms, 16'000, 0).starts_with("pool.session-ttl=0s: expected"));
    CAF_CHECK(connection_error(1s, 0ms, 16'000, 0).starts_with("pool.keepalive=0s: expected"));
    CAF_CHECK(connection_error(1s, 1ms, 0, 0).starts_with("audio.sample-rate=0: expected"));
    CAF_CHECK_EQUAL(connection_error(1s, 1ms, 16'000, -1),
                    "bitrate=-1: expected bits per second, or 0 for none");
    egress_settings half;
    half.agora.uid = 7;
    CAF_CHECK(
        connection_error(1s, 1ms, 16'000, 0, half).starts_with("egress.agora.channel-name is"));
}

CAF_TEST(what a connection is not told of has no value that would do) {
    const service_settings service;
    const egress_settings egress;
    const auto error = [](const connection_terms& terms) {
        return error_of([&] { check_connection(terms); });
    };
    CAF_CHECK(error({.service = service, .keepalive = 1s, .sample_rate = 16'000, .egress = egress})
                  .starts_with("pool.session-ttl=0s: expected"));
    CAF_CHECK(
        error({.service = service, .session_ttl = 1s, .sample_rate = 16'000, .egress = egress})
            .starts_with("pool.keepalive=0s: expected"));
    CAF_CHECK(error({.service = service, .session_ttl = 1s, .keepalive = 1s, .egress = egress})
                  .starts_with("audio.sample-rate=0: expected"));
}

CAF_TEST(rounds of the greatest number of requests are good) {
    rounds_settings rounds;
    rounds.arrival_rate = 100'000;
    rounds.duration = 10s;
    CAF_CHECK_EQUAL(rounds.requests(), 1'000'000u);
    CAF_CHECK_EQUAL(error_of([&] { check_rounds(rounds); }), "no error");
    rounds.duration += 1ms;
    CAF_CHECK(error_of([&] {
                  check_rounds(rounds);
              }).starts_with("rounds.arrival-rate for rounds.duration=10001ms makes 1000100 "));
    rounds.duration = 1ms; // However short, it needs a rate.
    rounds.arrival_rate = 0;
    CAF_CHECK(
        error_of([&] { check_rounds(rounds); }).starts_with("rounds.arrival-rate is missing"));
}

CAF_TEST(the command line checks every struct for what goes together) {
    const auto error = [](auto set) {
        settings values;
        set(values);
        return error_of([&] { check_consistency(values); });
    };
    CAF_CHECK(error([](auto& s) { s.pool.size = 1'000'001; }).starts_with("pool.size"));
    CAF_CHECK(error([](auto& s) { s.rounds.duration = 1s; }).starts_with("rounds.arrival-rate"));
    CAF_CHECK(error([](auto& s) { s.audio.encode = "x"; }).starts_with("audio.encode"));
    CAF_CHECK(error([](auto& s) { s.egress.agora.uid = 1; }).starts_with("egress.agora"));
    CAF_CHECK(error([](auto& s) { s.emulator.tls_key = "k"; }).starts_with("emulator.tls"));
}
