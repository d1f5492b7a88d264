#include "transport/exchange.hpp"

#include <utility>

namespace avatar::transport {

void exchange::start(std::string request_id, const std::optional<frame_credit>& credit) {
    request_id_ = std::move(request_id);
    abandoned_ = false;
    started_ = now_();
    audio_ended_ = time_point::max(); // Not yet.
    frames_ = 0;
    bytes_ = 0;
    wanted_ = credit ? std::make_unique<wanted_frames>(*credit) : nullptr;
}

void exchange::abandon() {
    abandoned_ = true;
    drop_frames();
}

std::optional<exchange_finished> exchange::on_frame(const protocol::response_animation& frame,
                                                    std::string_view message) {
    const bool expected = under_way() && frame.req_id == request_id_;
    if (!expected || abandoned_) {
        ++late_frames_;
    } else {
        if (++frames_ == 1)
            first_frame_ = now_();
        bytes_ += message.size();
        if (wanted_) {
            wanted_->window.take(message.size());
            wanted_->gathered += message;
            wanted_->ends.push_back(wanted_->gathered.size());
        }
    }
    if (!expected || !frame.end)
        return std::nullopt;
    return finish();
}

std::optional<exchange_finished> exchange::on_failure(protocol::failure failure) {
    if (!under_way() || failure.request_id != request_id_)
        return std::nullopt;
    return finish(std::move(failure));
}

frame_batch exchange::take_frames() {
    if (!wanted_ || wanted_->ends.empty())
        return {};
    frame_batch taken(std::exchange(wanted_->gathered, {}), std::exchange(wanted_->ends, {}));
    if (!under_way())
        wanted_.reset();
    return taken;
}

void exchange::grant(const frame_credit& credit) {
    if (wanted_)
        wanted_->window.grant(credit);
}

std::uint64_t exchange::take_late_frames() {
    return std::exchange(late_frames_, 0);
}

exchange_finished exchange::finish(protocol::failure failure) {
    exchange_finished finished;
    finished.request_id = std::exchange(request_id_, {});
    finished.failure = std::move(failure);
    finished.frames = frames_;
    finished.bytes = bytes_;
    finished.duration = now_() - started_;
    if (frames_ > 0) {
        finished.first_frame = first_frame_ - started_;
        if (first_frame_ > audio_ended_)
            finished.first_frame_after_last = first_frame_ - audio_ended_;
    }
    finished.late_frames = take_late_frames();
    return finished;
}

} // namespace avatar::transport
