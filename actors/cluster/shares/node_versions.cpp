#include "actors/cluster/shares/node_versions.hpp"

#include "config/version.hpp"
#include "messages/nodes.hpp"
#include "protocol/text.hpp"

#include <fmt/format.h>

namespace avatar {

node_version this_version() {
    return {node_wire_version, std::string(config::version())};
}

std::string why_versions_differ(const node_version& mine, const node_version& others) {
    if (mine.wire == others.wire)
        return {};
    return fmt::format("this node speaks version {} with other nodes (avatar-pool {}), the other "
                       "one version {} (avatar-pool {}): expected the same program on both",
                       mine.wire, mine.program, others.wire,
                       protocol::on_one_line(protocol::shortened(others.program, 40)));
}

} // namespace avatar
