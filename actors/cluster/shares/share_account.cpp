#include "actors/cluster/shares/share_account.hpp"

#include <algorithm>
#include <utility>

namespace avatar {
namespace {

void count(std::vector<outcome_count>& sum, const outcome_count& part) {
    const auto known = std::ranges::find(sum, part.code, &outcome_count::code);
    if (known == sum.end())
        sum.push_back(part);
    else
        known->count += part.count;
}

} // namespace

bool share_account::report(const request_figures& figures) {
    const outcomes told{figures.ok, figures.failed, figures.interrupted, figures.cancelled};
    if (told.ok < reported_.ok || told.failed < reported_.failed ||
        told.interrupted < reported_.interrupted || told.cancelled < reported_.cancelled ||
        told.all() > given_ - lost_)
        return false;
    reported_ = told;
    failed_.clear();
    for (const auto& each : figures.failures)
        count(failed_, {each.failures.sample.code, each.failures.count});
    return true;
}

std::uint64_t share_account::lose_open() {
    const auto count = open();
    lost_ += count;
    return count;
}

std::uint64_t share_account::take_back_open() {
    const auto count = open();
    given_ -= count;
    return count;
}

request_ledger share_account::ledger() const {
    request_ledger ledger;
    ledger.entered = given_;
    ledger.succeeded = reported_.ok;
    ledger.failed = failed_;
    ledger.open = open();
    if (reported_.interrupted > 0)
        ledger.failed.push_back(
            {protocol::failure_code::request_interrupted, reported_.interrupted});
    if (reported_.cancelled > 0)
        ledger.failed.push_back({protocol::failure_code::request_cancelled, reported_.cancelled});
    if (lost_ > 0)
        ledger.failed.push_back({protocol::failure_code::node_lost, lost_});
    return ledger;
}

void add(request_ledger& sum, const request_ledger& part) {
    sum.entered += part.entered;
    sum.succeeded += part.succeeded;
    sum.open += part.open;
    for (const auto& each : part.failed)
        count(sum.failed, each);
}

} // namespace avatar
