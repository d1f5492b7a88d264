#include "config/option_table.hpp"
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
        {"service.api-key", "AVATAR_API_KEY", pasted(at<in, &g::api_key>, "KEY"),
         "API key of the avatar service; never on the command line, where the process list shows "
         "it",
         true},
        {"service.app-id", "AVATAR_APP_ID", pasted(at<in, &g::app_id>, "ID"),
         "App id of the avatar service"},
        {"service.console-endpoint", "AVATAR_CONSOLE_ENDPOINT",
         text(at<in, &g::console_endpoint>, "URL"),
         "Where session tokens come from: http or https"},
        {"service.ingress-endpoint", "AVATAR_INGRESS_ENDPOINT",
         text(at<in, &g::ingress_endpoint>, "URL"),
         "Where sessions are opened: ws, wss, http or https"},
        {"service.avatar-id", "AVATAR_SESSION_AVATAR_ID", pasted(at<in, &g::avatar_id>, "ID"),
         "Avatar that the sessions drive"},
        {"service.use-query-auth", "AVATAR_USE_QUERY_AUTH", boolean(at<in, &g::use_query_auth>),
         "Send credentials in the query of the URL instead of in headers"},
        {"service.allow-plaintext", "", boolean(at<in, &g::allow_plaintext>),
         "Let API key and session token go unencrypted, over http and ws, to another machine"},
        {"service.ca-file", "", text(at<in, &g::ca_file>, "FILE"),
         "PEM file of certificates to trust; empty: the system's"},
        {"service.max-opening", "", whole(at<in, &g::max_opening>, 1, 1'000'000),
         "Connections that each thread opens at once; the others wait for their turn"},
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
        {"pool.max-session-age", "", duration(at<in, &g::max_session_age>, 0ms),
         "Each connection is renewed between 50 and 90 % of it, the new one open before the old "
         "one closes; 0: none is"},
        {"pool.request-timeout", "", duration(at<in, &g::request_timeout>, 1ms),
         "Bound on a request, from sending its audio to its last frame"},
        {"pool.borrow-timeout", "", duration(at<in, &g::borrow_timeout>, 1ms),
         "Longest wait of a request for a connection"},
        {"pool.late-timeout", "", duration(at<in, &g::late_timeout>, 0ms),
         "How long a connection whose request timed out or was interrupted may take to finish with "
         "it before it is replaced"},
        {"pool.max-waiting", "", whole(at<in, &g::max_waiting>, 1),
         "Requests that may wait for a connection at once; further ones fail"},
        {"pool.max-waiting-bytes", "",
         bytes(at<in, &g::max_waiting_bytes>, kilobyte, 1024 * 1024 * megabyte),
         "Bytes of audio that the requests that wait may hold, a clip that several share counted "
         "once; requests beyond that fail"},
        {"pool.keepalive", "", duration(at<in, &g::keepalive>, 1ms),
         "Silence on a connection before it is pinged; after twice as long it counts as dead"},
        {"pool.ack-timeout", "", duration(at<in, &g::ack_timeout>, 1ms),
         "How long the other machine may confirm nothing of a request; then the connection counts "
         "as dead, and the request goes to another one"},
        {"pool.reconnect-min", "", duration(at<in, &g::reconnect_min>, 1ms),
         "Bound on the random pause before a connection that failed to open is tried again; "
         "doubles with each failure"},
        {"pool.reconnect-max", "", duration(at<in, &g::reconnect_max>, 1ms),
         "What that bound grows to"},
        {"pool.connect-rate", "", whole(at<in, &g::connect_rate>, 1, 1'000'000),
         "Connections begun a second, and at once, whatever the pool's size"},
        {"pool.fail-fast-after", "", duration(at<in, &g::fail_fast_after>, 1ms),
         "Without any connection for so long, requests fail at once instead of waiting"},
        {"pool.retries", "", whole(at<in, &g::retries>, 0, 1'000),
         "Further connections a request is sent to when one dies before it took any of its audio"},
        {"pool.retry-accepted", "", boolean(at<in, &g::retry_accepted>),
         "Send it to another one even if the service may have taken its audio"},
        {"pool.after-interrupt", "", word(at<in, &g::after_interrupt>, {"wait", "reuse"}),
         "wait: a connection whose request was interrupted is used again when the service has "
         "finished with that; reuse: at once"},
        {"pool.max-lease", "", duration(at<in, &g::max_lease>, 1ms),
         "How long a caller may keep a connection that it acquired"},
        {"pool.sink-timeout", "", duration(at<in, &g::sink_timeout>, 1ms),
         "How long the receiver of a request's frames may take none while more wait"},
        {"pool.audio-timeout", "", duration(at<in, &g::audio_timeout>, 1ms),
         "How long the source of a request's audio may have none"},
        {"pool.max-request", "", duration(at<in, &g::max_request>, 1ms),
         "How long a request with a source or a receiver of its frames may take in all"},
        {"pool.drain-timeout", "", duration(at<in, &g::drain_timeout>, 0ms),
         "Time for running requests to end after Ctrl-C or SIGTERM; the rest is cancelled then"},
        {"pool.max-restarts", "", whole(at<in, &g::max_restarts>, 0, 1'000'000),
         "Session actors that may fail within the window; one more ends the run"},
        {"pool.restart-window", "", duration(at<in, &g::restart_window>, 1ms),
         "Time over which pool.max-restarts counts"},
    };
}

