#include "actors/cluster/requests/node_loads.hpp"

#include "messages/remote.hpp"
#include "tests/support/dsl.hpp"

#include <map>
#include <set>

#define CAF_SUITE node_loads

using namespace avatar;

namespace {

/// With so many connections of each.
node_loads loads_of(const std::vector<std::uint64_t>& connections) {
    node_loads loads(connections.size());
    for (std::size_t node = 0; node < connections.size(); ++node)
        loads.note_connected(node, connections[node]);
    return loads;
}

} // namespace

CAF_TEST(nodes without connections take nothing) {
    auto loads = loads_of({0, 0});
    CAF_CHECK(!loads.some_up());
    CAF_CHECK(!loads.least());
    loads.note_connected(1, 1);
    CAF_CHECK(loads.some_up());
    CAF_CHECK(loads.least() == 1u);
    loads.note_connected(1, 0);
    CAF_CHECK(!loads.some_up());
    CAF_CHECK(!loads.least());
}

CAF_TEST(work is divided in proportion to connections) {
    auto loads = loads_of({1, 2, 5});
    std::map<std::size_t, int> taken;
    for (std::uint64_t number = 1; number <= 80; ++number) {
        const auto node = loads.least();
        CAF_REQUIRE(node);
        ++taken[*node];
        loads.add_request(*node, number, 0);
    }
    CAF_CHECK_EQUAL(taken[0], 10);
    CAF_CHECK_EQUAL(taken[1], 20);
    CAF_CHECK_EQUAL(taken[2], 50);
}

CAF_TEST(questions and leases count as requests do until they end) {
    auto loads = loads_of({2, 2});
    loads.add_question(0, 1);
    CAF_CHECK(loads.least() == 1u);
    loads.add_lease(1, 7);
    loads.add_lease(1, 8);
    CAF_CHECK(loads.least() == 0u);
    loads.remove_lease(1, 7);
    loads.remove_lease(1, 8);
    CAF_CHECK(loads.least() == 1u);
    loads.remove_question(0, 1);
    loads.add_request(1, 1, 10);
    CAF_CHECK(loads.least() == 0u);
    loads.remove_request(1, 1, 10);
    CAF_CHECK(loads.least() == 0u); // Of equals the first.
}

CAF_TEST(no node has more than may be under way) {
    auto loads = loads_of({1'000'000});
    for (std::uint64_t number = 1; number <= most_remote_requests; ++number) {
        CAF_REQUIRE(loads.least());
        number % 2 == 0 ? loads.add_question(0, number) : loads.add_request(0, number, 1);
    }
    CAF_CHECK(!loads.least());
    CAF_CHECK(loads.some_up());
    loads.remove_question(0, 2);
    CAF_CHECK(loads.least());
}

CAF_TEST(no node has more bytes than may be under way) {
    auto loads = loads_of({4});
    loads.add_request(0, 1, most_remote_bytes - 1);
    CAF_CHECK(loads.least());
    loads.add_request(0, 2, 1);
    CAF_CHECK(!loads.least());
    loads.remove_request(0, 1, most_remote_bytes - 1);
    CAF_CHECK(loads.least());
}

CAF_TEST(leases bound nothing) {
    auto loads = loads_of({4});
    for (std::uint64_t lease = 1; lease <= 2 * most_remote_requests; ++lease)
        loads.add_lease(0, lease);
    CAF_CHECK(loads.least());
}

CAF_TEST(what a lost node had is taken from it) {
    auto loads = loads_of({4, 4});
    loads.add_request(0, 1, 100);
    loads.add_request(0, 2, 0);
    loads.add_question(0, 3);
    loads.add_lease(0, 4);
    loads.add_request(1, 5, 0);
    const auto lost = loads.take(0);
    CAF_CHECK(lost.requests == (std::unordered_set<std::uint64_t>{1, 2}));
    CAF_CHECK(lost.questions == (std::unordered_set<std::uint64_t>{3}));
    CAF_CHECK(lost.leases == (std::unordered_set<std::uint64_t>{4}));
    CAF_CHECK_EQUAL(lost.bytes, 100u);
    CAF_CHECK(loads.least() == 1u);
    CAF_CHECK(loads.some_up());
    CAF_CHECK(loads.take(0).requests.empty());
    loads.note_connected(0, 4);
    CAF_CHECK(loads.least() == 0u); // It is back with nothing.
    loads.take(0);
    loads.take(1);
    CAF_CHECK(!loads.some_up());
}

CAF_TEST(a node that is back gets its clips again) {
    auto loads = loads_of({4});
    const packed_clips::packed clip{"hash", std::make_shared<const std::string>("bytes")};
    CAF_CHECK_EQUAL(loads.clips(0).send(clip).parts.size(), 1u);
    CAF_CHECK_EQUAL(loads.clips(0).send(clip).parts.size(), 0u);
    loads.take(0);
    CAF_CHECK_EQUAL(loads.clips(0).send(clip).parts.size(), 1u);
}

CAF_TEST(clips that a share keeps have no more bytes than they may) {
    sent_clips clips;
    const auto bytes = std::make_shared<const std::string>(most_clip_bytes / 3, 'x');
    std::map<std::uint64_t, std::size_t> kept;
    std::set<std::uint64_t> ever;
    for (const auto hash : {"a", "b", "a", "c", "d", "a", "d"}) {
        const auto sending = clips.send({hash, bytes});
        for (const auto& old : sending.dropped)
            CAF_CHECK_EQUAL(kept.erase(old.clip), 1u);
        for (const auto& part : sending.parts)
            kept[sending.clip] += part.part.size();
        CAF_CHECK_EQUAL(kept[sending.clip], bytes->size());
        CAF_CHECK_LESS_OR_EQUAL(kept.size(), 3u);
        ever.insert(sending.clip);
    }
    CAF_CHECK_EQUAL(ever.size(), 5u); // "a" was dropped for "d", the others for nothing.
}
