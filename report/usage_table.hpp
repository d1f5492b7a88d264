#pragma once

#include "../messages/request_figures.hpp"
#include "../messages/run_report.hpp"
#include "duration_histogram.hpp"

#include <cstddef>
#include <cstdint>
#include <list>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace avatar::report {

/// Counts the requests of each connection in bounded memory, however many connections
/// there ever are. The first `listed_connections` are kept one by one. Of the others
/// the `recent` that had a request last are, too; one that is not among these any more
/// counts as over, and only the spread of those is kept. (A pool that renews its
/// connections has its present ones among the recent.)
///
/// Tables of several nodes are merged: the figures are those of one table that was given the
/// nodes' requests in turn (see `stands_before`), as long as each connection that a node
/// does not list is of that node alone.
class usage_table {
public:
    /// At least as many as one process can hold open.
    static constexpr std::size_t most_recent = 32'768;

    /// `recent` is at least 1.
    explicit usage_table(std::size_t recent = most_recent) : recent_(recent) {}

    /// One request of that connection.
    void add(std::string_view connection_id);

    /// In order of each one's first request.
    std::vector<connection_usage> listed() const;

    /// How the requests are spread over all but the first `skipped` connections, at
    /// most `listed_connections`.
    usage_spread spread_after(std::size_t skipped) const;

    /// What it holds, to be merged into that of another node. Ids are shortened to
    /// `longest_connection_id`.
    usage_figures figures() const;

    /// Adds what another node counted; it is acceptable as part of `request_figures`.
    /// Listed connections of the same id count as one. Memory grows by at most
    /// `listed_connections` entries with each.
    void merge(const usage_figures& others);

    usage_table(const usage_table&) = delete;
    usage_table& operator=(const usage_table&) = delete;

private:
    using entries = std::list<connection_figures>; // `first` is 0 in those not listed.

    entries::iterator add_new(std::string_view connection_id);
    void drop_oldest();
    std::vector<connection_figures> in_order() const;
    duration_histogram requests_after(std::size_t skipped) const;

    std::size_t recent_;
    entries listed_;
    entries latest_; // Not listed; the one whose last request is oldest stands first.
    std::unordered_map<std::string_view, entries::iterator> index_; // Views of their ids.
    std::vector<connection_figures> merged_; // Of other nodes; an id may be there again.
    duration_histogram over_;                // Requests, as nanoseconds, of those kept no more.
    std::uint64_t requests_ = 0;             // Added here, not merged.
};

} // namespace avatar::report