std::vector<option> rounds_options() {
    using g = rounds_settings;
    constexpr auto in = &settings::rounds;
    return {
        {"rounds.count", "", whole(at<in, &g::count>, 1), "Rounds to run"},
        {"rounds.concurrency", "", whole(at<in, &g::concurrency>, 1, 1'000'000),
         "Requests in each round"},
        {"rounds.interval", "", duration(at<in, &g::interval>, 0ms),
         "Pause from the end of a round to the start of the next"},
        {"rounds.interrupt-after", "", duration(at<in, &g::interrupt_after>, 0ms),
         "Interrupt each request that is not over so long after its start; 0: none"},
        {"rounds.arrival-rate", "", rate(at<in, &g::arrival_rate>, 100'000),
         "Start the requests of a round one after another at this rate, whether or not earlier "
         "ones have ended; 0/s: all at once"},
        {"rounds.duration", "", duration(at<in, &g::duration>, 0ms),
         "With an arrival rate, start requests for so long instead of rounds.concurrency of them"},
    };
}

std::vector<option> audio_options() {
    using g = audio_settings;
    constexpr auto in = &settings::audio;
    constexpr auto opus = &g::opus;
    return {
        {"audio.file", "", text(at<in, &g::file>, "FILE"),
         "Mono speech to send: WAV, FLAC, Ogg Vorbis, raw 16-bit PCM named .pcm or .raw, or Ogg "
         "Opus, which is sent as it is; -: standard input; empty: a clip built into the program"},
        {"audio.raw", "", boolean(at<in, &g::raw>),
         "Take what has no header for raw 16-bit PCM, whatever its name, as from a pipe"},
        {"audio.downmix", "", boolean(at<in, &g::downmix>),
         "Mix several channels to mono instead of refusing them"},
        {"audio.strip-tags", "", boolean(at<in, &g::strip_tags>),
         "Leave out the comments and pictures of Ogg Opus, which go out with every request"},
        {"audio.sample-rate", "", sample_rate(at<in, &g::sample_rate>),
         "Sample rate of raw PCM; other files carry their own"},
        {"audio.resample", "", sample_rate_or_none(at<in, &g::resample>),
         "Sample rate to convert the clip to; 0: its own"},
        {"audio.encode", "", word(at<in, &g::encode>, {"none", "opus"}),
         "opus: encode the clip to Ogg Opus before it is sent; none: send it as it is"},
        {"audio.opus-bitrate", "", opus_bitrate(at<in, opus, &opus_settings::bitrate>),
         "Bits per second of that encoding; 0: the encoder's choice"},
        {"audio.opus-frame", "",
         duration_among(at<in, opus, &opus_settings::frame>, {10ms, 20ms, 40ms, 60ms}),
         "Speech in each of its packets"},
        {"audio.opus-application", "",
         word(at<in, opus, &opus_settings::application>, {"audio", "voip", "restricted_lowdelay"}),
         "What the encoder is tuned for: audio, voip or restricted_lowdelay"},
        {"audio.chunk", "", duration(at<in, &g::chunk>, 0ms),
         "Send the clip as a live stream, in pieces of so much speech at the speed of speech; 0: "
         "all in one message"},
    };
}

std::vector<option> livekit_options() {
    using g = livekit_settings;
    constexpr auto in = &settings::egress;
    constexpr auto room = &egress_settings::livekit;
    return {
        {"egress.livekit.url", "", text(at<in, room, &g::url>, "URL"),
         "LiveKit server; with it the animation goes to a room there and not back to the pool"},
        {"egress.livekit.room-name", "", text(at<in, room, &g::room_name>, "NAME"),
         "Room that the avatar joins"},
        {"egress.livekit.publisher-id", "", text(at<in, room, &g::publisher_id>, "ID"),
         "Identity of the avatar in that room"},
        {"egress.livekit.attributes", "", pairs(at<in, room, &g::attributes>),
         "Further attributes of that participant, separated by commas"},
        {"egress.livekit.idle-timeout", "", whole_seconds(at<in, room, &g::idle_timeout>),
         "Silence after which the service leaves the room; 0: its own default"},
        {"egress.livekit.api-token", "AVATAR_LIVEKIT_API_TOKEN",
         pasted(at<in, room, &g::api_token>, "TOKEN"), "Access token of the room", true},
        {"egress.livekit.api-key", "AVATAR_LIVEKIT_API_KEY",
         pasted(at<in, room, &g::api_key>, "KEY"),
         "With the secret, an older way to give access than the token", true},
        {"egress.livekit.api-secret", "AVATAR_LIVEKIT_API_SECRET",
         pasted(at<in, room, &g::api_secret>, "SECRET"), "Secret of that key", true},
    };
}

std::vector<option> agora_options() {
    using g = agora_settings;
    constexpr auto in = &settings::egress;
    constexpr auto channel = &egress_settings::agora;
    return {
        {"egress.agora.channel-name", "", text(at<in, channel, &g::channel_name>, "NAME"),
         "Agora channel; with it the animation goes there and not back to the pool"},
        {"egress.agora.uid", "", whole(at<in, channel, &g::uid>, 0, UINT32_MAX),
         "User id of the avatar in that channel; 0: assigned by Agora"},
        {"egress.agora.publisher-id", "", text(at<in, channel, &g::publisher_id>, "ID"),
         "Name of the avatar in that channel"},
        {"egress.agora.token", "AVATAR_AGORA_TOKEN", pasted(at<in, channel, &g::token>, "TOKEN"),
         "Access token of the channel", true},
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
        {"emulator.max-sessions", "", whole(at<in, &g::max_sessions>, 0),
         "Sessions of an app open at once; one more gets code 4003; 0: any number"},
        {"emulator.tls-certificate", "", text(at<in, &g::tls_certificate>, "FILE"),
         "PEM certificate chain; with the key, serves https and wss"},
        {"emulator.tls-key", "", text(at<in, &g::tls_key>, "FILE"),
         "PEM private key of that certificate"},
        {"emulator.accounts", "", accounts(at<in, &g::accounts>),
         "API keys it knows and the app of each"},
        {"emulator.avatars", "", words(at<in, &g::avatars>, "ID"),
         "Avatars it knows, separated by commas"},
        {"emulator.egress", "", boolean(at<in, &g::egress>),
         "Accept LiveKit and Agora settings; false: answer that no egress is configured"},
        {"emulator.scenario", "", text(at<in, &g::scenario>, "FILE"),
         "JSON file that says what goes wrong, and for whom; empty: nothing"},
        {"emulator.faults", "", text(at<in, &g::faults>, "LIST"),
         "What goes wrong besides, as NAME[=VALUE]:WHEN, such as reset:5%,stop-accepting:20s-30s"},
        {"emulator.seed", "", whole(at<in, &g::seed>, 0),
         "Seed of what goes wrong by chance; 0: another one in each run"},
    };
}

std::vector<option> node_options() {
    using g = node_settings;
    constexpr auto in = &settings::node;
    return {
        {"nodes", "", node_addresses(at<in, &g::nodes>),
         "Workers that the pool and the load of run are divided among; none: this process alone"},
        {"node.listen", "", listen_address(at<in, &g::listen>),
         "Where worker listens for the nodes that give it load"},
        {"node.certificate", "", text(at<in, &g::certificate>, "FILE"),
         "PEM certificate of this node, as scripts/node-certificates makes one; needed beyond "
         "this machine"},
        {"node.key", "", text(at<in, &g::key>, "FILE"), "PEM private key of that certificate"},
        {"node.authority", "", text(at<in, &g::authority>, "FILE"),
         "PEM certificate of the authority that signs those of all nodes; nobody else is "
         "trusted"},
    };
}

std::vector<option> other_options() {
    return {
        {"report.json", "", text(at<&settings::report, &report_settings::json>, "FILE"),
         "Where to write all figures as JSON; \"-\": to standard output, the text to stderr; "
         "empty: nowhere"},
        {"runtime.threads", "", whole(at<&settings::runtime, &runtime_settings::threads>, 1, 64),
         "Threads for the network and the actors"},
        {"log.level", "",
         word(at<&settings::log, &log_settings::level>, {"debug", "info", "warn", "error", "off"}),
         "Least severe message that is logged on stderr: debug, info, warn, error or off"},
    };
}

std::vector<option> make_options() {
    std::vector<option> all;
    for (auto group :
         {service_options, pool_options, rounds_options, audio_options, livekit_options,
          agora_options, emulator_options, node_options, other_options}) {
        auto some = group();
        std::move(some.begin(), some.end(), std::back_inserter(all));
    }
    return all;
}

} // namespace

std::vector<option>& option_table() {
    static std::vector<option> table = make_options();
    return table;
}

} // namespace avatar::config
