#include "tests/nodes/nodes_dsl.hpp"
#include "tests/nodes/tcp_proxy.hpp"

#include <csignal>
#include <poll.h>
#include <sys/resource.h>
#include <unistd.h>

#define CAF_SUITE nodes_workers

using namespace avatar;
using namespace avatar::tests;
using namespace std::chrono_literals;

namespace {

/// Three workers and the service that they use, where a request takes so long that
/// something can happen meanwhile.
struct workers_fixture {
    std::vector<std::string> nodes() const {
        return {first.address(), second.address(), third.address()};
    }

    /// At the service's variables, with another port.
    static environment pointing_through(const tcp_proxy& proxy, const node_service& service) {
        auto variables = service.variables();
        for (auto& [name, value] : variables)
            if (const auto at = value.find(':' + std::to_string(service.port()) + '/');
                at != std::string::npos)
                value = value.substr(0, at + 1) + std::to_string(proxy.port()) +
                        value.substr(value.find('/', at));
        return variables;
    }

    node_service service{200ms};
    node_worker first{service.variables()};
    node_worker second{service.variables()};
    node_worker third{service.variables()};
};

/// The hard limit as well: the program raises the soft one.
bool set_descriptor_limit(node_worker& of, rlim_t count) {
    const rlimit limit{count, count};
    return ::prlimit(of.program().pid(), RLIMIT_NOFILE, &limit, nullptr) == 0;
}

/// As it was before; who is not root cannot do that to a process that runs.
void restore_descriptor_limit(node_worker& of) {
    rlimit own{};
    ::getrlimit(RLIMIT_NOFILE, &own);
    if (!set_descriptor_limit(of, own.rlim_max))
        of.restart();
}

} // namespace

CAF_TEST_FIXTURE_SCOPE(worker_tests, workers_fixture)

CAF_TEST(a run is divided among all workers) {
    node_run run(nodes(), {});
    const auto end = run.finish(20s);
    check_end(end, 0);
    CAF_REQUIRE(end.books);
    CAF_CHECK_EQUAL(end.books->total.ok, 36u);
    for (const auto& node : end.books->nodes) {
        CAF_CHECK_EQUAL(node.ok, 12u);
        CAF_CHECK_EQUAL(node.sessions, 2u);
    }
    check_next_run(nodes(), service);
}

CAF_TEST(a worker that is killed loses what it had and nothing else) {
    node_run run(nodes(), {});
    CAF_REQUIRE(run.wait_for_output("[Round 2/"));
    second.kill();
    const auto end = run.finish(10s);
    check_end(end, 1);
    check_lost_alone(end, second.address());
    check_contains(end.out, "lost");
    second.restart();
    check_next_run(nodes(), service);
}

CAF_TEST(a worker that stops for a moment loses nothing) {
    node_run run(nodes(), {});
    CAF_REQUIRE(run.wait_for_output("[Round 2/"));
    second.signal(SIGSTOP);
    // Its part of the round cannot end meanwhile.
    CAF_CHECK(!wait_until([&] { return !run.program().read_now(); }, 2s));
    second.signal(SIGCONT);
    const auto end = run.finish(10s);
    check_end(end, 0);
    check_next_run(nodes(), service);
}

CAF_TEST(a worker that stops for long is lost and comes back) {
    node_run run(nodes(), {"--rounds.count=1000"});
    CAF_REQUIRE(run.wait_for_output("[Round 2/"));
    second.signal(SIGSTOP);
    CAF_REQUIRE(run.wait_for_output("[Round 3/"));
    second.signal(SIGCONT);
    // Those that it had are closed before there are new ones.
    CAF_CHECK(wait_until([&] { return service.sessions() == 4; }, 10s));
    const auto end = finish_when_back(run, service, 6);
    check_end(end, 1);
    check_lost_alone(end, second.address());
    CAF_REQUIRE(end.books);
    CAF_CHECK_EQUAL(end.books->node(second.address()).lost, 4u);
    // It had four in the first round.
    check_that(end.books->node(second.address()).ok > 4, "it has come back", end);
    check_next_run(nodes(), service);
}

