#define CAF_SUITE node_table

#include "report/node_table.hpp"

#include "caf/test/dsl.hpp"

#include <memory>
#include <random>

using namespace avatar;
using namespace std::chrono_literals;
using avatar::protocol::failure_code;
using avatar::report::node_table;
using avatar::report::run_figures;

namespace {

audio_result answered(std::string connection, nanoseconds duration) {
    audio_result result;
    result.connection_id = std::move(connection);
    result.duration = duration;
    result.frames = 2;
    return result;
}

audio_result refused(failure_code code) {
    audio_result result;
    result.failure.code = code;
    return result;
}

request_figures figures_of(const std::vector<audio_result>& results) {
    run_figures figures;
    for (const auto& each : results)
        figures.add(each);
    return figures.requests();
}

lost_requests loss_of(std::uint64_t node, std::uint64_t requests, std::string why) {
    protocol::failure failure;
    failure.code = failure_code::node_lost;
    failure.detail = std::move(why);
    return {node, requests, failure};
}

run_report merged(const node_table& table) {
    const auto all = std::make_unique<run_figures>();
    table.merge_into(*all);
    return all->snapshot();
}

std::uint64_t failed_with(const run_report& report, failure_code code) {
    for (const auto& each : report.failures)
        if (each.sample.code == code)
            return each.count;
    return 0;
}

} // namespace

CAF_TEST(a table of no node is empty) {
    const node_table table;
    CAF_CHECK(table.empty());
    CAF_CHECK(table.rows().empty());
    CAF_CHECK_EQUAL(merged(table).ok, 0u);
}

CAF_TEST(a row has what its node is and what its requests came to) {
    node_table table;
    table.set(node_state{0, "a:1", 4, 1, "it was slow"});
    table.set(share_figures{
        0, 1,
        figures_of({answered("c", 10ms), answered("c", 30ms), refused(failure_code::server_error),
                    refused(failure_code::request_interrupted)})});
    table.add(loss_of(0, 5, "gone"));
    CAF_CHECK(!table.empty());
    const auto rows = table.rows();
    CAF_REQUIRE_EQUAL(rows.size(), 1u);
    CAF_CHECK_EQUAL(rows[0].name, "a:1");
    CAF_CHECK_EQUAL(rows[0].sessions, 4u);
    CAF_CHECK_EQUAL(rows[0].losses, 1u);
    CAF_CHECK_EQUAL(rows[0].why, "it was slow");
    CAF_CHECK_EQUAL(rows[0].ok, 2u);
    CAF_CHECK_EQUAL(rows[0].failed, 1u); // Without the lost ones.
    CAF_CHECK_EQUAL(rows[0].interrupted, 1u);
    CAF_CHECK_EQUAL(rows[0].lost, 5u);
    CAF_CHECK_EQUAL(rows[0].request_duration.count, 2u);
    CAF_CHECK(rows[0].request_duration.max == 30ms);
}

CAF_TEST(what is said of a node replaces what was said before) {
    node_table table;
    table.set(node_state{0, "a:1", 4, 0, ""});
    table.set(share_figures{0, 1, figures_of({answered("c", 10ms)})});
    table.set(share_figures{0, 1, figures_of({answered("c", 10ms), answered("c", 20ms)})});
    table.set(node_state{0, "a:1", 3, 2, "lost"});
    const auto rows = table.rows();
    CAF_REQUIRE_EQUAL(rows.size(), 1u);
    CAF_CHECK_EQUAL(rows[0].ok, 2u);
    CAF_CHECK_EQUAL(rows[0].sessions, 3u);
    CAF_CHECK_EQUAL(rows[0].losses, 2u);
    CAF_CHECK_EQUAL(rows[0].why, "lost");
    CAF_CHECK_EQUAL(merged(table).ok, 2u);
}

CAF_TEST(shares of a node that came back are added up) {
    node_table table;
    table.set(share_figures{0, 1, figures_of({answered("c", 10ms)})});
    table.set(share_figures{0, 4, figures_of({answered("d", 20ms), answered("d", 20ms)})});
    const auto rows = table.rows();
    CAF_REQUIRE_EQUAL(rows.size(), 1u);
    CAF_CHECK_EQUAL(rows[0].ok, 3u);
    const auto all = merged(table);
    CAF_CHECK_EQUAL(all.ok, 3u);
    CAF_CHECK_EQUAL(all.frames, 6u);
    CAF_CHECK_EQUAL(all.usage.size(), 2u);
}

CAF_TEST(rows stand in the order of the nodes whenever they were told) {
    node_table table;
    for (std::uint64_t node : {2, 0, 11, 1})
        table.set(node_state{node, std::to_string(node), 0, 0, {}});
    const auto rows = table.rows();
    CAF_REQUIRE_EQUAL(rows.size(), 4u);
    CAF_CHECK_EQUAL(rows[0].name, "0");
    CAF_CHECK_EQUAL(rows[1].name, "1");
    CAF_CHECK_EQUAL(rows[2].name, "2");
    CAF_CHECK_EQUAL(rows[3].name, "11");
}

