#include "tests/nodes/nodes_dsl.hpp"
#include "tests/nodes/tcp_proxy.hpp"

#include <csignal>

#define CAF_SUITE nodes_links

using namespace avatar;
using namespace avatar::tests;
using namespace std::chrono_literals;

namespace {

/// Two workers, the second behind a network.
struct links_fixture {
    std::vector<std::string> nodes() const { return {first.address(), network.address()}; }

    /// After its network has done that, in a round, the second worker is lost within 8 s, and
    /// comes back when all is well again.
    template <class Fault>
    void check_loss(Fault fault) {
        node_run run(nodes(), {"--rounds.count=1000"});
        CAF_REQUIRE(run.wait_for_output("[Round 2/"));
        const auto begin = std::chrono::steady_clock::now();
        fault();
        CAF_REQUIRE(run.wait_for_output("[Round 3/"));
        CAF_CHECK(std::chrono::steady_clock::now() - begin < 8s);
        // Its own side notices as well: of its three sessions none stays.
        CAF_CHECK(wait_until([&] { return service.sessions() <= 3; }, 10s));
        network.mend();
        const auto end = finish_when_back(run, service, 6);
        check_end(end, 1);
        check_lost_alone(end, network.address());
        CAF_REQUIRE(end.books);
        check_that(end.books->node(network.address()).ok > 6, "it has come back", end);
        check_next_run(nodes(), service);
    }

    node_service service{200ms};
    node_worker first{service.variables()};
    node_worker second{service.variables()};
    tcp_proxy network{second.port()};
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(link_tests, links_fixture)

CAF_TEST(a link that is cut is made again) {
    check_loss([&] { network.cut(); });
}

CAF_TEST(a network that stops forwarding loses the node) {
    check_loss([&] { network.stop_forwarding(); });
}

CAF_TEST(a network that loses what the coordinator says loses the node) {
    check_loss([&] { network.swallow_from_client(); });
}

CAF_TEST(a network that loses what the worker says loses the node) {
    check_loss([&] { network.swallow_from_server(); });
}

CAF_TEST(a network that stops for a moment loses nothing) {
    node_run run(nodes(), {});
    CAF_REQUIRE(run.wait_for_output("[Round 2/"));
    network.stop_forwarding();
    CAF_CHECK(!wait_until([&] { return !run.program().read_now(); }, 2s));
    network.mend();
    check_end(run.finish(20s), 0);
    check_next_run(nodes(), service);
}

CAF_TEST(a network that is cut while the clip crosses is tried again) {
    network.limit(100'000);
    node_run run(nodes(), {"--rounds.count=1000"});
    CAF_REQUIRE(wait_until([&] { return network.forwarded() > 30'000; }, 10s));
    network.cut_once();
    network.limit(0);
    const auto end = finish_when_back(run, service, 6);
    check_end(end, 1);
    CAF_REQUIRE(end.books);
    check_that(end.books->node(network.address()).ok > 0, "it has come", end);
    check_next_run(nodes(), service);
}

CAF_TEST(a clip of several megabytes crosses a slow network without a loss) {
    node_service quick(1ms); // For speech as short as the usual one.
    node_worker worker(quick.variables());
    tcp_proxy slow(worker.port());
    slow.limit(1'000'000);
    scratch_folder folder;
    const auto clip = folder.file("long.pcm", std::string(5'000'000, '\1'));
    node_run run({slow.address()}, {"--rounds.count=2", "--audio.file=" + clip});
    check_end(run.finish(40s), 0);
    CAF_CHECK(slow.forwarded() > 5'000'000);
    CAF_CHECK(quick.wait_for_no_session(close_limit));
}

CAF_TEST(a worker that is out of reach from the start does not hold the others up) {
    network.stop_forwarding();
    node_run run(nodes(), {"--rounds.count=2"});
    const auto end = run.finish(30s);
    check_end(end, 1);
    CAF_REQUIRE(end.books);
    check_that(end.books->node(network.address()).all() == 0, "nothing was given to it", end);
    network.mend();
    check_next_run(nodes(), service);
}

CAF_TEST(nobody crashes where a network changes bytes) {
    network.corrupt();
    for (int i = 0; i < 5; ++i) {
        node_run run({network.address()}, {"--rounds.concurrency=3"});
        run.program().give_time(3s);
        run.wait_for_output("[Round 3/");
        run.signal(SIGINT);
        const auto end = run.finish(30s);
        // What the changed bytes say may be counted: without TLS nobody knows.
        check_that(end.code >= 0 && end.code <= 5, "it ends in order", end);
    }
    CAF_CHECK(second.program().read_now());
    network.mend();
    node_run next(nodes(), {"--rounds.count=1"});
    check_end(next.finish(20s), 0);
}

CAF_TEST_FIXTURE_SCOPE_END()
