#pragma once

#include "emulator/frame_schedule.hpp"
#include "emulator/session_rules.hpp"

#include <functional>
#include <memory>
#include <string>

namespace avatar::emulator {

/// Where the frames of one session go out, and single ones go wrong.
class frame_gate {
public:
    using send_bytes = std::function<void(const transport::shared_bytes&)>;

    frame_gate(std::shared_ptr<const session_rules> rules, std::string avatar_id, send_bytes send);

    /// Sends a frame, or what a fault makes of it, and null; or sends nothing and
    /// gives the fault that ends the animation. Valid as long as the rules.
    const fault* pass(const due_frame& frame);

private:
    void spoil(const due_frame& frame, const frame_fault& wrong);
    void release();

    std::shared_ptr<const session_rules> rules_;
    std::string avatar_id_;
    send_bytes send_;
    transport::shared_bytes held_; ///< Back, until another request has a frame; or null.
    std::string held_of_;          ///< The request whose frame that is.
};

} // namespace avatar::emulator
