#pragma once

#include "actors/pool/guarded_policy.hpp"
#include "actors/pool/held_audio.hpp"
#include "actors/pool/pooled_request.hpp"

#include <boost/intrusive/list.hpp>

#include <cstddef>
#include <list>
#include <map>
#include <optional>
#include <set>
#include <utility>
#include <variant>
#include <vector>

namespace avatar {

/// What waits for a session: a request, or a caller that wants to acquire one.
using waiter = std::variant<pooled_request, pooled_acquisition>;

/// The waiters, fair to their callers: each caller has a line of its own, first
/// come first served, and the lines take turns. So a caller with one request
/// waits for one request of each other caller, however many those have sent.
/// Requests wait equally long at most, so the one that came first is the first to
/// expire; whoever wants to acquire a session may wait for less. Every operation is
/// O(log waiters) or better, but `take_acquisitions`.
class request_queue {
    struct arrival;
    using arrivals = std::list<arrival>;

public:
    using time_point = pooled_request::time_point;
    using place = arrivals::iterator;

    /// `longest_wait`: of all waiters.
    explicit request_queue(config::milliseconds longest_wait) : longest_wait_(longest_wait) {}

    /// Tells `policy` of the waiters from now on; it must outlive the queue. Before the first.
    void tell(guarded_policy& policy) { policy_ = &policy; }

    bool empty() const { return arrivals_.empty(); }
    std::size_t size() const { return arrivals_.size(); }

    /// Waiters that are requests.
    std::size_t requests() const { return requests_; }

    /// The audio of those.
    const held_audio& audio() const { return audio_; }

    /// To the end of its caller's line. Gives its place, which is valid until it is
    /// taken out.
    place push(waiter&& who, time_point now);

    /// To the front of its caller's line: it had its turn before.
    place push_front(waiter&& who, time_point now);

    /// Takes the first of the line whose turn it is.
    waiter pop();

    /// Takes the one that came first of all.
    waiter pop_oldest();

    /// When the first of them has waited as long as it may. Not for an empty queue.
    time_point first_deadline() const;

    /// Takes that one.
    waiter pop_first_due();

    /// Takes the one that the policy knows by that number; nothing: there is none.
    std::optional<waiter> take_numbered(std::uint64_t number);

    /// Takes out the one at that place.
    waiter take(place where) { return remove(*where); }

    /// Takes out what that caller wants to acquire; its requests stay. Goes through the
    /// caller's line, once.
    std::vector<pooled_acquisition> take_acquisitions(const caf::actor_addr& caller);

private:
    struct line;
    using lines = std::list<line>;

    struct arrival : boost::intrusive::list_base_hook<> { // Of its line.
        arrival(waiter&& w, time_point now, lines::iterator line)
            : who(std::move(w)),
              since(now),
              in(line) {}

        waiter who;
        time_point since;
        lines::iterator in;
        request_queue::place place{};
        std::uint64_t number = 0; // Where there is a policy.
    };

    struct line {
        explicit line(caf::actor_addr whose) : caller(std::move(whose)) {}

        caf::actor_addr caller;
        boost::intrusive::list<arrival> waiters; // Owned by `arrivals_`.
    };

    time_point deadline_of_oldest() const { return arrivals_.front().since + longest_wait_; }
    std::optional<time_point> own_deadline(const arrival& which) const;
    arrival& arrive(waiter&& who, time_point now);
    void introduce(arrival& newcomer);
    waiter remove(arrival& which);

    const config::milliseconds longest_wait_;
    arrivals arrivals_;                               // Oldest first.
    std::set<std::pair<time_point, arrival*>> hasty_; // By deadline: those that wait for less.
    lines turns_;                                     // Next turn first; none is empty.
    std::map<caf::actor_addr, lines::iterator> line_of_;
    std::size_t requests_ = 0;
    held_audio audio_;
    guarded_policy* policy_ = nullptr;
    std::map<std::uint64_t, place> numbered_; // Empty without a policy.
    std::uint64_t numbers_ = 0;
};

} // namespace avatar
