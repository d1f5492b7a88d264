#pragma once

#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

/// What a user can set, as plain structs with the defaults in place. Nothing
/// here knows where a value came from: see config/sources.hpp for that, and
/// config/options.cpp for each option's key, range and help text.
namespace avatar::config {

using std::chrono::milliseconds;

/// The avatar service and how to reach it.
struct service_settings {
    std::string api_key; ///< Secret: never logged, reported or printed.
    std::string app_id;
    std::string console_endpoint; ///< URL, http or https.
    std::string ingress_endpoint; ///< URL, ws, wss, http or https.
    std::string avatar_id;
    bool use_query_auth = false; ///< Credentials in the query instead of in headers.
    /// Secrets may leave this machine unencrypted, over http and ws.
    bool allow_plaintext = false;
    std::string ca_file;          ///< PEM bundle to trust; empty: the system's.
    std::size_t max_opening = 64; ///< Connections that each thread opens at once; others wait.
    /// From when it is a connection's turn to open until the service has confirmed the
    /// session: token, TCP, TLS, upgrade and handshake together.
    milliseconds connect_timeout = std::chrono::seconds(10);
    std::size_t max_message_size = 16 * 1024 * 1024; ///< Bytes; a larger frame closes the session.
};

/// The pool of sessions.
struct pool_settings {
    std::size_t size = 100;
    milliseconds session_ttl = std::chrono::minutes(10); ///< Lifetime asked for each token.
    milliseconds max_session_age{0}; ///< A session is renewed before; 0: none is.
    milliseconds request_timeout = std::chrono::seconds(45);
    milliseconds borrow_timeout = std::chrono::seconds(30);
    /// How long a session whose request timed out or was interrupted may wait for the service
    /// to finish with it before it is replaced.
    milliseconds late_timeout = std::chrono::seconds(10);
    std::size_t max_waiting = 100'000; ///< Requests waiting for a session; further ones fail.
    /// Bytes of their audio, a buffer that several share counted once; requests beyond that fail.
    std::size_t max_waiting_bytes = 256 * 1024 * 1024;
    /// Silence before a ping; after twice as long the connection counts as dead.
    milliseconds keepalive = std::chrono::seconds(30);
    /// For the other machine to confirm anything of a request; then its connection counts as
    /// dead, and the request goes to another one.
    milliseconds ack_timeout = std::chrono::seconds(5);

    /// The longest pause before the first further try to open a connection; it
    /// doubles with each try, up to the maximum. The pause is drawn at random
    /// between nothing and that.
    milliseconds reconnect_min = milliseconds(500);
    milliseconds reconnect_max = std::chrono::seconds(30);
    std::size_t connect_rate = 100; ///< Connections begun a second, and at once; all together.
    /// Without any connection for so long, requests fail at once.
    milliseconds fail_fast_after = std::chrono::seconds(5);

    /// Further connections that a request is sent to when one dies under it.
    std::size_t retries = 1;
    bool retry_accepted = false; ///< Even if the service may have taken its audio.

    /// What becomes of a session whose request was interrupted: `wait` until the service has
    /// finished with that, or `reuse` at once.
    std::string after_interrupt = "wait";

    milliseconds max_lease = std::chrono::minutes(5); ///< How long one caller may keep a session.
    /// How long the receiver of a request's frames may take none while more wait.
    milliseconds sink_timeout = std::chrono::seconds(10);
    /// How long the source of a request's audio may have none.
    milliseconds audio_timeout = std::chrono::seconds(10);
    /// In all, of a request that may wait for its caller: one with a source, or with a
    /// receiver of its frames.
    milliseconds max_request = std::chrono::minutes(10);
    /// From the wish to stop until what still runs is cancelled.
    milliseconds drain_timeout = std::chrono::seconds(10);

    /// More failed session actors than this within the window: the pool fails.
    std::size_t max_restarts = 10;
    milliseconds restart_window = std::chrono::minutes(1);
};

/// The load that `avatar-pool run` puts on the pool.
struct rounds_settings {
    std::size_t count = 10;
    std::size_t concurrency = 5;                      ///< Requests of a round.
    milliseconds interval = std::chrono::seconds(30); ///< End of a round to start of the next.
    milliseconds interrupt_after{0}; ///< From a request's start to its interrupt; 0: none.
    double arrival_rate = 0;         ///< Requests started a second; 0: all of a round at once.
    milliseconds duration{0};        ///< With a rate: how long they start, instead of a number.

