#include "report/run_figures.hpp"

#include "protocol/text.hpp"

#include <algorithm>
#include <stdexcept>

namespace avatar::report {
namespace {

std::vector<failure_figures>::iterator find(std::vector<failure_figures>& failures,
                                            protocol::failure_code code) {
    return std::find_if(failures.begin(), failures.end(), [&](const failure_figures& other) {
        return other.failures.sample.code == code;
    });
}

std::vector<failure_count> most_frequent_first(std::vector<failure_figures> failures) {
    std::sort(failures.begin(), failures.end(),
              [](const failure_figures& a, const failure_figures& b) {
                  if (a.failures.count != b.failures.count)
                      return a.failures.count > b.failures.count;
                  return stands_before(a, b);
              });
    std::vector<failure_count> counts;
    for (auto& each : failures)
        counts.push_back(std::move(each.failures));
    return counts;
}

std::vector<failure_figures> with_short_texts(std::vector<failure_figures> failures) {
    for (auto& each : failures)
        shorten(each.failures.sample, longest_failure_text);
    return failures;
}

} // namespace

void run_figures::add(const audio_result& result) {
    if (result.ok())
        add_success(result);
    else if (result.interrupted())
        ++report_.interrupted_requests;
    else if (result.cancelled())
        ++report_.cancelled_requests;
    else
        add_failure(result.failure);
}

void run_figures::add_success(const audio_result& result) {
    ++report_.ok;
    report_.frames += result.frames;
    report_.bytes += result.bytes;
    request_duration_.record(result.duration);
    wait_for_connection_.record(result.waited);
    service_time_.record(result.served);
    pool_overhead_.record(result.duration - result.served);
    // Zero says that no frame came: with an egress they go elsewhere.
    if (result.first_frame > nanoseconds(0)) {
        time_to_first_frame_.record(result.first_frame);
        if (result.streamed)
            first_frame_after_last_audio_.record(result.first_frame_after_last);
    }
    usage_.add(result.connection_id);
}

void run_figures::add_failure(const protocol::failure& failure) {
    ++report_.failed;
    const auto place = ++added_failures_;
    const auto known = find(failures_, failure.code);
    // A known one is later only when it was merged.
    if (known == failures_.end() || known->first >= place)
        merge(failure_figures{{.sample = failure, .count = 1}, place});
    else
        ++known->failures.count;
}

void run_figures::add(const round_finished& round) {
    report_.rounds.push_back({.round = round.round,
                              .started_at = round.started_at,
                              .duration = round.duration,
                              .ok = round.ok,
                              .failed = round.failed,
                              .interrupted = round.interrupted,
                              .cancelled = round.cancelled});
    report_.duration = std::max(report_.duration, round.started_at + round.duration);
}

void run_figures::add(const pool_status& pool) {
    report_.pool = pool;
}

void run_figures::finish(const rounds_finished& end) {
    report_.duration = end.duration;
    report_.interrupted = end.interrupted;
    report_.planned = end.planned;
}

run_report run_figures::snapshot() const {
    auto report = report_;
    report.request_duration = request_duration_.summary();
    report.time_to_first_frame = time_to_first_frame_.summary();
    report.first_frame_after_last_audio = first_frame_after_last_audio_.summary();
    report.wait_for_connection = wait_for_connection_.summary();
    report.service_time = service_time_.summary();
    report.pool_overhead = pool_overhead_.summary();
    report.usage = usage_.listed();
    report.usage_unshown = usage_.spread_after(shown_connections);
    report.usage_unlisted = usage_.spread_after(listed_connections);
    report.failures = most_frequent_first(failures_);
    return report;
}

request_figures run_figures::requests() const {
    return {.ok = report_.ok,
            .failed = report_.failed,
            .interrupted = report_.interrupted_requests,
            .cancelled = report_.cancelled_requests,
            .frames = report_.frames,
            .bytes = report_.bytes,
            .request_duration = request_duration_.counts(),
            .time_to_first_frame = time_to_first_frame_.counts(),
            .first_frame_after_last_audio = first_frame_after_last_audio_.counts(),
            .wait_for_connection = wait_for_connection_.counts(),
            .service_time = service_time_.counts(),
            .pool_overhead = pool_overhead_.counts(),
            .usage = usage_.figures(),
            .failures = with_short_texts(failures_)};
}

void run_figures::merge(const request_figures& others) {
    if (!is_acceptable(others))
        throw std::invalid_argument("figures of requests that do not add up");
    report_.ok += others.ok;
    report_.failed += others.failed;
    report_.interrupted_requests += others.interrupted;
    report_.cancelled_requests += others.cancelled;
    report_.frames += others.frames;
    report_.bytes += others.bytes;
    request_duration_.merge(others.request_duration);
    time_to_first_frame_.merge(others.time_to_first_frame);
    first_frame_after_last_audio_.merge(others.first_frame_after_last_audio);
    wait_for_connection_.merge(others.wait_for_connection);
    service_time_.merge(others.service_time);
    pool_overhead_.merge(others.pool_overhead);
    usage_.merge(others.usage);
    for (const auto& each : others.failures)
        merge(each);
}

void run_figures::merge(const failure_figures& others) {
    const auto known = find(failures_, others.failures.sample.code);
    if (known == failures_.end()) {
        failures_.push_back(others);
        return;
    }
    const auto count = known->failures.count + others.failures.count;
    if (stands_before(others, *known))
        *known = others;
    known->failures.count = count;
}

} // namespace avatar::report
