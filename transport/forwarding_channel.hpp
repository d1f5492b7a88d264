#pragma once

#include "channel.hpp"

#include <memory>
#include <utility>

namespace avatar::transport {

/// A channel that does what another does: what one around that changes, it overrides.
class forwarding_channel : public channel {
public:
    explicit forwarding_channel(std::unique_ptr<channel> to) : to_(std::move(to)) {}

    void open() override { to_->open(); }

    void send(std::string request_id, audio_clip audio,
              std::optional<frame_credit> credit) override {
        to_->send(std::move(request_id), std::move(audio), credit);
    }

    void begin_stream(std::string request_id, std::optional<frame_credit> credit) override {
        to_->begin_stream(std::move(request_id), credit);
    }

    void send_piece(std::string request_id, audio_piece piece) override {
        to_->send_piece(std::move(request_id), std::move(piece));
    }

    void grant(std::string request_id, frame_credit credit) override {
        to_->grant(std::move(request_id), credit);
    }

    void interrupt() override { to_->interrupt(); }
    void abandon() override { to_->abandon(); }
    void check() override { to_->check(); }
    void close(close_reason why) override { to_->close(why); }

private:
    std::unique_ptr<channel> to_;
};

} // namespace avatar::transport
