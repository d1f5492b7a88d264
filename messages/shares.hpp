#pragma once

#include "../config/settings.hpp"
#include "audio.hpp"
#include "inspection.hpp"
#include "request_figures.hpp"
#include "rounds.hpp"
#include "run_report.hpp"

#include <caf/replies_to.hpp>
#include <caf/typed_actor.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

/// What a coordinator and its workers say of a run's load: the coordinator divides it, each
/// worker drives its share on a pool of its own. No wait for an answer is without a limit:
/// CAF drops requests to a node that is lost.
namespace avatar::config {

/// The settings of a pool cross nodes; who gets them checks them (config/checks.hpp).
template <class Inspector>
auto inspect(Inspector& f, pool_settings& x) {
    return f(x.size, x.session_ttl, x.max_session_age, x.request_timeout, x.borrow_timeout,
             x.late_timeout, x.max_waiting, x.max_waiting_bytes, x.keepalive, x.ack_timeout,
             x.reconnect_min, x.reconnect_max, x.connect_rate, x.fail_fast_after, x.retries,
             x.retry_accepted, x.after_interrupt, x.max_lease, x.sink_timeout, x.audio_timeout,
             x.max_request, x.drain_timeout, x.max_restarts, x.restart_window);
}

} // namespace avatar::config

namespace avatar {

/// Bounds of one message, in bytes: CAF takes a node for lost that is silent for longer than a
/// message is under way.
inline constexpr std::size_t longest_clip_part = 256 * 1024;
inline constexpr std::size_t most_connections_told = 1'000;
inline constexpr std::size_t most_tries_told = 200; ///< Each may have failed, with its texts.
inline constexpr std::size_t most_failures_told = 64;

/// Texts of failures and of errors, and ids, each in bytes.
inline constexpr std::size_t longest_told_text = 300;

/// Of a share or its owner, before the other takes it for lost. The owner asks twice a second.
inline constexpr std::chrono::seconds longest_silence{5};

/// A clip, as its bytes for the wire of nodes.
inline constexpr std::uint64_t largest_shared_clip = std::uint64_t{1} << 30;

/// A part of the clip, from so many bytes on.
struct clip_part {
    std::uint64_t offset = 0;
    std::string bytes; ///< `longest_clip_part` at most.

    template <class Inspector>
    friend auto inspect(Inspector& f, clip_part& x) {
        return inspect_fields(f, x.offset, x.bytes);
    }
};

/// Asks for `share_progress`. A share that is not asked for a while takes its coordinator for
/// lost.
struct get_share_progress {
    template <class Inspector>
    friend auto inspect(Inspector& f, get_share_progress&) {
        return f();
    }
};

/// Asks for `share_status`.
struct get_share_status {
    template <class Inspector>
    friend auto inspect(Inspector& f, get_share_status&) {
        return f();
    }
};

/// As `stop_rounds` for a round driver: what runs may end, nothing new begins.
struct stop_share {
    bool at_once = false; ///< What a load has running is cancelled.

    template <class Inspector>
    friend auto inspect(Inspector& f, stop_share& x) {
        return inspect_fields(f, x.at_once);
    }
};

/// Closes the pool; the share ends then.
struct close_share {
    template <class Inspector>
    friend auto inspect(Inspector& f, close_share&) {
        return f();
    }
};

/// From a share to its coordinator: the part of the clip that it is to get next.
struct next_clip_part {
    std::uint64_t share = 0;
    std::uint64_t offset = 0;

    template <class Inspector>
    friend auto inspect(Inspector& f, next_clip_part& x) {
        return inspect_fields(f, x.share, x.offset);
    }
};

/// Some of its connections were tried for the first time.
struct share_connections_tried {
    std::uint64_t share = 0;
    std::vector<connection_tried> tried; ///< `most_tries_told` at most; slots count from 0.

    template <class Inspector>
    friend auto inspect(Inspector& f, share_connections_tried& x) {
        return inspect_fields(f, x.share, x.tried);
    }
};

/// All of them were, or the wait was cancelled.
struct share_opened {
    std::uint64_t share = 0;
    pool_opened pool;

