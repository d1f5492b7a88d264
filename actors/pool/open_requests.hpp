#pragma once

#include "actors/pool/request_queue.hpp"
#include "protocol/failure.hpp"

#include <caf/actor_addr.hpp>
#include <caf/typed_response_promise.hpp>

#include <cstddef>
#include <cstdint>
#include <list>
#include <optional>
#include <string>
#include <unordered_map>
#include <variant>
#include <vector>

namespace avatar {

struct pool_slot;

/// Which request a caller means: ids are the callers' own, and may repeat.
struct request_name {
    std::string id;
    caf::actor_addr caller; ///< Null: sent by nobody.

    bool operator==(const request_name&) const = default;
};

/// A request between its entry into the pool and its outcome.
struct open_request {
    /// Its session is gone, and the request is on its way back.
    struct returning {};

    /// It is under a lease, and that session is not done with the request before.
    struct next_turn {
        std::uint64_t slot;
    };

    request_name name;
    pooled_request::time_point entered;
    std::list<open_request>::iterator self{};

    std::variant<returning, request_queue::place, next_turn, const pool_slot*> where{};

    /// Of its answer, which a session gives in general. Set once a session has it.
    caf::typed_response_promise<audio_result> promise{};

    std::uint64_t relayed = 0; ///< By which the pool answers it itself; 0: a session does.

    /// The outcome that was decided while a session had it, and that it is to get.
    std::optional<protocol::failure> decided{};

    /// An actor that it works with besides its caller. See request_partners.
    struct partner {
        enum role { sink, source };

        caf::actor_addr actor;
        role what;
        std::list<open_request*>::iterator place; ///< Among the requests of that one.
    };
    std::vector<partner> partners{};
    std::list<open_request*>::iterator partnered{}; ///< Its place, if it has partners.
    bool source_ended = false; ///< While a session had the request, and was told.
};

/// The open requests of a pool. A request keeps its place among those of the same
/// name for as long as it is open, however often it goes from the queue to a session
/// and back. Every operation is O(1).
class open_requests {
public:
    /// Gives the new request: valid until `end`.
    open_request& enter(request_name name, pooled_request::time_point now);

    /// The one of that name that entered first and has no outcome yet; null: none.
    open_request* oldest(const request_name& name);

    /// It is to end with `outcome`, whatever its session says. Not to be decided twice.
    void decide(open_request& request, protocol::failure outcome);

    /// It has got its outcome.
    void end(open_request& request);

    std::size_t size() const { return size_; }

private:
    using requests = std::list<open_request>;

    struct hash {
        std::size_t operator()(const request_name* name) const;
    };
    struct equal {
        bool operator()(const request_name* a, const request_name* b) const { return *a == *b; }
    };

    requests take_out(open_request& request);

    /// Those without an outcome, in order of entry; no list is empty. The key is the
    /// name of its first.
    std::unordered_map<const request_name*, requests, hash, equal> undecided_;
    requests decided_;
    std::size_t size_ = 0;
};

} // namespace avatar