CAF_TEST(lost requests count as failed ones with the first loss of their node) {
    node_table table;
    table.add(loss_of(1, 3, "first"));
    table.add(loss_of(1, 4, "second"));
    const auto all = merged(table);
    CAF_CHECK_EQUAL(all.failed, 7u);
    CAF_REQUIRE_EQUAL(all.failures.size(), 1u);
    CAF_CHECK_EQUAL(all.failures[0].count, 7u);
    CAF_CHECK_EQUAL(all.failures[0].sample.detail, "first");
    const auto rows = table.rows();
    CAF_CHECK_EQUAL(rows.at(0).lost, 7u);
    CAF_CHECK_EQUAL(rows.at(0).failed, 0u);
    table.add(loss_of(2, 1, "other"));
    CAF_CHECK_EQUAL(failed_with(merged(table), failure_code::node_lost), 8u);
}

CAF_TEST(a loss without requests is none) {
    node_table table;
    table.add(loss_of(0, 0, "early"));
    CAF_CHECK_EQUAL(merged(table).failed, 0u);
    CAF_CHECK(merged(table).failures.empty());
    table.add(loss_of(0, 2, "late"));
    const auto all = merged(table);
    CAF_CHECK_EQUAL(all.failures.at(0).sample.detail, "late");
}

CAF_TEST(lost requests are reported however long the reason is) {
    node_table table;
    auto loss = loss_of(0, 2, std::string(5'000, 'w'));
    loss.failure.body = std::string(5'000, 'b');
    table.add(loss);
    const auto all = merged(table);
    CAF_CHECK_EQUAL(all.failed, 2u);
    CAF_REQUIRE_EQUAL(all.failures.size(), 1u);
    CAF_CHECK(all.failures[0].sample.detail.starts_with("www"));
    CAF_CHECK_LESS_OR_EQUAL(all.failures[0].sample.detail.size(), longest_failure_text);
}

CAF_TEST(requests of nodes are added to those of this process) {
    node_table table;
    table.set(share_figures{0, 1, figures_of({answered("c", 10ms)})});
    table.add(loss_of(0, 2, "gone"));
    const auto all = std::make_unique<run_figures>();
    all->add(answered("own", 5ms));
    all->add(refused(failure_code::server_error));
    table.merge_into(*all);
    const auto report = all->snapshot();
    CAF_CHECK_EQUAL(report.ok, 2u);
    CAF_CHECK_EQUAL(report.failed, 3u);
    CAF_CHECK(report.request_duration.min == 5ms);
}

CAF_TEST(the merged figures are those of one process with all results) {
    std::mt19937_64 random(17);
    constexpr failure_code codes[] = {failure_code::server_error, failure_code::request_timeout,
                                      failure_code::request_interrupted};
    for (int i = 0; i < 20; ++i) {
        node_table table;
        const auto alone = std::make_unique<run_figures>();
        std::uint64_t ok = 0, failed = 0, interrupted = 0;
        for (std::uint64_t node = 0; node < 5; ++node)
            for (std::uint64_t share = 1; share < 2 + random() % 3; ++share) {
                std::vector<audio_result> results;
                for (auto left = random() % 40; left > 0; --left) {
                    results.push_back(random() % 3 > 0
                                          ? answered("c-" + std::to_string(10 * node + share),
                                                     nanoseconds(random() % 1'000'000'000))
                                          : refused(codes[random() % std::size(codes)]));
                    alone->add(results.back());
                    if (random() % 8 == 0) // Replaced by what comes later.
                        table.set(share_figures{node, share, figures_of(results)});
                }
                table.set(share_figures{node, share, figures_of(results)});
            }
        for (const auto& row : table.rows()) {
            ok += row.ok;
            failed += row.failed;
            interrupted += row.interrupted;
        }
        const auto all = merged(table), one = alone->snapshot();
        CAF_CHECK_EQUAL(all.ok, one.ok);
        CAF_CHECK_EQUAL(all.failed, one.failed);
        CAF_CHECK_EQUAL(all.interrupted_requests, one.interrupted_requests);
        CAF_CHECK_EQUAL(all.frames, one.frames);
        CAF_CHECK(all.request_duration.mean == one.request_duration.mean);
        CAF_CHECK(all.request_duration.p95 == one.request_duration.p95);
        CAF_CHECK_EQUAL(all.failures.size(), one.failures.size());
        for (const auto code : codes)
            CAF_CHECK_EQUAL(failed_with(all, code), failed_with(one, code));
        CAF_CHECK_EQUAL(ok, one.ok);
        CAF_CHECK_EQUAL(failed, one.failed);
        CAF_CHECK_EQUAL(interrupted, one.interrupted_requests);
    }
}
