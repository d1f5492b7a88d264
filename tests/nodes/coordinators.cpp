#include "tests/nodes/nodes_dsl.hpp"

#include <csignal>
#include <poll.h>
#include <sys/resource.h>

#define CAF_SUITE nodes_coordinators

using namespace avatar;
using namespace avatar::tests;
using namespace std::chrono_literals;

namespace {

struct coordinators_fixture {
    std::vector<std::string> nodes() const { return {first.address(), second.address()}; }

    node_service service{200ms};
    node_worker first{service.variables()};
    node_worker second{service.variables()};
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(coordinator_tests, coordinators_fixture)

CAF_TEST(workers give up the share of a coordinator that is killed) {
    node_run run(nodes(), {"--rounds.count=1000"});
    CAF_REQUIRE(run.wait_for_output("[Round 2/"));
    CAF_CHECK(service.sessions() > 0);
    run.signal(SIGKILL);
    CAF_CHECK_EQUAL(run.finish(5s).code, 128 + SIGKILL);
    check_next_run(nodes(), service);
}

CAF_TEST(workers cancel requests of a coordinator that is gone) {
    node_service slow(1min);
    node_worker worker(slow.variables());
    node_run run({worker.address()}, {});
    CAF_REQUIRE(run.wait_for_output("[Round 1/"));
    run.signal(SIGKILL);
    run.finish(5s);
    CAF_CHECK(slow.wait_for_no_session(close_limit));
}

CAF_TEST(workers give up the share of a coordinator that stops for long) {
    node_service slow(1min);
    node_worker worker(slow.variables());
    node_run run({worker.address()}, {"--pool.drain-timeout=1s"});
    CAF_REQUIRE(run.wait_for_output("[Round 1/"));
    run.signal(SIGSTOP);
    CAF_CHECK(slow.wait_for_no_session(10s));
    run.signal(SIGCONT);
    CAF_REQUIRE(run.wait_for_output("Completed: 0 OK, 12 FAILED"));
    run.signal(SIGINT);
    const auto end = run.finish(20s);
    check_end(end, 1);
    check_lost_alone(end, worker.address());
    CAF_CHECK(slow.wait_for_no_session(close_limit));
}

CAF_TEST(a coordinator that stops for a moment loses nothing) {
    node_run run(nodes(), {});
    CAF_REQUIRE(run.wait_for_output("[Round 2/"));
    run.signal(SIGSTOP);
    CAF_CHECK(!service.wait_for_no_session(2s));
    run.signal(SIGCONT);
    check_end(run.finish(20s), 0);
    check_next_run(nodes(), service);
}

CAF_TEST(an interrupt lets running requests end and reports them) {
    node_run run(nodes(), {"--rounds.count=1000", "--rounds.concurrency=6"});
    CAF_REQUIRE(run.wait_for_output("[Round 2/"));
    run.signal(SIGINT);
    const auto end = run.finish(15s);
    check_end(end, 5, 6);
    CAF_REQUIRE(end.books);
    CAF_CHECK(end.books->interrupted);
    // It may have come before a worker had begun.
    check_that(end.books->total.ok >= 6 && end.books->total.ok == end.books->total.all(),
               "all ended", end);
    check_next_run(nodes(), service);
}

CAF_TEST(an interrupt cancels requests that wait) {
    node_run run(nodes(), {"--rounds.count=1000", "--rounds.concurrency=60"});
    CAF_REQUIRE(run.wait_for_output("[Round 1/"));
    run.signal(SIGINT);
    const auto end = run.finish(15s);
    check_end(end, 5, 60);
    CAF_REQUIRE(end.books);
    check_that(end.books->total.cancelled > 0, "some were cancelled", end);
    check_next_run(nodes(), service);
}

CAF_TEST(a second interrupt leaves at once and the workers clean up) {
    node_service slow(1min);
    node_worker worker(slow.variables());
    node_run run({worker.address()}, {"--rounds.count=1000"});
    CAF_REQUIRE(run.wait_for_output("[Round 1/"));
    run.signal(SIGINT);
    CAF_REQUIRE(run.program().wait_for_error("once more: leave at once"));
    while (run.program().read_now()) { // Those of the first second are one.
        run.signal(SIGINT);
        ::poll(nullptr, 0, 50);
    }
    CAF_CHECK_EQUAL(run.finish(5s).code, 130);
    CAF_CHECK(slow.wait_for_no_session(close_limit));
}

CAF_TEST(a coordinator without descriptors ends its run with a report) {
    if (skipped_for_want_of_descriptors())
        return;
    node_run run(nodes(), {"--rounds.count=6"});
    CAF_REQUIRE(run.wait_for_output("[Round 2/"));
    const rlimit none{3, 3};
    CAF_REQUIRE_EQUAL(::prlimit(run.program().pid(), RLIMIT_NOFILE, &none, nullptr), 0);
    second.kill();
    second.restart();
    const auto end = run.finish(20s);
    check_end(end, 1);
    check_lost_alone(end, second.address());
    check_next_run(nodes(), service);
}

CAF_TEST(two coordinators share the workers) {
    node_run one(nodes(), {"--rounds.count=5"});
    node_run other(nodes(), {"--rounds.count=5"});
    CAF_REQUIRE(one.wait_for_output("[Round 2/"));
    one.signal(SIGKILL);
    one.finish(5s);
    check_end(other.finish(20s), 0);
    check_next_run(nodes(), service);
}

CAF_TEST_FIXTURE_SCOPE_END()
