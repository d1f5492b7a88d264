#pragma once

#include "tests/actors/pool/crossing_events.hpp"

#include <algorithm>
#include <string>
#include <vector>

/// Crossings: two things happen to the request "r-0" before the pool or its session has
/// heard of either. Whichever comes first, the request has one result, of those
/// allowed, the one behind it has its own, and the pool is whole again.
namespace avatar::tests::crossings {

using codes = std::vector<std::string>;

/// What becomes of the pool.
enum class pool_after {
    whole,   ///< It takes requests as if nothing had been.
    stopped, ///< It takes none, and waits to be closed.
    closed,
};

struct crossing {
    const char* name;
    event before;
    event one;
    event other;
    codes allowed;         ///< Of the request they cross on.
    codes next = {"none"}; ///< Of the one behind it.
    pool_after end = pool_after::whole;
};

inline void check(const codes& allowed, const std::string& code) {
    const bool is_allowed = std::ranges::find(allowed, code) != allowed.end();
    const auto expected = is_allowed ? code : allowed.front();
    CAF_CHECK_EQUAL(code, expected);
}

/// It takes requests as if nothing had been, and nothing is left over.
inline void check_whole(pool_of_one& p) {
    const auto now = p.status();
    CAF_CHECK_EQUAL(now.connected, 1u);
    CAF_CHECK_EQUAL(now.available, 1u);
    CAF_CHECK_EQUAL(now.waiting, 0u);
    auto ended = now.requests.succeeded;
    for (const auto& [code, count] : now.requests.failed)
        ended += count;
    CAF_CHECK_EQUAL(ended, now.requests.entered);
    CAF_CHECK_EQUAL(now.requests.open, 0u);
    CAF_CHECK_EQUAL(p.living(), 1u);
    p.send("after");
    p.finish_all();
    CAF_CHECK_EQUAL(p.outcome_of("after"), "none");
}

/// One of the two orders, with the next request already there or not.
inline void play(const crossing& row, bool swapped, bool with_next) {
    CAF_MESSAGE(row.name << (swapped ? ", swapped" : "") << (with_next ? ", with a next" : ""));
    pool_of_one p;
    row.before(p);
    const bool behind = p.service.at(0).under_way;
    if (with_next && behind)
        p.ask(p.pool, "next");
    (swapped ? row.other : row.one)(p);
    (swapped ? row.one : row.other)(p);
    if (with_next && !behind)
        p.ask(p.pool, "next");
    p.finish_all();
    check(row.allowed, p.outcome_of("r-0"));
    if (with_next)
        check(row.next, p.outcome_of("next"));
    if (row.end == pool_after::whole)
        check_whole(p);
    if (row.end != pool_after::closed) {
        CAF_CHECK(!p.has_ended(p.pool));
        close(p);
        p.finish_all();
    }
    CAF_CHECK(p.has_ended(p.pool));
    CAF_CHECK_EQUAL(p.living(), 0u);
}

template <class Rows>
void play_all(const Rows& rows) {
    for (const crossing& row : rows)
        for (const bool swapped : {false, true})
            for (const bool with_next : {false, true})
                play(row, swapped, with_next);
}

} // namespace avatar::tests::crossings
