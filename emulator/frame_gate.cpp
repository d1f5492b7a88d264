#include "emulator/frame_gate.hpp"

#include "protocol/wire.hpp"

#include <boost/uuid/random_generator.hpp>
#include <boost/uuid/uuid_io.hpp>

#include <utility>

namespace avatar::emulator {
namespace {

using protocol::response_animation;
using transport::shared_bytes;

/// A frame that the emulator has made itself; its views are into the bytes.
response_animation content_of(const shared_bytes& frame) {
    return std::get<response_animation>(protocol::decode(*frame).value());
}

shared_bytes encoded(const response_animation& frame) {
    return std::make_shared<const std::string>(protocol::encode(frame));
}

/// Ends a request, if a client takes it for one of its own.
shared_bytes foreign(const shared_bytes& frame) {
    auto other = content_of(frame);
    const auto request_id = to_string(boost::uuids::random_generator()());
    other.req_id = request_id;
    other.end = true;
    return encoded(other);
}

shared_bytes blown_up(const shared_bytes& frame, std::size_t bytes) {
    auto larger = content_of(frame);
    const std::string animation(bytes, '\0');
    larger.animation = animation;
    return encoded(larger);
}

} // namespace

frame_gate::frame_gate(std::shared_ptr<const session_rules> rules, std::string avatar_id,
                       send_bytes send)
    : rules_(std::move(rules)),
      avatar_id_(std::move(avatar_id)),
      send_(std::move(send)) {}

const fault* frame_gate::pass(const due_frame& frame) {
    const auto* wrong = rules_->faults->frame_fault(avatar_id_, frame.place);
    const auto* of_frame = wrong ? std::get_if<frame_fault>(&wrong->action) : nullptr;
    if (wrong && !of_frame)
        return wrong;
    if (of_frame)
        spoil(frame, *of_frame);
    else
        send_(frame.bytes);
    if (held_of_ != frame.request_id)
        release();
    return nullptr;
}

void frame_gate::spoil(const due_frame& frame, const frame_fault& wrong) {
    switch (wrong.what) {
    case frame_fault::kind::drop:
    case frame_fault::kind::drop_end:
        return;
    case frame_fault::kind::repeat:
        send_(frame.bytes);
        return send_(frame.bytes);
    case frame_fault::kind::hold_back:
        release(); // One at a time.
        held_ = frame.bytes;
        held_of_ = frame.request_id;
        return;
    case frame_fault::kind::foreign:
        send_(foreign(frame.bytes));
        return send_(frame.bytes);
    case frame_fault::kind::oversize:
        return send_(blown_up(frame.bytes, wrong.bytes));
    }
}

void frame_gate::release() {
    if (held_)
        send_(std::exchange(held_, nullptr));
}

} // namespace avatar::emulator
