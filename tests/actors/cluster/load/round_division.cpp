#include "actors/cluster/load/round_division.hpp"

#include "actors/load/arrival_schedule.hpp"
#include "tests/support/dsl.hpp"

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

#define CAF_SUITE round_division

using namespace avatar;
using namespace std::chrono_literals;

namespace {

using starts = std::vector<nanoseconds>;

starts starts_of(const round_load& load) {
    arrival_schedule schedule(arrival_schedule::time_point() + load.first_arrival, load.requests,
                              load.arrival_rate);
    starts times;
    for (; !schedule.done(); schedule.begin())
        times.push_back(schedule.next()->time_since_epoch());
    return times;
}

} // namespace

CAF_TEST(equal parts together are the total and differ by one at most) {
    std::mt19937_64 random(3);
    for (int i = 0; i < 2'000; ++i) {
        const auto total = random() % (i % 2 == 0 ? 50 : 1'000'001);
        const std::size_t parts = 1 + random() % 255;
        std::uint64_t sum = 0, least = UINT64_MAX, most = 0;
        for (std::size_t part = 0; part < parts; ++part) {
            const auto size = part_of(total, part, parts);
            sum += size;
            least = std::min(least, size);
            most = std::max(most, size);
        }
        CAF_CHECK_EQUAL(sum, total);
        CAF_CHECK_LESS_OR_EQUAL(most - least, 1u);
    }
}

CAF_TEST(bursts are as large as the parts of the connections) {
    std::mt19937_64 random(4);
    for (int i = 0; i < 2'000; ++i) {
        const std::uint64_t requests = 1 + random() % 1'000'000;
        const std::size_t nodes = 1 + random() % 20;
        std::vector<std::size_t> sizes(nodes);
        std::size_t connections = 0;
        for (auto& size : sizes)
            connections += size = 1 + random() % (i % 2 == 0 ? 5 : 50'000);
        std::uint64_t sum = 0;
        std::size_t first = 0;
        for (const auto size : sizes) {
            const auto load = load_of_burst(requests, first, first + size, connections);
            first += size;
            sum += load.requests;
            CAF_CHECK_EQUAL(load.arrival_rate, 0.0);
            CAF_CHECK(load.first_arrival == 0ns);
            const auto exact = static_cast<double>(requests) * static_cast<double>(size) /
                               static_cast<double>(connections);
            CAF_CHECK_LESS(std::abs(static_cast<double>(load.requests) - exact), 1.0);
        }
        CAF_CHECK_EQUAL(sum, requests);
    }
}

CAF_TEST(the largest run can be divided) {
    const auto load = load_of_burst(1'000'000, 0, 1'000'000, 1'000'000);
    CAF_CHECK_EQUAL(load.requests, 1'000'000u);
    CAF_CHECK_EQUAL(load_of_burst(1'000'000, 999'999, 1'000'000, 1'000'000).requests, 1u);
}

CAF_TEST(arrivals of all nodes together are those of one process) {
    std::mt19937_64 random(5);
    for (int i = 0; i < 200; ++i) {
        const auto requests = 1 + random() % 2'000;
        const auto rate = std::exp(std::uniform_real_distribution(-3.0, 11.5)(random));
        const std::size_t parts = 1 + random() % 30;
        starts together;
        for (std::size_t part = 0; part < parts; ++part) {
            const auto load = load_of_arrivals(requests, rate, part, parts);
            if (load.requests == 0) // Its node has no part in the round.
                continue;
            CAF_CHECK(is_acceptable(load));
            const auto own = starts_of(load);
            together.insert(together.end(), own.begin(), own.end());
        }
        std::ranges::sort(together);
        const auto alone = starts_of({requests, {}, rate});
        CAF_REQUIRE_EQUAL(together.size(), alone.size());
        nanoseconds off{0};
        for (std::size_t k = 0; k < alone.size(); ++k)
            off = std::max(off, together[k] > alone[k] ? together[k] - alone[k]
                                                       : alone[k] - together[k]);
        CAF_CHECK(off <= 2ns); // Of rounding.
    }
}

CAF_TEST(more nodes than requests leave the last ones without any) {
    for (std::size_t part = 0; part < 5; ++part) {
        const auto load = load_of_arrivals(3, 10, part, 5);
        CAF_CHECK_EQUAL(load.requests, part < 3 ? 1u : 0u);
        CAF_CHECK_EQUAL(load.first_arrival / 1ms, static_cast<int>(part < 3 ? 100 * part : 0));
    }
}

CAF_TEST(one request can be divided at any rate) {
    for (const auto rate : {1e-300, 1e-12, 1e5}) {
        const auto load = load_of_arrivals(1, rate, 0, 5);
        CAF_CHECK(is_acceptable(load));
        CAF_CHECK(starts_of(load) == starts{0ns});
        CAF_CHECK_EQUAL(load_of_arrivals(1, rate, 4, 5).requests, 0u);
        CAF_CHECK(load_of_arrivals(1, rate, 4, 5).first_arrival == 0ns);
    }
}
