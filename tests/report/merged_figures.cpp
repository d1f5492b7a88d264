#include "messages/request_figures.hpp"
#include "report/json.hpp"
#include "report/run_figures.hpp"
#include "tests/support/message_config.hpp"

#include <caf/binary_deserializer.hpp>
#include <caf/binary_serializer.hpp>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <memory>
#include <random>
#include <stdexcept>
#include <string>
#include <tuple>
#include <vector>

#define CAF_SUITE merged_figures

using namespace avatar;
using namespace std::chrono_literals;
using avatar::protocol::failure_code;
using avatar::report::duration_histogram;
using avatar::report::run_figures;

namespace {

using results = std::vector<audio_result>;
using random_engine = std::mt19937_64;

std::uint64_t below(random_engine& random, std::uint64_t bound) {
    return random() % bound;
}

constexpr nanoseconds longest_duration = std::chrono::hours(10 * 366 * 24);

// Most as a service has them, some at the ends of what there is.
nanoseconds random_duration(random_engine& random) {
    constexpr nanoseconds range(std::int64_t{1} << duration_buckets::range_bits);
    constexpr nanoseconds extremes[] = {0ns,   1ns,         127ns, 128ns,           129ns,
                                        range, range - 1ns, 1s,    longest_duration};
    if (below(random, 8) == 0)
        return extremes[below(random, std::size(extremes))];
    std::lognormal_distribution<double> latency(std::log(80e6), 1.2);
    return nanoseconds(static_cast<nanoseconds::rep>(latency(random)));
}

protocol::failure random_failure(random_engine& random, const audio_result& result) {
    protocol::failure failure;
    const auto codes = static_cast<std::uint64_t>(protocol::last_failure_code);
    failure.code = static_cast<failure_code>(1 + below(random, codes));
    failure.phase = static_cast<protocol::failure_phase>(below(random, 6));
    failure.http_status = static_cast<std::uint16_t>(400 + below(random, 200));
    failure.detail = "detail " + std::to_string(random());
    failure.body = std::string(below(random, 1'001), 'b');
    failure.connection_id = result.connection_id;
    failure.request_id = result.request_id;
    return failure;
}

audio_result random_result(random_engine& random, std::string connection, std::size_t number) {
    audio_result result;
    result.request_id = "r-" + std::to_string(number);
    result.connection_id = std::move(connection);
    result.frames = below(random, 20);
    result.bytes = result.frames * below(random, 2'000);
    result.waited = random_duration(random);
    result.duration = random_duration(random);
    result.served = random_duration(random); // Now and then longer than all of it.
    result.first_frame = random_duration(random);
    result.first_frame_after_last = random_duration(random);
    result.streamed = below(random, 2) == 0;
    if (below(random, 4) == 0)
        result.failure = random_failure(random, result);
    return result;
}

/// The results of each node, in the order it has them.
struct scripted_run {
    std::vector<results> nodes;
};

/// Few connections that all nodes have.
scripted_run with_shared_connections(random_engine& random) {
    scripted_run run;
    run.nodes.resize(1 + below(random, 7));
    const auto connections = 1 + below(random, listed_connections);
    const auto requests = below(random, 3'000);
    for (std::size_t i = 0; i < requests; ++i) {
        const auto connection = "c-" + std::to_string(below(random, connections));
        run.nodes[below(random, run.nodes.size())].push_back(random_result(random, connection, i));
    }
    return run;
}

/// Many connections, of one node each, as it is outside of tests.
scripted_run with_own_connections(random_engine& random) {
    scripted_run run;
    run.nodes.resize(1 + below(random, 7));
    const auto connections = 1 + below(random, 8'000);
    const auto requests = below(random, 12'000);
    for (std::size_t i = 0; i < requests; ++i) {
        const auto number = below(random, connections);
        run.nodes[number % run.nodes.size()].push_back(
            random_result(random, "c-" + std::to_string(number), i));
    }
    return run;
}

bool stands_before(const audio_result& a, const audio_result& b) {
    return std::tie(a.connection_id, a.request_id) < std::tie(b.connection_id, b.request_id);
}

/// The first of each node, then the second of each, and so on.
results in_turn(const std::vector<results>& nodes) {
    results all;
    std::size_t longest = 0;
    for (const auto& node : nodes)
        longest = std::max(longest, node.size());
    for (std::size_t place = 0; place < longest; ++place) {
        const auto begin = static_cast<results::difference_type>(all.size());
        for (const auto& node : nodes)
            if (place < node.size())
                all.push_back(node[place]);
        std::sort(all.begin() + begin, all.end(),
                  [](const auto& a, const auto& b) { return stands_before(a, b); });
    }
    return all;
}

template <class Condition>
results in_turn_if(const scripted_run& run, Condition condition) {
    std::vector<results> nodes(run.nodes.size());
    for (std::size_t i = 0; i < nodes.size(); ++i)
        std::copy_if(run.nodes[i].begin(), run.nodes[i].end(), std::back_inserter(nodes[i]),
                     condition);
    return in_turn(nodes);
}

/// One of both at a time, in an order that keeps that of each.
results interleaved(random_engine& random, const results& a, const results& b) {
    results all;
    auto next_a = a.begin();
    auto next_b = b.begin();
    while (next_a != a.end() || next_b != b.end()) {
        const bool takes_a = next_b == b.end() || (next_a != a.end() && below(random, 2) == 0);
        all.push_back(takes_a ? *next_a++ : *next_b++);
    }
    return all;
}

/// What one process has that all results come to: successes and failures each in turn.
results in_one_process(random_engine& random, const scripted_run& run) {
    const auto ok = in_turn_if(run, [](const auto& r) { return r.ok(); });
    const auto neither = [](const auto& r) { return r.interrupted() || r.cancelled(); };
    const auto failed = in_turn_if(run, [&](const auto& r) { return !r.ok() && !neither(r); });
    const auto others = in_turn_if(run, neither);
    return interleaved(random, interleaved(random, ok, failed), others);
}

struct merged_figures_fixture : test_coordinator_fixture<tests::message_config> {
    template <class T>
    std::vector<char> bytes_of(T message) {
        std::vector<char> bytes;
        caf::binary_serializer to(sys, bytes);
        CAF_REQUIRE(!to(message));
        return bytes;
    }

    request_figures over_the_wire(const request_figures& sent) {
        request_figures copy;
        const auto bytes = bytes_of(sent);
        CAF_CHECK_LESS(bytes.size(), std::size_t{1024 * 1024});
        caf::binary_deserializer from(sys, bytes);
        if (const auto error = from(copy))
            CAF_ERROR(std::string("the figures do not arrive: ") + sys.render(error));
        CAF_CHECK(copy == sent);
        return copy;
    }

    std::vector<request_figures> told_by_nodes(const scripted_run& run) {
        std::vector<request_figures> all;
        for (const auto& node : run.nodes) {
            run_figures figures;
            for (const auto& result : node)
                figures.add(result);
            all.push_back(over_the_wire(figures.requests()));
        }
        return all;
    }

    /// Some of them perhaps by way of a node between.
    void merge_in_any_order(random_engine& random, run_figures& total,
                            std::vector<request_figures> all) {
        std::shuffle(all.begin(), all.end(), random);
        const auto between = below(random, all.size() + 1);
        run_figures node_between;
        for (std::size_t i = 0; i < between; ++i)
            node_between.merge(all[i]);
        total.merge(over_the_wire(node_between.requests()));
        for (std::size_t i = between; i < all.size(); ++i)
            total.merge(all[i]);
    }

    /// Every field, also what no face of the report shows.
    void check_same(const run_report& merged, const run_report& one, std::uint64_t seed) {
        if (bytes_of(merged) == bytes_of(one))
            return;
        const auto a = report::to_json(merged);
        const auto b = report::to_json(one);
        const auto at = std::mismatch(a.begin(), a.end(), b.begin(), b.end()).first - a.begin();
        const auto from = static_cast<std::size_t>(std::max<std::ptrdiff_t>(at - 200, 0));
        CAF_ERROR("seed " + std::to_string(seed) + ": merged ..." + a.substr(from, 300) +
                  "\n... but one process ..." + b.substr(from, 300));
    }

    void check_merged(const scripted_run& run, std::uint64_t seed) {
        random_engine random(seed);
        run_figures one;
        for (const auto& result : in_one_process(random, run))
            one.add(result);
        run_figures total;
        merge_in_any_order(random, total, told_by_nodes(run));
        for (auto* figures : {&one, &total}) {
            figures->add(round_finished{1, 0s, 9s, 1, 2, 3, {}, 0, 0s, true});
            figures->finish({.duration = 10s, .interrupted = true});
        }
        check_same(total.snapshot(), one.snapshot(), seed);
    }
};

template <class Merged>
bool is_refused(Merged& into, const auto& nonsense) {
    try {
        into.merge(nonsense);
        return false;
    } catch (const std::invalid_argument&) {
        return true;
    }
}

} // namespace

CAF_TEST_FIXTURE_SCOPE(merged_figures_tests, merged_figures_fixture)

CAF_TEST(histograms merged in any order are the one that was given all) {
    for (std::uint64_t seed = 1; seed <= 50; ++seed) {
        random_engine random(seed);
        std::vector<duration_histogram> parts(1 + below(random, 7));
        duration_histogram one;
        for (auto left = below(random, 5'000); left > 0; --left) {
            const auto value = random_duration(random);
            one.record(value);
            parts[below(random, parts.size())].record(value);
        }
        std::shuffle(parts.begin(), parts.end(), random);
        auto merged = std::make_unique<duration_histogram>(parts.front());
        for (std::size_t i = 1; i < parts.size(); ++i)
            merged->merge(parts[i].counts());
        bool same = merged->counts() == one.counts() && merged->count() == one.count() &&
                    bytes_of(merged->summary()) == bytes_of(one.summary());
        for (double percent = 0; percent <= 100; percent += 0.7)
            same = same && merged->percentile(percent) == one.percentile(percent);
        if (!same)
            CAF_ERROR("seed " + std::to_string(seed));
    }
}

CAF_TEST(the minimum of an empty histogram counts on neither side of a merge) {
    duration_histogram full;
    full.record(5ms);
    full.record(9ms);
    const duration_histogram empty;
    auto merged = empty;
    merged.merge(full.counts());
    merged.merge(empty.counts());
    CAF_CHECK_EQUAL(merged.min().count(), nanoseconds(5ms).count());
    CAF_CHECK(merged.counts() == full.counts());
    CAF_CHECK(empty.counts() == duration_counts());
    merged.record(1ms); // And it goes on.
    CAF_CHECK_EQUAL(merged.min().count(), nanoseconds(1ms).count());
    CAF_CHECK_EQUAL(merged.count(), 3u);
}

CAF_TEST(a sum of more than 64 bits is exact) {
    duration_histogram one;
    for (int i = 0; i < 1'000; ++i)
        one.record(longest_duration - nanoseconds(i));
    auto merged = one;
    merged.merge(one.counts());
    CAF_CHECK_GREATER(one.counts().sum_high, 0u);
    CAF_CHECK_EQUAL(merged.mean().count(), one.mean().count());
    CAF_CHECK_EQUAL(merged.count(), 2'000u);
}

CAF_TEST(figures of nodes with shared connections are those of one process) {
    for (std::uint64_t seed = 1; seed <= 60; ++seed) {
        random_engine random(seed);
        check_merged(with_shared_connections(random), seed);
    }
}

CAF_TEST(figures of nodes with many connections are those of one process) {
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
        random_engine random(seed);
        check_merged(with_own_connections(random), seed);
    }
}

CAF_TEST(connections that are over in all nodes are those that are over in one process) {
    scripted_run run;
    run.nodes.resize(3);
    for (std::size_t i = 0; i < 50'000; ++i) {
        audio_result result;
        result.connection_id = "c-" + std::to_string(i);
        result.duration = nanoseconds(i);
        run.nodes[i % 3].insert(run.nodes[i % 3].end(), 1 + i % 4, result);
    }
    check_merged(run, 1);
}

CAF_TEST(a node that has results of its own merges those of others) {
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
        random_engine random(seed);
        const auto run = with_shared_connections(random);
        run_figures one;
        for (const auto& result : in_one_process(random, run))
            one.add(result);
        auto told = told_by_nodes(run);
        told.erase(told.begin());
        run_figures first;
        const auto& own = run.nodes.front();
        for (std::size_t i = 0; i < own.size() / 2; ++i)
            first.add(own[i]);
        merge_in_any_order(random, first, told);
        for (std::size_t i = own.size() / 2; i < own.size(); ++i)
            first.add(own[i]);
        check_same(first.snapshot(), one.snapshot(), seed);
    }
}

CAF_TEST(what a node tells later has all that it told before) {
    random_engine random(1);
    run_figures node;
    run_figures other;
    for (std::size_t i = 0; i < 500; ++i)
        other.add(random_result(random, "c-other", i));
    std::vector<request_figures> told;
    for (std::size_t i = 0; i < 500; ++i) {
        if (i % 100 == 0)
            told.push_back(over_the_wire(node.requests()));
        node.add(random_result(random, "c-" + std::to_string(i % 7), i));
    }
    CAF_CHECK(told.front() == request_figures());
    run_figures total;
    total.merge(other.requests());
    total.merge(node.requests());
    run_figures by_way_of_one;
    by_way_of_one.merge(total.requests());
    check_same(by_way_of_one.snapshot(), total.snapshot(), 1);
    CAF_CHECK_EQUAL(total.snapshot().ok, node.snapshot().ok + other.snapshot().ok);
}

CAF_TEST(the sample of a code is the earliest in any node) {
    const auto failed = [](std::string detail, failure_code code) {
        audio_result result;
        result.failure.code = code;
        result.failure.detail = std::move(detail);
        return result;
    };
    run_figures a;
    a.add(failed("first of a", failure_code::queue_full));
    a.add(failed("second of a", failure_code::request_timeout));
    run_figures b;
    b.add(failed("first of b", failure_code::request_timeout));
    run_figures total;
    total.merge(a.requests());
    total.merge(b.requests());
    const auto failures = total.snapshot().failures;
    CAF_REQUIRE_EQUAL(failures.size(), 2u);
    CAF_CHECK_EQUAL(failures[0].sample.detail, "first of b");
    CAF_CHECK_EQUAL(failures[0].count, 2u);
    CAF_CHECK_EQUAL(failures[1].sample.detail, "first of a");
}

CAF_TEST(nonsense is refused as a whole) {
    run_figures figures;
    figures.add(audio_result());
    auto nonsense = figures.requests();
    nonsense.failed = 1;
    CAF_CHECK(is_refused(figures, nonsense));
    CAF_CHECK_EQUAL(figures.snapshot().ok, 1u);
    duration_histogram histogram;
    CAF_CHECK(is_refused(histogram, duration_counts{.sum_low = 1}));
    duration_histogram absurd;
    absurd.record(longest_duration + 1ns);
    CAF_CHECK(is_refused(histogram, absurd.counts()));
    CAF_CHECK_EQUAL(histogram.count(), 0u);
}

CAF_TEST(the figures of a typical run are small) {
    std::lognormal_distribution<double> latency(std::log(80e6), 0.5);
    for (const auto& [connections, smallest, largest] :
         {std::tuple{100u, 20'000u, 30'000u}, std::tuple{1'000u, 65'000u, 80'000u}}) {
        random_engine random(1);
        const auto next = [&] {
            return nanoseconds(static_cast<nanoseconds::rep>(latency(random)));
        };
        run_figures figures;
        for (std::size_t i = 0; i < 100'000; ++i) {
            audio_result result;
            result.connection_id =
                "7f0c9d52-6f0e-4a7e-9d0c-" + std::to_string(100'000'000'000 + i % connections);
            result.served = next();
            result.waited = next() / 1'000;
            result.duration = result.served + result.waited + next() / 1'000;
            result.first_frame = result.first_frame_after_last = result.served / 4;
            result.streamed = true;
            figures.add(result);
        }
        const auto size = bytes_of(figures.requests()).size();
        CAF_MESSAGE(std::to_string(connections) + " connections: " + std::to_string(size) +
                    " bytes");
        CAF_CHECK_GREATER(size, smallest);
        CAF_CHECK_LESS(size, largest);
    }
}

CAF_TEST(the largest figures fit a message with their texts shortened) {
    run_figures figures;
    for (std::size_t i = 0; i < 40'000; ++i) {
        const auto middle = duration_buckets::middle_of(i % duration_buckets::count);
        const nanoseconds value(static_cast<nanoseconds::rep>(middle));
        audio_result result;
        result.connection_id = std::to_string(i) + std::string(300, 'c');
        result.duration = result.waited = result.first_frame = value;
        result.first_frame_after_last = value;
        result.streamed = true;
        figures.add(result);
        result.served = value;
        figures.add(result);
    }
    const auto last = static_cast<int>(protocol::last_failure_code);
    for (int code = 1; code <= last; ++code) {
        audio_result result;
        auto& failure = result.failure;
        failure.code = static_cast<failure_code>(code);
        failure.title = failure.detail = failure.connection_id = failure.request_id = failure.body =
            failure.close_reason = std::string(5'000, 'x');
        figures.add(result);
    }
    auto arrived = over_the_wire(figures.requests()); // Looks at the size.
    CAF_MESSAGE(std::to_string(bytes_of(arrived).size()) + " bytes");
    CAF_CHECK_EQUAL(arrived.usage.listed.size(), listed_connections);
    CAF_CHECK_EQUAL(arrived.usage.listed[0].usage.connection_id.size(), longest_connection_id);
    CAF_CHECK_EQUAL(arrived.request_duration.buckets.size(), duration_buckets::count);
    // Without those that were interrupted or cancelled.
    CAF_CHECK_EQUAL(arrived.failures.size(), static_cast<std::size_t>(last) - 2);
    CAF_CHECK_EQUAL(arrived.failures[0].failures.sample.title.size(), longest_failure_text);
    CAF_CHECK_EQUAL(figures.snapshot().failures[0].sample.title.size(), 5'000u);
    run_figures total;
    total.merge(arrived);
    CAF_CHECK_EQUAL(total.snapshot().usage_unlisted.connections, 39'000u);
    arrived.failures.resize(most_failure_figures, arrived.failures[0]);
    arrived.failed = most_failure_figures;
    over_the_wire(arrived);
}

CAF_TEST_FIXTURE_SCOPE_END()
