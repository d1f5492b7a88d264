#pragma once

#include "actors/request_queue.hpp"
#include "actors/session_table.hpp"
#include "protocol/failure.hpp"

#include <caf/actor_addr.hpp>

#include <cstddef>
#include <list>
#include <optional>
#include <string>
#include <unordered_map>
#include <variant>

namespace avatar {

/// Which request a caller means: ids are the callers' own, and may repeat.
struct request_name {
    std::string id;
    caf::actor_addr caller; ///< Null: sent by nobody.

    bool operator==(const request_name&) const = default;
};

struct request_name_hash {
    std::size_t operator()(const request_name& name) const;
};

/// A request between its entry into the pool and its outcome.
struct open_request {
    /// Its session is gone, and the request is on its way back.
    struct returning {};

    std::variant<returning, request_queue::place, pool_slot*> where;

    /// The outcome that was decided while a session had it, and that it is to get.
    std::optional<protocol::failure> decided;

    const request_name* name = nullptr; ///< Null once its outcome is decided.
    std::list<open_request>::iterator self;
};

/// The open requests of a pool. A request keeps its place among those of the same
/// name for as long as it is open, however often it goes from the queue to a session
/// and back. Every operation is O(1).
class open_requests {
public:
    /// Gives the new request: valid until `leave`.
    open_request& enter(request_name name);

    /// The one of that name that entered first and has no outcome yet; null: none.
    open_request* oldest(const request_name& name);

    /// It is to end with `outcome`, whatever its session says. Not to be decided twice.
    void decide(open_request& request, protocol::failure outcome);

    /// It has got its outcome.
    void leave(open_request& request);

    std::size_t size() const { return size_; }

private:
    using requests = std::list<open_request>;
    using by_name = std::unordered_map<request_name, requests, request_name_hash>;

    void forget_if_last(by_name::iterator known);

    by_name undecided_; // Each list in order of entry; none is empty.
    requests decided_;
    std::size_t size_ = 0;
};

} // namespace avatar
