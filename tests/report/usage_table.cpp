#define CAF_SUITE usage_table

#include "report/usage_table.hpp"

#include "caf/test/dsl.hpp"
#include "report/run_figures.hpp"

#include <algorithm>
#include <malloc.h>
#include <string>

using namespace avatar;
using avatar::report::usage_table;

namespace {

void add(usage_table& table, std::size_t number, std::size_t times = 1) {
    for (std::size_t i = 0; i < times; ++i)
        table.add("c-" + std::to_string(number));
}

void check(const usage_spread& spread, std::uint64_t connections, std::uint64_t requests,
           std::uint64_t min, std::uint64_t median, std::uint64_t max) {
    CAF_CHECK_EQUAL(spread.connections, connections);
    CAF_CHECK_EQUAL(spread.requests, requests);
    CAF_CHECK_EQUAL(spread.min, min);
    CAF_CHECK_EQUAL(spread.median, median);
    CAF_CHECK_EQUAL(spread.max, max);
}

} // namespace

CAF_TEST(nothing_is_spread_over_no_connection) {
    const usage_table table;
    CAF_CHECK(table.listed().empty());
    check(table.spread_after(0), 0, 0, 0, 0, 0);
}

CAF_TEST(the_spread_is_that_of_the_connections_after_the_skipped) {
    usage_table table;
    add(table, 0, 9);
    for (std::size_t i = 1; i <= 5; ++i)
        add(table, i, i);
    check(table.spread_after(0), 6, 24, 1, 3, 9);
    check(table.spread_after(1), 5, 15, 1, 3, 5);
    check(table.spread_after(4), 2, 9, 4, 4, 5);
    check(table.spread_after(6), 0, 0, 0, 0, 0);
}

CAF_TEST(the_first_thousand_are_listed_and_stay_so) {
    usage_table table;
    for (std::size_t i = 0; i < 1'002; ++i)
        add(table, i);
    add(table, 999, 4);
    add(table, 1'000, 6);
    const auto listed = table.listed();
    CAF_REQUIRE_EQUAL(listed.size(), 1'000u);
    CAF_CHECK_EQUAL(listed[0].connection_id, "c-0");
    CAF_CHECK_EQUAL(listed[999].connection_id, "c-999");
    CAF_CHECK_EQUAL(listed[999].requests, 5u);
    check(table.spread_after(listed_connections), 2, 8, 1, 1, 7);
}

CAF_TEST(of_the_others_the_recent_are_told_apart_and_the_rest_only_spread) {
    usage_table table(2);
    for (std::size_t i = 0; i < 1'000; ++i)
        add(table, i);
    add(table, 2'000, 3);
    add(table, 2'001);
    add(table, 2'000); // Used last: the other one goes first.
    add(table, 2'002);
    add(table, 2'000);
    check(table.spread_after(listed_connections), 3, 7, 1, 1, 5);
    add(table, 2'001); // It was over, and counts as another one.
    check(table.spread_after(listed_connections), 4, 8, 1, 1, 5);
}

CAF_TEST(as_many_as_a_process_holds_open_are_told_apart) {
    usage_table table;
    constexpr std::size_t first = listed_connections;
    constexpr std::size_t kept = 32'768;
    for (std::size_t i = 0; i < first + kept; ++i)
        add(table, i);
    add(table, first);
    check(table.spread_after(first), kept, kept + 1, 1, 1, 2);
    add(table, first + kept); // The one whose last request is oldest goes: not `first`.
    add(table, first);
    check(table.spread_after(first), kept + 1, kept + 3, 1, 1, 3);
    add(table, first + 1); // It was over, and counts as another one.
    check(table.spread_after(first), kept + 2, kept + 4, 1, 1, 3);
}

CAF_TEST(memory_does_not_grow_with_the_connections_that_are_over) {
    usage_table table(10);
    for (std::size_t i = 0; i < 2'000; ++i)
        add(table, i);
    const auto before = ::mallinfo2().uordblks;
    for (std::size_t i = 2'000; i < 12'000; ++i)
        add(table, i);
    CAF_CHECK_LESS(::mallinfo2().uordblks, before + 10'000);
    check(table.spread_after(listed_connections), 11'000, 11'000, 1, 1, 1);
}

CAF_TEST(a_run_of_many_renewals_is_folded_in_the_report) {
    report::run_figures figures;
    audio_result result;
    for (std::size_t i = 0; i < 5'000; ++i)
        for (std::size_t times = 0; times <= i % 2; ++times) {
            result.connection_id = "c-" + std::to_string(i);
            figures.add(result);
        }
    const auto report = figures.snapshot();
    CAF_CHECK_EQUAL(report.usage.size(), 1'000u);
    check(report.usage_unlisted, 4'000, 6'000, 1, 1, 2);
    check(report.usage_unshown, 4'980, 7'470, 1, 1, 2);
    CAF_CHECK_EQUAL(report.ok, 7'500u);
}
