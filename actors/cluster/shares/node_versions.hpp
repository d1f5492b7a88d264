#pragma once

#include <cstdint>
#include <string>

namespace avatar {

/// Of a node: what it speaks with others, and the program.
struct node_version {
    std::uint32_t wire = 0;
    std::string program;
};

node_version this_version();

/// One line that names both, for `mine` as this node's; empty: they fit.
std::string why_versions_differ(const node_version& mine, const node_version& others);

} // namespace avatar
