#include "actors/cluster/shares/share_account.hpp"

#include "tests/support/dsl.hpp"

#include <map>
#include <random>

#define CAF_SUITE share_account

using namespace avatar;
using protocol::failure_code;

namespace {

using codes = std::vector<failure_code>;

/// Figures with a failure of each of these codes.
request_figures figures_of(std::uint64_t ok, const codes& failed = {},
                           std::uint64_t interrupted = 0) {
    request_figures figures;
    figures.ok = ok;
    figures.failed = failed.size();
    figures.interrupted = interrupted;
    for (const auto code : failed) {
        failure_figures each;
        each.failures.sample.code = code;
        each.failures.count = 1;
        figures.failures.push_back(each);
    }
    return figures;
}

std::uint64_t failed_with(const request_ledger& ledger, failure_code code) {
    std::uint64_t count = 0;
    for (const auto& each : ledger.failed)
        if (each.code == code)
            count += each.count;
    return count;
}

/// Every request that entered has one outcome or is open, and every code has one line.
void check_ledger(const request_ledger& ledger) {
    auto sum = ledger.succeeded + ledger.open;
    std::map<failure_code, int> lines;
    for (const auto& each : ledger.failed) {
        sum += each.count;
        CAF_CHECK_EQUAL(++lines[each.code], 1);
        CAF_CHECK_GREATER(each.count, 0u);
    }
    CAF_CHECK_EQUAL(sum, ledger.entered);
}

} // namespace

CAF_TEST(an account without requests has none) {
    share_account account;
    CAF_CHECK_EQUAL(account.open(), 0u);
    CAF_CHECK(account.report(figures_of(0)));
    CAF_CHECK_EQUAL(account.lose_open(), 0u);
    CAF_CHECK_EQUAL(account.take_back_open(), 0u);
    const auto ledger = account.ledger();
    CAF_CHECK_EQUAL(ledger.entered, 0u);
    CAF_CHECK(ledger.failed.empty());
}

CAF_TEST(what is reported replaces what was reported before) {
    share_account account;
    account.give(10);
    CAF_CHECK_EQUAL(account.open(), 10u);
    CAF_CHECK(account.report(figures_of(2, {failure_code::server_error}, 1)));
    CAF_CHECK_EQUAL(account.open(), 6u);
    CAF_CHECK(account.report(
        figures_of(4, {failure_code::server_error, failure_code::request_timeout}, 2)));
    CAF_CHECK_EQUAL(account.open(), 2u);
    CAF_CHECK_EQUAL(account.reported().ok, 4u);
    CAF_CHECK_EQUAL(account.reported().failed, 2u);
    CAF_CHECK_EQUAL(account.reported().interrupted, 2u);
    const auto since = account.reported().since({2, 1, 1});
    CAF_CHECK_EQUAL(since.all(), 4u);
    const auto ledger = account.ledger();
    check_ledger(ledger);
    CAF_CHECK_EQUAL(ledger.entered, 10u);
    CAF_CHECK_EQUAL(ledger.succeeded, 4u);
    CAF_CHECK_EQUAL(ledger.open, 2u);
    CAF_CHECK_EQUAL(failed_with(ledger, failure_code::server_error), 1u);
    CAF_CHECK_EQUAL(failed_with(ledger, failure_code::request_interrupted), 2u);
}

CAF_TEST(a share cannot report more than it was given) {
    share_account account;
    CAF_CHECK(!account.report(figures_of(1)));
    account.give(3);
    CAF_CHECK(!account.report(figures_of(4)));
    CAF_CHECK(!account.report(figures_of(2, {failure_code::server_error}, 1)));
    CAF_CHECK_EQUAL(account.open(), 3u);
    CAF_CHECK(account.report(figures_of(2, {failure_code::server_error})));
    CAF_CHECK(!account.report(figures_of(2, {failure_code::server_error}, 1)));
    CAF_CHECK_EQUAL(account.reported().all(), 3u);
}

CAF_TEST(a share cannot report less of anything than before) {
    share_account account;
    account.give(10);
    const codes failed{failure_code::server_error, failure_code::server_error};
    CAF_CHECK(account.report(figures_of(2, failed, 2)));
    CAF_CHECK(!account.report(figures_of(1, failed, 4)));
    CAF_CHECK(!account.report(figures_of(4, {failure_code::server_error}, 2)));
    CAF_CHECK(!account.report(figures_of(4, failed, 1)));
    CAF_CHECK(account.report(figures_of(2, failed, 2)));
    CAF_CHECK_EQUAL(account.open(), 4u);
    CAF_CHECK_EQUAL(account.ledger().failed.size(), 2u);
}

CAF_TEST(open requests are lost once and cannot be reported then) {
    share_account account;
    account.give(5);
    CAF_CHECK(account.report(figures_of(2)));
    CAF_CHECK_EQUAL(account.lose_open(), 3u);
    CAF_CHECK_EQUAL(account.lose_open(), 0u);
    CAF_CHECK_EQUAL(account.open(), 0u);
    CAF_CHECK(!account.report(figures_of(3)));
    account.give(1);
    CAF_CHECK(account.report(figures_of(3)));
    const auto ledger = account.ledger();
    check_ledger(ledger);
    CAF_CHECK_EQUAL(ledger.entered, 6u);
    CAF_CHECK_EQUAL(failed_with(ledger, failure_code::node_lost), 3u);
}

CAF_TEST(open requests that are taken back never entered) {
    share_account account;
    account.give(5);
    CAF_CHECK(account.report(figures_of(2)));
    CAF_CHECK_EQUAL(account.take_back_open(), 3u);
    CAF_CHECK_EQUAL(account.take_back_open(), 0u);
    CAF_CHECK(!account.report(figures_of(3)));
    check_ledger(account.ledger());
    CAF_CHECK_EQUAL(account.ledger().entered, 2u);
    CAF_CHECK(account.ledger().failed.empty());
}

CAF_TEST(the books of many accounts balance after any events) {
    std::mt19937_64 random(11);
    request_ledger sum;
    std::uint64_t entered = 0;
    for (int i = 0; i < 200; ++i) {
        share_account account;
        request_figures told;
        std::uint64_t given = 0, lost = 0;
        for (int event = 0; event < 30; ++event) {
            const auto count = random() % 6;
            switch (random() % 5) {
            case 0:
                account.give(count);
                given += count;
                break;
            case 1:
                lost += random() % 4 == 0 ? account.lose_open() : 0;
                break;
            case 2:
                given -= random() % 4 == 0 ? account.take_back_open() : 0;
                break;
            default: {
                auto next = told;
                next.ok += random() % 3;
                next.interrupted += random() % 2;
                if (count > 2) {
                    next.failed += count;
                    auto one = figures_of(0, {static_cast<failure_code>(1 + random() % 4)});
                    one.failures[0].failures.count = count;
                    next.failures.push_back(one.failures[0]); // Perhaps a code twice.
                }
                const bool fits = next.ok + next.failed + next.interrupted <= given - lost;
                CAF_CHECK_EQUAL(account.report(next), fits);
                if (fits)
                    told = next;
            }
            }
            check_ledger(account.ledger());
            CAF_CHECK_EQUAL(account.open(),
                            given - lost - told.ok - told.failed - told.interrupted);
        }
        entered += given;
        add(sum, account.ledger());
        check_ledger(sum);
    }
    CAF_CHECK_EQUAL(sum.entered, entered);
}