CAF_TEST(a worker that is restarted takes part again) {
    node_run run(nodes(), {"--rounds.count=1000"});
    CAF_REQUIRE(run.wait_for_output("[Round 2/"));
    second.kill();
    second.restart();
    const auto end = finish_when_back(run, service, 6);
    check_end(end, 1);
    check_lost_alone(end, second.address());
    CAF_REQUIRE(end.books);
    check_that(end.books->node(second.address()).ok > 4, "it has come back", end);
    check_next_run(nodes(), service);
}

CAF_TEST(a worker that comes late takes part from then on) {
    tcp_proxy late;
    node_run run({first.address(), late.address()}, {"--rounds.count=1000"});
    CAF_REQUIRE(run.wait_for_output("[Round 2/"));
    late.point_at(second.port());
    const auto end = finish_when_back(run, service, 6);
    check_end(end, 1); // It had fewer nodes than it was to have.
    CAF_REQUIRE(end.books);
    const auto& node = end.books->node(late.address());
    check_that(node.ok > 0, "it has come", end);
    check_that(node.lost == 0, "nothing is lost", end);
    check_next_run(nodes(), service);
}

CAF_TEST(a run ends with its report when all workers are lost) {
    node_run run(nodes(), {"--rounds.count=100"});
    CAF_REQUIRE(run.wait_for_output("[Round 2/"));
    for (auto* worker : {&first, &second, &third})
        worker->kill();
    const auto end = run.finish(10s);
    check_end(end, 1);
    CAF_REQUIRE(end.books);
    CAF_CHECK_EQUAL(end.books->lost(), 12u);
    check_contains(end.err + end.out, "no node is left");
    for (auto* worker : {&first, &second, &third})
        worker->restart();
    check_next_run(nodes(), service);
}

CAF_TEST(a run without any worker says so and ends) {
    tcp_proxy nobody;
    node_run run({nobody.address()}, {});
    const auto end = run.finish(15s);
    CAF_CHECK_EQUAL(end.code, 3);
    check_contains(end.err, "no connection could be opened");
}

CAF_TEST(a worker with few descriptors refuses its share) {
    CAF_REQUIRE(set_descriptor_limit(second, second.descriptors() + 10));
    node_run run(nodes(), {"--pool.size=60"});
    const auto end = run.finish(30s);
    check_end(end, 1);
    CAF_REQUIRE(end.books);
    const auto& node = end.books->node(second.address());
    check_that(node.all() == 0, "nothing was given to it", end);
    check_contains(node.last_loss, "open files");
    restore_descriptor_limit(second);
    check_next_run(nodes(), service);
}

CAF_TEST(a worker without descriptors can be reached again when it has some) {
    if (skipped_for_want_of_descriptors())
        return;
    const auto before = second.descriptors();
    CAF_REQUIRE(set_descriptor_limit(second, 3));
    const auto used = second.processor_time();
    node_run run(nodes(), {"--rounds.count=5"});
    const auto end = run.finish(30s);
    check_end(end, 1);
    CAF_REQUIRE(end.books);
    check_that(end.books->node(second.address()).all() == 0, "nothing was given to it", end);
    CAF_CHECK_LESS((second.processor_time() - used).count(), 500);
    restore_descriptor_limit(second);
    check_next_run(nodes(), service);
    CAF_CHECK(wait_until([&] { return second.descriptors() <= before + 2; }, 5s));
}

CAF_TEST(a worker that runs out of descriptors within a run recovers) {
    if (skipped_for_want_of_descriptors())
        return;
    node_run run(nodes(), {"--rounds.count=1000"});
    CAF_REQUIRE(run.wait_for_output("[Round 2/"));
    CAF_REQUIRE(set_descriptor_limit(second, 3));
    service.come_back(); // All sessions are lost; it cannot open others.
    CAF_CHECK(wait_until([&] { return service.sessions() == 4; }, 10s));
    run.program().give_time(15s);
    CAF_CHECK(run.wait_for_output("no connection"));
    restore_descriptor_limit(second);
    check_end(finish_when_back(run, service, 6), 1);
    check_next_run(nodes(), service);
}

