#include "report/balance.hpp"

#include "tests/support/dsl.hpp"

#define CAF_SUITE balance

using avatar::protocol::failure_code;
using avatar::report::imbalance;

namespace {

avatar::run_report balanced() {
    avatar::run_report report;
    report.ok = 5;
    report.failed = 2;
    report.interrupted_requests = 1;
    report.cancelled_requests = 3;
    report.pool.requests = {11,
                            5,
                            {{failure_code::queue_full, 2},
                             {failure_code::request_interrupted, 1},
                             {failure_code::request_cancelled, 3}},
                            0};
    return report;
}

} // namespace

CAF_TEST(a run whose requests all came back is balanced) {
    CAF_CHECK(!imbalance(balanced()));
    CAF_CHECK(!imbalance({}));
}

CAF_TEST(each figure that fits no other is seen by itself) {
    const auto seen = [](auto change) {
        auto report = balanced();
        change(report);
        return imbalance(report).has_value();
    };
    CAF_CHECK(seen([](auto& r) { r.pool.requests.open = 1; }));
    CAF_CHECK(seen([](auto& r) { --r.pool.requests.entered; }));
    CAF_CHECK(seen([](auto& r) { ++r.pool.requests.entered; }));
    CAF_CHECK(seen([](auto& r) { ++r.pool.requests.failed[1].count; }));
    CAF_CHECK(seen([](auto& r) { ++r.ok; }));
    CAF_CHECK(seen([](auto& r) { ++r.failed; }));
    CAF_CHECK(seen([](auto& r) { --r.failed; }));
    CAF_CHECK(seen([](auto& r) { ++r.interrupted_requests; }));
    CAF_CHECK(seen([](auto& r) { ++r.cancelled_requests; }));
    // Failed in the pool, and come back as a success.
    CAF_CHECK(seen([](auto& r) {
        ++r.ok;
        --r.failed;
    }));
    // The pool counts a success too many, and a failure too few.
    CAF_CHECK(seen([](auto& r) {
        ++r.pool.requests.succeeded;
        --r.pool.requests.failed[0].count;
    }));
    // What was interrupted counts as failed, or the other way round: no request is lost.
    CAF_CHECK(!seen([](auto& r) {
        ++r.failed;
        --r.interrupted_requests;
    }));
}

CAF_TEST(whatever is lost or comes twice is seen) {
    auto open = balanced();
    open.pool.requests.open = 1;
    open.pool.requests.entered = 12;
    CAF_CHECK(imbalance(open).has_value());
    auto lost_in_the_pool = balanced();
    ++lost_in_the_pool.pool.requests.entered;
    CAF_CHECK(imbalance(lost_in_the_pool).has_value());
    auto twice = balanced();
    ++twice.pool.requests.succeeded;
    CAF_CHECK(imbalance(twice).has_value());
    auto lost_on_the_way = balanced();
    --lost_on_the_way.ok;
    CAF_CHECK_EQUAL(imbalance(lost_on_the_way).value_or(""),
                    "requests do not add up: the pool took 11, of which 5 succeeded, 6 failed and "
                    "0 are open; 4 came back as successes and 6 as failures");
}