    /// Requests of each round.
    std::size_t requests() const {
        if (duration.count() == 0)
            return concurrency;
        const std::chrono::duration<double> seconds = duration;
        return static_cast<std::size_t>(std::ceil(arrival_rate * seconds.count()));
    }
};

/// How speech is encoded to Ogg Opus.
struct opus_settings {
    std::size_t bitrate = 0;           ///< Bits per second; 0: the encoder's choice.
    milliseconds frame{20};            ///< Of each packet: 10, 20, 40 or 60 ms.
    std::string application = "audio"; ///< audio, voip or restricted_lowdelay.
};

/// The speech that is sent.
struct audio_settings {
    std::string file; ///< "-": standard input; empty: the clip built into the binary.
    std::int32_t sample_rate = 16'000; ///< Hz; of raw PCM only.
    std::int32_t resample = 0;         ///< Hz to convert PCM to; 0: as it is.
    std::string encode = "none";       ///< none or opus.
    opus_settings opus{};
    milliseconds chunk{0};   ///< Speech in each piece of a live stream; 0: all in one message.
    bool raw = false;        ///< What has no header is raw PCM, whatever its name.
    bool downmix = false;    ///< Mixes several channels to one instead of refusing them.
    bool strip_tags = false; ///< Leaves out the comments and pictures of Ogg Opus.
};

/// A LiveKit room that the animation goes to. Set when it has a URL.
struct livekit_settings {
    std::string url;
    std::string room_name;
    std::string publisher_id;
    std::string api_token;                         ///< Secret. Or, an older way, key and secret:
    std::string api_key;                           ///< Secret.
    std::string api_secret;                        ///< Secret.
    std::map<std::string, std::string> attributes; ///< Of the participant.
    milliseconds idle_timeout{0};                  ///< Whole seconds; 0: the service's own.
};

/// An Agora channel that the animation goes to. Set when it has a name.
struct agora_settings {
    std::string channel_name;
    std::string token;   ///< Secret.
    std::size_t uid = 0; ///< 32 bits; 0: assigned by Agora.
    std::string publisher_id;
};

/// Where the animation goes instead of back on the session's socket.
struct egress_settings {
    livekit_settings livekit;
    agora_settings agora;

    bool to_livekit() const { return !livekit.url.empty(); }
    bool to_agora() const { return !agora.channel_name.empty(); }
};

/// An API key of the emulated service, and the app that its tokens are for.
struct emulator_account {
    std::string api_key;
    std::string app_id;

    bool operator==(const emulator_account&) const = default;
};

/// The local avatar service.
struct emulator_settings {
    std::string address = "127.0.0.1";
    std::uint16_t port = 0;    ///< 0: a free one.
    double first_frame = 0.15; ///< Share of the audio's length until the first frame.
    milliseconds frame_interval = milliseconds(25);
    double frames_per_second_of_audio = 10.0;
    std::size_t frame_bytes = 1024; ///< Animation payload of each frame.
    milliseconds idle_timeout{0};   ///< Without audio input; 0: none.
    milliseconds session_limit{0};  ///< Age of a session; 0: none.
    std::size_t max_sessions = 0;   ///< Of an app, open at once; 0: any number.
    std::string tls_certificate{};  ///< PEM file; with the key: serves https and wss.
    std::string tls_key{};          ///< PEM file.
    /// Whom it knows; the first is the one it tells its users.
    std::vector<emulator_account> accounts = {{"emulator-api-key", "emulator-app"},
                                              {"second-key", "second-app"}};
    std::vector<std::string> avatars = {"emulator-avatar"}; ///< Likewise.
    bool egress = true;     ///< Takes complete LiveKit and Agora settings.
    std::string scenario{}; ///< JSON file of what goes wrong, and for whom; empty: nothing.
    std::string faults{};   ///< More that goes wrong, as NAME[=VALUE]:WHEN, with commas.
    std::size_t seed = 0;   ///< Of the faults that come by chance; 0: a new one each time.
};

/// Where a node can be reached, or listens.
struct node_address {
    std::string host; ///< A name, or an IP address; IPv6 without brackets.
    std::uint16_t port = 0;

    bool operator==(const node_address&) const = default;

    /// "worker-1:7000", "[::1]:7000".
    std::string text() const {
        const bool brackets = host.find(':') != std::string::npos;
        return (brackets ? "[" + host + "]" : host) + ":" + std::to_string(port);
    }
};

/// The nodes of a run, and this one as one of them.
struct node_settings {
    std::vector<node_address> nodes; ///< The workers of a run; empty: this process alone.
    /// Where a worker listens: an IP address, with port 0 for a free one; no host: not set.
    node_address listen;
    std::string certificate; ///< PEM file, of this node; with key and authority: mutual TLS.
    std::string key;         ///< PEM file.
    std::string authority;   ///< PEM file: whose certificates other nodes have.

    bool has_certificate() const { return !certificate.empty(); }
};

/// Where the figures go besides the terminal.
struct report_settings {
    std::string json; ///< Path; empty: none.
};

/// Threads.
struct runtime_settings {
    std::size_t threads = 1; ///< For the network and the actors.
};

/// Diagnostics on stderr.
struct log_settings {
    std::string level = "warn"; ///< debug, info, warn, error or off.
};

/// By name, which of a program's own behaviours a run takes. A name that the program does not
/// have is refused where the option is read; the first of each is what every program has.
struct extension_settings {
    std::string dispatch = "longest-idle"; ///< `pool.dispatch`: who gets which session.
    std::string session = "standard";      ///< `pool.session`: what a session does.
    std::string channel = "websocket";     ///< `service.channel`: how the service is reached.
    std::string shape = "rounds";          ///< `load.shape`: when requests start.
    std::vector<std::string> sinks{};      ///< `report.sinks`: who hears the results.
};

/// Everything together.
struct settings {
    service_settings service;
    pool_settings pool;
    rounds_settings rounds;
    audio_settings audio;
    egress_settings egress;
    emulator_settings emulator;
    node_settings node;
    report_settings report;
    runtime_settings runtime;
    log_settings log;
    extension_settings extensions;
};

} // namespace avatar::config