CAF_TEST(requests fail while the service of the workers is gone) {
    node_run run(nodes(), {"--rounds.count=4"});
    CAF_REQUIRE(run.wait_for_output("[Round 2/"));
    service.crash();
    CAF_REQUIRE(run.wait_for_output("[Round 3/"));
    service.come_back();
    const auto end = run.finish(30s);
    check_end(end, 1);
    CAF_REQUIRE(end.books);
    check_that(end.books->lost() == 0, "no node is lost", end);
    check_that(end.books->total.failed >= 12, "the requests of a round fail", end);
    check_next_run(nodes(), service);
}

CAF_TEST(a signal ends an idle worker at once) {
    first.signal(SIGTERM);
    first.program().give_time(5s);
    CAF_CHECK_EQUAL(first.program().wait(), 0);
    check_contains(first.program().err(), "stopping; running requests may end");
}

CAF_TEST(a signal within a round lets the requests of a worker end) {
    tcp_proxy to_service(service.port());
    node_worker leaving(pointing_through(to_service, service));
    node_run run({first.address(), leaving.address()}, {"--rounds.concurrency=6"});
    CAF_REQUIRE(run.wait_for_output("[Round 2/"));
    const auto before = to_service.forwarded();
    // Its part has begun.
    CAF_REQUIRE(wait_until([&] { return to_service.forwarded() > before + 300'000; }, 5s));
    leaving.signal(SIGTERM);
    leaving.program().give_time(10s);
    CAF_CHECK_EQUAL(leaving.program().wait(), 0);
    const auto end = run.finish(20s);
    check_end(end, 1, 6);
    CAF_REQUIRE(end.books);
    check_that(end.books->total.ok == 18, "its requests ended", end);
    check_that(end.books->node(leaving.address()).times_lost == 1, "it left", end);
    check_next_run({first.address()}, service);
}

CAF_TEST(a signal ends a worker in order as soon as it listens) {
    for (int i = 0; i < 20; ++i) {
        node_worker worker(service.variables());
        worker.signal(SIGTERM);
        worker.program().give_time(5s);
        CAF_CHECK_EQUAL(worker.program().wait(), 0);
    }
}

CAF_TEST(a second signal ends a worker at once) {
    node_service slow(1min);
    tcp_proxy to_service(slow.port());
    node_worker worker(pointing_through(to_service, slow));
    node_run run({worker.address()}, {"--pool.drain-timeout=1min"});
    CAF_REQUIRE(wait_until([&] { return to_service.forwarded() > 600'000; }, 10s));
    worker.signal(SIGTERM);
    CAF_REQUIRE(worker.program().wait_for_error("once more: leave at once"));
    worker.program().give_time(5s);
    while (worker.program().read_now()) { // Those of the first second are one.
        worker.signal(SIGTERM);
        ::poll(nullptr, 0, 50);
    }
    CAF_CHECK_EQUAL(worker.program().wait(), 130);
    check_end(run.finish(20s), 1);
}

CAF_TEST(a worker that has too few descriptors to start ends or works) {
    if (skipped_for_want_of_descriptors())
        return;
    const std::string prlimit = "/usr/bin/prlimit";
    if (::access(prlimit.c_str(), X_OK) != 0) {
        CAF_MESSAGE("skipped: prlimit is not installed");
        return;
    }
    for (int count = 9; count <= 18; ++count) {
        const auto limit = std::to_string(count);
        process worker(prlimit,
                       {"--nofile=" + limit + ":" + limit, AVATAR_POOL_BINARY, "worker",
                        "--node.listen=127.0.0.1:0"},
                       service.variables());
        worker.give_time(5s);
        if (worker.wait_for_error("Worker listening"))
            worker.signal(SIGTERM);
        const auto code = worker.wait();
        if (code < 0 || code > 2)
            CAF_ERROR("with " << limit << " descriptors, code " << code << ": " << worker.err());
    }
}

CAF_TEST_FIXTURE_SCOPE_END()
