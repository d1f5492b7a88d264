#pragma once

#include "../messages/stats.hpp"
#include "run_figures.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <vector>

namespace avatar::report {

/// What the nodes of a run have told: of each share its latest figures, and what was lost with
/// it. A node has several shares, one after another, when it was lost and came back.
class node_table {
public:
    void set(share_figures latest);
    void add(const lost_requests& loss);
    void set(node_state state);

    bool empty() const { return nodes_.empty(); }

    /// Adds all requests to those of this process.
    void merge_into(run_figures& figures) const;

    /// One for each node, in their order.
    std::vector<node_figures> rows() const;

private:
    struct node {
        node_state state;
        std::uint64_t share = 0;
        request_figures latest;              // Of that share.
        std::unique_ptr<run_figures> former; // Of those before; null: none was.
        std::uint64_t lost = 0;
        protocol::failure failure; // Of the first that was lost.
    };

    static node_figures row_of(const node& of);
    static void merge(const node& from, run_figures& into);

    std::map<std::uint64_t, node> nodes_;
};

} // namespace avatar::report
