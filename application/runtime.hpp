#pragma once

#include "actors/actor_runtime.hpp"
#include "actors/cluster/links/node_links.hpp"
#include "application/animation.hpp"
#include "application/caller.hpp"
#include "config/settings.hpp"
#include "transport/io_runtime.hpp"

#include <caf/actor_system.hpp>
#include <caf/send.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace avatar::application {

/// What the objects of an application share: threads, actor system, the pool and its caller.
/// Lives as long as any of them; its threads then only serve what is left of them.
class runtime : public std::enable_shared_from_this<runtime> {
public:
    /// See pool's constructor, for all but pool_error.
    explicit runtime(const config::settings& settings);

    /// Closes the pool, and waits for its actors.
    ~runtime();

    runtime(const runtime&) = delete;
    runtime& operator=(const runtime&) = delete;

    /// These throw pool_error when the pool is closed.
    pool_opened open();
    pool_status status();

    /// Throws pool_error when there is none in time.
    lease_granted acquire(std::chrono::milliseconds timeout);

    void release(std::uint64_t lease);
    void close();

    /// Under a lease, or 0: on any session.
    animation animate(audio_clip speech, std::uint64_t lease);
    live_animation speak(std::uint64_t lease);

    /// To the caller, about one of its animations.
    template <class Message>
    void tell_caller(Message message) {
        caf::anon_send(caller_, std::move(message));
    }

    clip_format format() const { return format_; }
    const config::audio_settings& audio() const { return audio_; }

private:
    pool_actor spawn_pool_over_nodes(const config::settings& settings);
    pool_actor spawn_pool_here(const config::settings& settings);

    template <class Request, class Answer>
    std::optional<Answer> ask(Request request, std::optional<std::chrono::milliseconds> limit);

    std::unique_ptr<running_animation> begin(audio_request request, bool spoken);

    config::audio_settings audio_;
    clip_format format_;
    std::unique_ptr<transport::io_runtime> io_;
    std::unique_ptr<actor_runtime> actor_config_;
    std::optional<caf::actor_system> system_;
    std::optional<node_links> links_; // Of a pool over nodes.
    caller_actor caller_;
};

} // namespace avatar::application
