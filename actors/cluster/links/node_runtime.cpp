#include "actors/cluster/links/node_runtime.hpp"

#include <caf/io/middleman.hpp>

#include <chrono>
#include <string>
#include <vector>

namespace avatar {
namespace {

/// Nodes of another version of the wire are refused before a message is read.
const char* const wire_version = "avatar-pool/1";

} // namespace

node_runtime::node_runtime(transport::io_runtime& io) : actor_runtime(io) {
    using namespace std::chrono_literals;
    load<caf::io::middleman>();
    set("middleman.app-identifiers", std::vector<std::string>{wire_version});
    // A node counts as lost after both together; CAF's defaults never notice one that is
    // stopped or out of reach.
    set("middleman.heartbeat-interval", caf::timespan(1s));
    set("middleman.connection-timeout", caf::timespan(4s));
    set("middleman.enable-automatic-connections", false);
}

} // namespace avatar
