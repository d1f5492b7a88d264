#include "tests/nodes/nodes_dsl.hpp"

#define CAF_SUITE nodes_memory

using namespace avatar;
using namespace avatar::tests;
using namespace std::chrono_literals;

CAF_TEST(a worker holds no more after fifty runs than after ten) {
    node_service service(1ms);
    node_worker worker(service.variables());
    const auto play = [&](int runs) {
        for (int i = 0; i < runs; ++i) {
            node_run run({worker.address()}, {"--rounds.count=2", "--rounds.concurrency=60"});
            check_end(run.finish(20s), 0, 60);
        }
        CAF_CHECK(service.wait_for_no_session(close_limit));
    };
    play(10);
    const auto memory = worker.memory();
    const auto descriptors = worker.descriptors();
    play(40);
    CAF_MESSAGE("memory in KB, after 10 and 50 runs: " << memory / 1024 << ", "
                                                       << worker.memory() / 1024);
    // A share of six sessions and its clip take far more than 40 times 25 KB.
    if (!sanitized)
        CAF_CHECK_LESS(worker.memory(), memory + 1024 * 1024);
    CAF_CHECK(wait_until([&] { return worker.descriptors() <= descriptors; }, 5s));
}