    template <class Inspector>
    friend auto inspect(Inspector& f, share_opened& x) {
        return inspect_fields(f, x.share, x.pool);
    }
};

/// How far a share is. When asked, and at the end of each round. All figures are from the
/// share's begin on.
struct share_progress {
    std::uint64_t share = 0;
    std::uint64_t finished_round = 0; ///< The last one that has ended; 0: none.
    std::uint64_t connected = 0;      ///< Of its pool.
    std::uint64_t available = 0;      ///< Likewise.
    request_figures requests{};
    std::vector<std::string> errors{}; ///< The first few failures of that round, in words.
    bool over = false;                 ///< It runs no round any more.
    protocol::failure failure{};       ///< Why; code `none`: it was stopped.
    std::uint64_t session_ms = 0;      ///< Of its pool, see `pool_status`.

    template <class Inspector>
    friend auto inspect(Inspector& f, share_progress& x) {
        return inspect_fields(f, x.share, x.finished_round, x.connected, x.available, x.requests,
                              x.errors, x.over, x.failure, x.session_ms);
    }
};

/// Its pool, as at the end of the rounds.
struct share_status {
    std::uint64_t share = 0;
    pool_status pool; ///< With `most_connections_told` connections at most.

    template <class Inspector>
    friend auto inspect(Inspector& f, share_status& x) {
        return inspect_fields(f, x.share, x.pool);
    }
};

/// A share's own timer.
struct share_due {
    enum class kind : std::uint8_t {
        tried,   ///< Tries of connections were gathered for long enough.
        silence, ///< The coordinator may have been silent for too long.
    };
    kind of = kind::tried;

    template <class Inspector>
    friend auto inspect(Inspector& f, share_due& x) {
        return inspect_fields(f, x.of);
    }
};

inline bool is_acceptable(share_due::kind kind) {
    return kind <= share_due::kind::silence;
}

/// The part of a run's load that one worker has, and its pool. Ends when it is closed, and
/// when its coordinator is lost: what it has running is cancelled then, its sessions closed.
using share_actor = caf::typed_actor<   //
    caf::reacts_to<clip_part>,          //
    caf::reacts_to<begin_round>,        //
    caf::reacts_to<get_share_progress>, //
    caf::reacts_to<get_share_status>,   //
    caf::reacts_to<stop_share>,         //
    caf::reacts_to<close_share>>;

/// What a share tells to the actor that it was opened for.
using share_owner_actor = caf::typed_actor<  //
    caf::reacts_to<next_clip_part>,          //
    caf::reacts_to<share_connections_tried>, //
    caf::reacts_to<share_opened>,            //
    caf::reacts_to<share_progress>,          //
    caf::reacts_to<share_status>>;

/// What a share's pool is for.
enum class share_use : std::uint8_t {
    load,     ///< Rounds of requests that the share itself drives.
    requests, ///< Requests that its owner sends (remote.hpp).
};

inline bool is_acceptable(share_use use) {
    return use <= share_use::requests;
}

/// Asks a worker for a share. Answered by `share_accepted`; the share asks for the clip then,
/// and opens its pool.
struct open_share {
    std::uint64_t share = 0; ///< In all that it tells. A number for each; not 0.
    share_owner_actor owner;
    share_use use = share_use::load;
    clip_format format{}; ///< Of the audio of requests; a load's clip has its own.
    config::pool_settings pool;
    nanoseconds interrupt_after{0}; ///< See rounds_settings.
    std::uint64_t clip_bytes = 0;   ///< Of a load's clip; `largest_shared_clip` at most.

    template <class Inspector>
    friend auto inspect(Inspector& f, open_share& x) {
        return inspect_fields(f, x.share, x.owner, x.use, x.format, x.pool, x.interrupt_after,
                              x.clip_bytes);
    }
};

struct share_accepted {
    share_actor share; ///< Null: it was refused.
    std::string why;   ///< It was refused, in one line.

    template <class Inspector>
    friend auto inspect(Inspector& f, share_accepted& x) {
        return inspect_fields(f, x.share, x.why);
    }
};

} // namespace avatar
