#include "config/options.hpp"
#include "config/value_kinds.hpp"

#include <iterator>

namespace avatar::config {

namespace {

using namespace std::chrono_literals;

constexpr std::size_t kilobyte = 1024;
constexpr std::size_t megabyte = 1024 * kilobyte;

std::vector<option> service_options() {
    using g = service_settings;
    constexpr auto in = &settings::service;
    return {
        {"service.api-key", "AVATAR_API_KEY", text(at<in, &g::api_key>, "KEY"),
         "API key of the avatar service; never on the command line, where the process list shows "
         "it",
         true},
        {"service.app-id", "AVATAR_APP_ID", text(at<in, &g::app_id>, "ID"),
         "App id of the avatar service"},
        {"service.console-endpoint", "AVATAR_CONSOLE_ENDPOINT",
         text(at<in, &g::console_endpoint>, "URL"),
         "Where session tokens come from: http or https"},
        {"service.ingress-endpoint", "AVATAR_INGRESS_ENDPOINT",
         text(at<in, &g::ingress_endpoint>, "URL"),
         "Where sessions are opened: ws, wss, http or https"},
        {"service.avatar-id", "AVATAR_SESSION_AVATAR_ID", text(at<in, &g::avatar_id>, "ID"),
         "Avatar that the sessions drive"},
        {"service.use-query-auth", "AVATAR_USE_QUERY_AUTH", boolean(at<in, &g::use_query_auth>),
         "Send credentials in the query of the URL instead of in headers"},
        {"service.ca-file", "", text(at<in, &g::ca_file>, "FILE"),
         "PEM file of certificates to trust; empty: the system's"},
        {"service.connect-timeout", "", duration(at<in, &g::connect_timeout>, 1ms),
         "Bound on opening a connection: token, TCP, TLS, upgrade and handshake together"},
        {"service.max-message-size", "",
         bytes(at<in, &g::max_message_size>, kilobyte, 1024 * megabyte),
         "Bytes of the largest frame taken from the service; a larger one closes its session"},
    };
}

std::vector<option> pool_options() {
    using g = pool_settings;
    constexpr auto in = &settings::pool;
    return {
        {"pool.size", "", whole(at<in, &g::size>, 1), "Connections to hold open"},
        {"pool.session-ttl", "", duration(at<in, &g::session_ttl>, 1s),
         "Lifetime asked for each session token"},
        {"pool.request-timeout", "", duration(at<in, &g::request_timeout>, 1ms),
         "Bound on a request, from sending its audio to its last frame"},
        {"pool.borrow-timeout", "", duration(at<in, &g::borrow_timeout>, 1ms),
         "Longest wait of a request for a connection"},
        {"pool.late-timeout", "", duration(at<in, &g::late_timeout>, 0ms),
         "How long a connection whose request timed out may take to finish with it before it is "
         "replaced"},
        {"pool.max-waiting", "", whole(at<in, &g::max_waiting>, 1),
         "Requests that may wait for a connection at once; more are refused"},
        {"pool.keepalive", "", duration(at<in, &g::keepalive>, 1ms),
         "Silence on a connection before it is pinged"},
        {"pool.reconnect-min", "", duration(at<in, &g::reconnect_min>, 1ms),
         "First pause before a replacement that failed to open is tried again; doubles each time"},
        {"pool.reconnect-max", "", duration(at<in, &g::reconnect_max>, 1ms),
         "Longest pause between those tries"},
    };
}

std::vector<option> rounds_options() {
    using g = rounds_settings;
    constexpr auto in = &settings::rounds;
    return {
        {"rounds.count", "", whole(at<in, &g::count>, 1), "Rounds to run"},
        {"rounds.concurrency", "", whole(at<in, &g::concurrency>, 1, 1'000'000),
         "Requests started together in each round"},
        {"rounds.interval", "", duration(at<in, &g::interval>, 0ms),
         "Pause from the end of a round to the start of the next"},
    };
}

std::vector<option> audio_options() {
    using g = audio_settings;
    constexpr auto in = &settings::audio;
    return {
        {"audio.file", "", text(at<in, &g::file>, "FILE"),
         "Mono speech to send: WAV, FLAC, Ogg, or raw 16-bit PCM named .pcm or .raw; empty: a "
         "clip built into the program"},
        {"audio.sample-rate", "", sample_rate(at<in, &g::sample_rate>),
         "Sample rate of raw PCM; other files carry their own"},
    };
}

std::vector<option> emulator_options() {
    using g = emulator_settings;
    constexpr auto in = &settings::emulator;
    return {
        {"emulator.address", "", address(at<in, &g::address>), "Address to listen on"},
        {"emulator.port", "", port(at<in, &g::port>), "Port to listen on; 0: a free one"},
        {"emulator.first-frame", "", number(at<in, &g::first_frame>, 0, 1000),
         "Time to the first frame, as a share of the audio's length"},
        {"emulator.frame-interval", "", duration(at<in, &g::frame_interval>, 0ms),
         "Pause between frames"},
        {"emulator.frames-per-second-of-audio", "",
         number(at<in, &g::frames_per_second_of_audio>, 0, 1000),
         "Frames sent for each second of audio"},
        {"emulator.frame-bytes", "", bytes(at<in, &g::frame_bytes>, 0, 16 * megabyte),
         "Bytes of animation in each frame"},
        {"emulator.idle-timeout", "", duration(at<in, &g::idle_timeout>, 0ms),
         "Silence after which a session is ended; 0: never"},
        {"emulator.session-limit", "", duration(at<in, &g::session_limit>, 0ms),
         "Age at which a session is ended; 0: never"},
        {"emulator.tls-certificate", "", text(at<in, &g::tls_certificate>, "FILE"),
         "PEM certificate chain; with the key, serves https and wss"},
        {"emulator.tls-key", "", text(at<in, &g::tls_key>, "FILE"),
         "PEM private key of that certificate"},
    };
}

std::vector<option> other_options() {
    return {
        {"report.json", "", text(at<&settings::report, &report_settings::json>, "FILE"),
         "Where to write all figures as JSON; empty: nowhere"},
        {"runtime.io-threads", "",
         whole(at<&settings::runtime, &runtime_settings::io_threads>, 1, 64),
         "Threads for the network"},
        {"runtime.actor-threads", "",
         whole(at<&settings::runtime, &runtime_settings::actor_threads>, 1, 64),
         "Threads for the actors"},
        {"log.level", "",
         word(at<&settings::log, &log_settings::level>, {"debug", "info", "warn", "error", "off"}),
         "Least severe of the messages logged on stderr"},
    };
}

std::vector<option> make_options() {
    std::vector<option> all;
    for (auto group : {service_options, pool_options, rounds_options, audio_options,
                       emulator_options, other_options}) {
        auto some = group();
        std::move(some.begin(), some.end(), std::back_inserter(all));
    }
    return all;
}

} // namespace

const std::vector<option>& options() {
    static const std::vector<option> table = make_options();
    return table;
}

} // namespace avatar::config
