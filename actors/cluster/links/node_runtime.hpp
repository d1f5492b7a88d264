#pragma once

#include "../../actor_runtime.hpp"

namespace avatar {

/// How a program sets up CAF for a pool whose actors cross nodes.
class node_runtime : public actor_runtime {
public:
    /// `io` outlives the actor system.
    explicit node_runtime(transport::io_runtime& io);
};

} // namespace avatar
