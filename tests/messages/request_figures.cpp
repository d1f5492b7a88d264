#include "messages/request_figures.hpp"

#include "messages/actors.hpp"
#include "tests/support/message_config.hpp"

#include <caf/binary_deserializer.hpp>
#include <caf/binary_serializer.hpp>

#include <initializer_list>
#include <string>
#include <vector>

#define CAF_SUITE request_figures

using namespace avatar;
using namespace std::chrono_literals;
using protocol::failure_code;

namespace {

constexpr nanoseconds longest = std::chrono::hours(10 * 366 * 24); // As a message may have it.

/// Of durations below 128 ns, in ascending order: each has a bucket of its own.
duration_counts counted(std::initializer_list<std::uint16_t> values) {
    duration_counts counts;
    for (const auto value : values) {
        if (counts.buckets.empty() || counts.buckets.back().bucket != value)
            counts.buckets.push_back({value, 0});
        ++counts.buckets.back().count;
        counts.sum_low += value;
    }
    counts.min = nanoseconds(counts.buckets.front().bucket);
    counts.max = nanoseconds(counts.buckets.back().bucket);
    return counts;
}

failure_figures failures_of(failure_code code, std::uint64_t count, std::uint64_t first) {
    failure_figures figures{{{}, count}, first};
    figures.failures.sample.code = code;
    return figures;
}

/// Three successes over two connections, three failures of two kinds, one interruption.
request_figures some_figures() {
    request_figures x{.ok = 3, .failed = 3, .interrupted = 1, .frames = 30, .bytes = 3'000};
    x.request_duration = counted({50, 60, 60});
    x.time_to_first_frame = counted({10, 20});
    x.first_frame_after_last_audio = counted({5});
    x.wait_for_connection = counted({0, 0, 7});
    x.service_time = counted({40, 41, 42});
    x.pool_overhead = counted({10, 18, 19});
    x.usage.listed = {{{"b", 2}, 1}, {{"a", 1}, 2}};
    x.failures = {failures_of(failure_code::request_timeout, 2, 1),
                  failures_of(failure_code::queue_full, 1, 3)};
    return x;
}

/// As many connections as are listed, with one request each, and two that are not listed.
request_figures many_connections() {
    const auto many = static_cast<std::uint64_t>(listed_connections);
    request_figures x{.ok = many + 5};
    for (auto* each :
         {&x.request_duration, &x.wait_for_connection, &x.service_time, &x.pool_overhead})
        *each = {.buckets = {{9, x.ok}}, .sum_low = 9 * x.ok, .min = 9ns, .max = 9ns};
    for (std::uint64_t i = 1; i <= many; ++i)
        x.usage.listed.push_back({{"c-" + std::to_string(i), 1}, i});
    x.usage.unlisted = counted({2, 3});
    return x;
}

struct nonsense {
    const char* what;
    void (*make)(request_figures&);
};

const nonsense wrong_totals[] = {
    {"more successes", [](auto& x) { ++x.ok; }},
    {"fewer successes", [](auto& x) { --x.ok; }},
    {"more failures", [](auto& x) { ++x.failed; }},
    {"fewer failures", [](auto& x) { --x.failed; }},
    {"too many successes", [](auto& x) { x.ok = most_counted + 1; }},
    {"too many failures", [](auto& x) { x.failed = UINT64_MAX; }},
    {"too many interruptions", [](auto& x) { x.interrupted = most_counted + 1; }},
    {"too many cancellations", [](auto& x) { x.cancelled = most_counted + 1; }},
    {"too many frames", [](auto& x) { x.frames = most_counted + 1; }},
    {"too many bytes", [](auto& x) { x.bytes = most_counted + 1; }},
    {"frames of nothing", [](auto& x) { x = {.frames = 1}; }},
    {"bytes of nothing", [](auto& x) { x = {.bytes = 1}; }},
};

const nonsense wrong_durations[] = {
    {"no such bucket",
     [](auto& x) { x.request_duration.buckets.back().bucket = duration_buckets::count; }},
    {"the last bucket with a small maximum",
     [](auto& x) { x.request_duration.buckets.back().bucket = duration_buckets::count - 1; }},
    {"descending buckets",
     [](auto& x) {
         auto& buckets = x.service_time.buckets;
         std::swap(buckets[0], buckets[1]);
     }},
    {"a descending bucket within", [](auto& x) { x.service_time.buckets[1].bucket = 39; }},
    {"one bucket twice", [](auto& x) { x.service_time.buckets[1].bucket = 40; }},
    {"an empty bucket",
     [](auto& x) {
         x.pool_overhead.buckets.insert(x.pool_overhead.buckets.begin() + 1, {12, 0});
     }},
    {"counts that overflow",
     [](auto& x) {
         x.request_duration.buckets = {{50, UINT64_MAX}, {60, 4}};
     }},
    {"one duration more", [](auto& x) { ++x.request_duration.buckets[0].count; }},
    {"one wait less",
     [](auto& x) {
         x.wait_for_connection = counted({0, 7});
     }},
    {"one service time more",
     [](auto& x) {
         x.service_time = counted({40, 41, 42, 43});
     }},
    {"no overhead", [](auto& x) { x.pool_overhead = {}; }},
    {"a sum too low", [](auto& x) { x.request_duration.sum_low = 50 + 50 + 59; }},
    {"a sum too high", [](auto& x) { x.request_duration.sum_low = 50 + 60 + 61; }},
    {"a sum beyond 64 bits", [](auto& x) { x.request_duration.sum_high = 1; }},
    {"another minimum", [](auto& x) { x.service_time.min = 39ns; }},
    {"another maximum", [](auto& x) { x.service_time.max = 43ns; }},
    {"a negative minimum", [](auto& x) { x.wait_for_connection.min = -1ns; }},
    {"a negative maximum", [](auto& x) { x.wait_for_connection.max = nanoseconds::min(); }},
    {"a maximum below the minimum",
     [](auto& x) { // In one bucket.
         x.first_frame_after_last_audio = {.buckets = {{duration_buckets::index_of(1'000'000), 2}},
                                           .sum_low = 2'000'001,
                                           .min = 1'000'001ns,
                                           .max = 1'000'000ns};
         x.time_to_first_frame = counted({10, 20});
     }},
    {"a negative minimum in the last bucket",
     [](auto& x) {
         x.first_frame_after_last_audio = {.buckets = {{duration_buckets::count - 1, 1}},
                                           .sum_low = static_cast<std::uint64_t>(longest.count()),
                                           .min = -1ns,
                                           .max = longest};
     }},
    {"more than ten years",
     [](auto& x) {
         x.first_frame_after_last_audio = {.buckets = {{0, 1}, {duration_buckets::count - 1, 1}},
                                           .sum_low =
                                               static_cast<std::uint64_t>(longest.count()) + 1,
                                           .min = 0ns,
                                           .max = longest + 1ns};
     }},
    {"a sum of nothing", [](auto& x) { x.first_frame_after_last_audio = {.sum_low = 1}; }},
    {"a wide sum of nothing", [](auto& x) { x.first_frame_after_last_audio = {.sum_high = 1}; }},
    {"a minimum of nothing", [](auto& x) { x.first_frame_after_last_audio = {.min = 1ns}; }},
    {"a maximum of nothing", [](auto& x) { x.first_frame_after_last_audio = {.max = 1ns}; }},
    {"more first frames than successes",
     [](auto& x) {
         x.time_to_first_frame = counted({1, 2, 3, 4});
     }},
    {"more streamed than with a first frame",
     [](auto& x) {
         x.first_frame_after_last_audio = counted({1, 2, 3});
     }},
};

const nonsense wrong_usage[] = {
    {"a connection without requests", [](auto& x) { x.usage.listed[1].usage.requests = 0; }},
    {"more requests than successes", [](auto& x) { ++x.usage.listed[0].usage.requests; }},
    {"requests that overflow",
     [](auto& x) {
         x.usage.listed[0].usage.requests = UINT64_MAX;
         x.usage.listed[1].usage.requests = 4;
     }},
    {"a success without a connection", [](auto& x) { x.usage.listed.pop_back(); }},
    {"no place", [](auto& x) { x.usage.listed[0].first = 0; }},
    {"a place after the last success", [](auto& x) { x.usage.listed[1].first = 4; }},
    {"descending places", [](auto& x) { x.usage.listed[0].first = 3; }},
    {"descending ids in one place", [](auto& x) { x.usage.listed[0].first = 2; }},
    {"a long id",
     [](auto& x) { x.usage.listed[0].usage.connection_id.assign(longest_connection_id + 1, 'b'); }},
    {"some are not listed though there are few",
     [](auto& x) {
         x.usage.listed.pop_back();
         x.usage.unlisted = counted({1});
     }},
};

const nonsense wrong_lists[] = {
    {"a connection more than are listed",
     [](auto& x) {
         x.usage.listed.push_back({{"d", 5}, listed_connections + 1});
         x.usage.unlisted = {};
     }},
    {"unlisted requests that overflow",
     [](auto& x) {
         x.usage.unlisted = {.buckets = {{duration_buckets::count - 1, 61}},
                             .sum_high = 1,
                             .sum_low = 5,
                             .min = nanoseconds(std::int64_t{1} << 58),
                             .max = longest};
         CAF_CHECK(is_acceptable(x.usage.unlisted)); // As durations.
     }},
    {"unlisted ones that had fewer requests",
     [](auto& x) {
         x.usage.unlisted = counted({2, 2});
     }},
    {"unlisted ones that had more requests",
     [](auto& x) {
         x.usage.unlisted = counted({3, 3});
     }},
    {"an unlisted one without requests",
     [](auto& x) {
         x.usage.unlisted = counted({0, 2, 3});
     }},
    {"an absurd number of unlisted requests", [](auto& x) { x.usage.unlisted.sum_high = 1; }},
    {"no such bucket of unlisted requests",
     [](auto& x) { x.usage.unlisted.buckets[1].bucket = 60'000; }},
};

const nonsense wrong_failures[] = {
    {"a failure that is none",
     [](auto& x) { x.failures[0].failures.sample.code = failure_code::none; }},
    {"an interruption that counts as a failure",
     [](auto& x) { x.failures[0].failures.sample.code = failure_code::request_interrupted; }},
    {"no failure of its code",
     [](auto& x) { x.failures.push_back(failures_of(failure_code::pool_failed, 0, 1)); }},
    {"more failures of its code", [](auto& x) { ++x.failures[1].failures.count; }},
    {"failures without a code", [](auto& x) { x.failures.pop_back(); }},
    {"failures that overflow",
     [](auto& x) {
         x.failures[0].failures.count = UINT64_MAX;
         x.failures[1].failures.count = 4;
     }},
    {"a failure without a place", [](auto& x) { x.failures[0].first = 0; }},
    {"a place after the last failure", [](auto& x) { x.failures[0].first = 4; }},
    {"more kinds of failure than codes",
     [](auto& x) {
         x.failures.assign(most_failure_figures + 1, failures_of(failure_code::unknown, 1, 1));
         x.failed = x.failures.size();
     }},
};

struct request_figures_fixture : test_coordinator_fixture<tests::message_config> {
    caf::error arrival_of(request_figures sent, request_figures& copy) {
        std::vector<char> bytes;
        caf::binary_serializer to(sys, bytes);
        CAF_REQUIRE(!to(sent));
        caf::binary_deserializer from(sys, bytes);
        return from(copy);
    }

    template <class Cases>
    void check_refused(const Cases& cases, request_figures (*make)()) {
        for (const auto& each : cases) {
            auto figures = make();
            each.make(figures);
            request_figures copy;
            if (arrival_of(figures, copy) != caf::sec::invalid_argument)
                CAF_ERROR(std::string("arrives: ") + each.what);
            CAF_CHECK(!is_acceptable(figures)); // Nor is it merged where it was made.
        }
    }

    void check_arrives(const request_figures& figures) {
        request_figures copy;
        CAF_CHECK(!arrival_of(figures, copy));
        CAF_CHECK(copy == figures);
        CAF_CHECK(is_acceptable(figures));
    }
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(request_figures_tests, request_figures_fixture)

CAF_TEST(figures that add up arrive as they are) {
    check_arrives({});
    check_arrives(some_figures());
    check_arrives(many_connections());
    check_arrives(roundtrip(caf::make_message(some_figures())).template get_as<request_figures>(0));
}

CAF_TEST(the least and the greatest of everything arrive) {
    auto x = some_figures();
    x.interrupted = x.frames = x.bytes = most_counted;
    x.first_frame_after_last_audio = {.buckets = {{0, 1}, {duration_buckets::count - 1, 1}},
                                      .sum_low = static_cast<std::uint64_t>(longest.count()),
                                      .min = 0ns,
                                      .max = longest};
    x.request_duration.sum_low = 50 + 50 + 60; // Not by its buckets, but nobody relies on that.
    x.usage.listed[0].usage.connection_id.assign(longest_connection_id, 'b');
    x.failures[0].failures.sample.detail.assign(longest_failure_text, 'd');
    check_arrives(x);
}

CAF_TEST(totals that do not add up do not arrive) {
    check_refused(wrong_totals, some_figures);
}

CAF_TEST(durations that do not add up do not arrive) {
    check_refused(wrong_durations, some_figures);
}

CAF_TEST(connections that do not add up do not arrive) {
    check_refused(wrong_usage, some_figures);
    check_refused(wrong_lists, many_connections);
}

CAF_TEST(failures that do not add up do not arrive) {
    check_refused(wrong_failures, some_figures);
}

CAF_TEST(a failure with a long text does not arrive) {
    using protocol::failure;
    for (auto text : {&failure::title, &failure::detail, &failure::connection_id,
                      &failure::request_id, &failure::body, &failure::close_reason}) {
        auto figures = some_figures();
        auto& sample = figures.failures[1].failures.sample;
        (sample.*text).assign(longest_failure_text, 'x');
        check_arrives(figures);
        (sample.*text) += 'x';
        request_figures copy;
        CAF_CHECK(arrival_of(figures, copy) == caf::sec::invalid_argument);
    }
}

CAF_TEST(codes of a newer node arrive as unknown even if there are several) {
    auto figures = some_figures();
    figures.failures[0].failures.sample.code = static_cast<failure_code>(200);
    figures.failures[1].failures.sample.code = static_cast<failure_code>(201);
    request_figures copy;
    CAF_CHECK(!arrival_of(figures, copy));
    for (const auto& each : copy.failures)
        CAF_CHECK(each.failures.sample.code == failure_code::unknown);
}

CAF_TEST(a message that was cut does not arrive) {
    auto figures = some_figures();
    std::vector<char> bytes;
    caf::binary_serializer to(sys, bytes);
    CAF_REQUIRE(!to(figures));
    for (std::size_t size = 0; size < bytes.size(); ++size) {
        request_figures copy;
        caf::binary_deserializer from(sys, bytes.data(), size);
        CAF_CHECK(from(copy));
    }
}

CAF_TEST(the earlier of two stands first and in one place the lesser id) {
    const auto connection = [](std::uint64_t first, const char* id) {
        return connection_figures{{id, 1}, first};
    };
    CAF_CHECK(stands_before(connection(1, "b"), connection(2, "a")));
    CAF_CHECK(stands_before(connection(2, "a"), connection(2, "b")));
    CAF_CHECK(!stands_before(connection(2, "a"), connection(2, "a")));
    auto a = failures_of(failure_code::queue_full, 1, 2);
    auto b = a;
    CAF_CHECK(!stands_before(a, b));
    b.failures.sample.close_code = 1;
    CAF_CHECK(stands_before(a, b) && !stands_before(b, a));
    a.failures.sample.detail = "a";
    CAF_CHECK(stands_before(b, a));
    b.failures.sample.request_id = "r";
    CAF_CHECK(stands_before(a, b));
    a.failures.sample.connection_id = "c";
    CAF_CHECK(stands_before(b, a));
    b.first = 3;
    CAF_CHECK(stands_before(a, b));
}

CAF_TEST_FIXTURE_SCOPE_END()
