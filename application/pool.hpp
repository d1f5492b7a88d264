#pragma once

#include "../config/settings.hpp"
#include "../messages/audio.hpp"
#include "../messages/run_report.hpp"
#include "../protocol/failure.hpp"
#include "animation.hpp"
#include "session.hpp"

#include <chrono>
#include <memory>
#include <stdexcept>
#include <string>

/// The pool for programs that know no actors: objects and blocking calls. Nothing here calls
/// a program back on a thread of the pool's.
namespace avatar::application {

class runtime;

/// No session, for the reason that `why` has. what() is that in one line.
class pool_error : public std::runtime_error {
public:
    explicit pool_error(protocol::failure why);

    const protocol::failure& why() const { return why_; }

private:
    protocol::failure why_;
};

/// A pool of sessions, with the threads and the actors that it runs on. To be made when a
/// program starts, and shared by all its threads: each member function is safe to call from
/// any of them at any time. What it has handed out may outlive it; requests fail then.
class pool {
public:
    /// Opens the connections and waits until each has been tried once. Of the settings it
    /// takes those of the service, pool, audio, egress and runtime; config::read_settings
    /// reads them from a file and the environment. Where they name `nodes`, the sessions are
    /// on those (docs/nodes.md), which have their own service and egress. Raises the soft
    /// limit of open files where the pool needs that. Throws config::config_error when a
    /// setting cannot be used, of one line that says which; transport::tls_error for the CA
    /// file and those of this node; pool_error when no connection could be opened.
    explicit pool(const config::settings& settings);

    /// Closes it.
    ~pool();

    pool(const pool&) = delete;
    pool& operator=(const pool&) = delete;

    /// A session for several requests, such as the turns of a conversation: its alone until
    /// it lets go of it. Waits for one that is idle, for `timeout` (50 ms at least) and no
    /// longer than pool.borrow_timeout. Throws pool_error: none was free in time, the service is
    /// down, the pool is closed.
    session acquire(std::chrono::milliseconds timeout);

    /// One request, on whichever session is idle first; it waits in the pool's queue.
    animation animate(audio_clip speech);

    /// The same for audio as it is spoken.
    live_animation speak();

    /// Speech from a file, in the format and at the rate of this pool's sessions: whatever
    /// audio::load reads is converted. Blocks. Throws audio::audio_error.
    audio_clip load(const std::string& file) const;

    /// What the sessions of this pool are agreed for: the format of its clips, and before
    /// encoding that of the PCM that live_animation::write takes.
    clip_format format() const;

    /// How it does now, each connection's line included. Throws pool_error when it is closed.
    pool_status status() const;

    /// Ends what still runs, each animation with its result, and closes all connections.
    /// Waits for that, for some seconds at most. Nothing happens the second time.
    void close();

private:
    std::shared_ptr<runtime> runtime_;
};

} // namespace avatar::application
