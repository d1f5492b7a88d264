#pragma once

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

    usage_table(const usage_table&) = delete;
    usage_table& operator=(const usage_table&) = delete;

private:
    struct entry {
        connection_usage usage;
        bool listed;
    };
    using entries = std::list<entry>;

    entries::iterator add_new(std::string_view connection_id);
    void drop_oldest();

    std::size_t recent_;
    entries listed_;
    entries latest_; // Not listed; the one whose last request is oldest stands first.
    std::unordered_map<std::string_view, entries::iterator> index_; // Views of their ids.
    duration_histogram over_; // Requests, as nanoseconds, of those kept no more.
    std::uint64_t over_requests_ = 0;
};

} // namespace avatar::report
