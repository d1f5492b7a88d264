#include "application/runtime.hpp"

#include "actors/cluster/links/node_runtime.hpp"
#include "actors/cluster/requests/spawn_remote_pool.hpp"
#include "actors/pool/pool_failures.hpp"
#include "actors/pool/spawn_pool.hpp"
#include "application/pool.hpp"
#include "application/running_animation.hpp"
#include "audio/clip.hpp"
#include "config/checks.hpp"
#include "config/error.hpp"
#include "protocol/audio_format.hpp"
#include "protocol/request_id.hpp"
#include "transport/avatar_channel.hpp"
#include "transport/logger.hpp"
#include "transport/node_credentials.hpp"

#include <caf/logger.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <utility>

namespace avatar::application {
namespace {

using std::chrono::milliseconds;

/// For the threads to end once every connection has.
constexpr milliseconds drain_limit(3000);

/// For connections to close: their own limit, and a moment.
constexpr milliseconds close_limit(5000);

/// Of `acquire`: the pool needs a moment to answer, even when a session is idle.
constexpr milliseconds least_timeout(50);
constexpr milliseconds longest_timeout = std::chrono::hours(24);

/// The rate that this program's sessions are agreed for: what all its speech is converted to.
std::int32_t rate_of(const config::audio_settings& audio) {
    return audio.resample != 0 ? audio.resample : audio.sample_rate;
}

bool encodes(const config::audio_settings& audio) {
    return audio.encode == "opus";
}

/// The service takes that format at that rate.
void check_rate(const clip_format& format) {
    const auto rate = format.sample_rate;
    const bool opus = format.encoding == protocol::audio_format::ogg_opus;
    if (opus ? protocol::accepts_ogg_opus_rate(rate) : protocol::accepts_pcm_rate(rate))
        return;
    throw config::config_error(fmt::format(
        "audio.resample or audio.sample-rate = {}: expected a rate that the service takes as "
        "{}: {}",
        rate, opus ? "Ogg Opus" : "PCM",
        opus ? protocol::rates_as_text(protocol::ogg_opus_rates)
             : protocol::rates_as_text(protocol::pcm_rates)));
}

clip_format format_of(const config::audio_settings& audio) {
    if (encodes(audio))
        return {protocol::audio_format::ogg_opus, audio.resample,
                static_cast<std::int32_t>(audio.opus.bitrate)};
    return {protocol::audio_format::pcm_s16le, audio.resample};
}

config::audio_settings checked(config::audio_settings audio) {
    config::check_audio(audio);
    audio.resample = rate_of(audio);
    check_rate(format_of(audio));
    return audio;
}

bool is_over_nodes(const config::settings& settings) {
    return !settings.node.nodes.empty();
}

std::size_t checked_threads(const config::settings& settings) {
    if (is_over_nodes(settings)) {
        config::check_nodes(settings);
    } else {
        config::check_service(settings);
        config::check_descriptors(settings.pool.size, false);
    }
    return settings.runtime.threads;
}

std::unique_ptr<actor_runtime> make_actor_config(const config::settings& settings,
                                                 transport::io_runtime& io) {
    if (is_over_nodes(settings))
        return std::make_unique<node_runtime>(io);
    return std::make_unique<actor_runtime>(io);
}

} // namespace

pool_error::pool_error(protocol::failure why)
    : std::runtime_error(describe(why)),
      why_(std::move(why)) {}

runtime::runtime(const config::settings& settings)
    : audio_(checked(settings.audio)),
      format_(format_of(audio_)),
      io_(std::make_unique<transport::io_runtime>(checked_threads(settings))),
      actor_config_(make_actor_config(settings, *io_)) {
    transport::log_nowhere_by_default(); // Standard output is the program's.
    const auto pool =
        is_over_nodes(settings) ? spawn_pool_over_nodes(settings) : spawn_pool_here(settings);
    caller_ = system_->spawn(caller, pool, audio_.resample,
                             encodes(audio_) ? speech_encoding(audio_.opus) : std::nullopt);
    // A thread that has spawned an actor holds on to its system, which would wait for that
    // thread to end: another may be the one that lets go of this.
    caf::logger::set_current_actor_system(nullptr);
}

pool_actor runtime::spawn_pool_here(const config::settings& settings) {
    auto channels =
        transport::make_avatar_channels(*io_, transport::settings_of_channels(settings, format_));
    system_.emplace(*actor_config_);
    return spawn_pool(*system_, {settings.pool, std::move(channels), {}});
}

pool_actor runtime::spawn_pool_over_nodes(const config::settings& settings) {
    auto credentials = transport::load_credentials(settings.node);
    system_.emplace(*actor_config_);
    links_.emplace(*system_, *io_, std::move(credentials));
    return spawn_remote_pool(*system_, {.nodes = settings.node.nodes,
                                        .connector = links_->connector(),
                                        .pool = settings.pool,
                                        .format = format_});
}

runtime::~runtime() {
    close();
    caf::anon_send_exit(caller_, caf::exit_reason::user_shutdown);
    caller_ = nullptr;
    links_.reset(); // Nodes that did not close in time are lost.
    // Handlers on the threads hold actors, which may not outlive their system; and what they
    // still hold then is let go of before the threads are.
    system_.reset();
    // A name lookup that hangs cannot be stopped, and joining its thread would take as long
    // as that: the threads are left to it.
    if (!io_->drain(drain_limit))
        static_cast<void>(io_.release());
}

/// Nothing: not within the limit.
template <class Request, class Answer>
std::optional<Answer> runtime::ask(Request request, std::optional<milliseconds> limit) {
    auto asked = std::make_shared<question<Request, Answer>>(std::move(request));
    auto answer = asked->promise.get_future();
    const auto settled = asked->settled;
    tell_caller(std::move(asked));
    if (limit && answer.wait_for(*limit) != std::future_status::ready && !settled->exchange(true))
        return std::nullopt;
    try {
        return answer.get();
    } catch (const std::future_error&) {
        throw pool_error(pool_has_ended());
    }
}

pool_opened runtime::open() {
    // Bounded by the connect timeout.
    return *ask<open_pool, pool_opened>({}, std::nullopt);
}

pool_status runtime::status() {
    return *ask<get_pool_status, pool_status>({true}, std::nullopt);
}

lease_granted runtime::acquire(milliseconds timeout) {
    const auto limit = std::clamp(timeout, least_timeout, longest_timeout);
    auto granted = ask<acquire_session, lease_granted>({"application", limit}, limit);
    if (!granted)
        throw pool_error(no_session_in_time(limit));
    if (!granted->ok())
        throw pool_error(granted->failure);
    return std::move(*granted);
}

void runtime::release(std::uint64_t lease) {
    tell_caller(release_session{lease});
}

void runtime::close() {
    try {
        ask<close_pool, pool_closed>({}, close_limit);
    } catch (const pool_error&) { // It was closed before.
    }
}

std::unique_ptr<running_animation> runtime::begin(audio_request request, bool spoken) {
    auto order = std::make_shared<ordered_animation>();
    order->request = std::move(request);
    order->request.request_id = protocol::make_request_id();
    order->frames = std::make_shared<frame_collection>(animation::most_collected);
    if (spoken)
        order->speech = std::make_shared<speech_buffer>(live_animation::most_unsent);
    auto running = std::make_unique<running_animation>(
        shared_from_this(), order->request.request_id, order->frames, order->speech);
    tell_caller(animation_order(std::move(order)));
    return running;
}

animation runtime::animate(audio_clip speech, std::uint64_t lease) {
    audio_request request;
    request.audio = std::move(speech);
    request.lease = lease;
    return animation(begin(std::move(request), false));
}

live_animation runtime::speak(std::uint64_t lease) {
    audio_request request;
    request.lease = lease;
    return live_animation(begin(std::move(request), true));
}

} // namespace avatar::application
