#include "transport/tapped_channels.hpp"

#include "transport/forwarding_channel.hpp"

#include <memory>
#include <mutex>
#include <utility>
#include <variant>

namespace avatar::transport {
namespace {

/// More than any request brings.
constexpr frame_credit all_frames{std::uint64_t{1} << 48, std::uint64_t{1} << 60};

/// A tap, from the thread of the session and that of the connection.
class shared_tap {
public:
    shared_tap(channel_tap tap, channel_sink sink) : tap_(std::move(tap)), sink_(std::move(sink)) {}

    /// The request begins. Without credit, it asks for no frames.
    frame_credit begin(const std::optional<frame_credit>& credit) {
        const std::lock_guard lock(mutex_);
        asks_for_frames_ = credit.has_value();
        return credit.value_or(all_frames);
    }

    void sent(const std::string& request_id, std::string_view audio) {
        const std::lock_guard lock(mutex_);
        if (tap_.sent)
            tap_.sent(request_id, audio);
    }

    void got(channel_event event) {
        if (const auto sink = sink_for(event))
            sink(std::move(event));
    }

private:
    /// Null: the event is for the tap alone.
    channel_sink sink_for(const channel_event& event) {
        const std::lock_guard lock(mutex_);
        if (tap_.got)
            tap_.got(event);
        if (std::holds_alternative<animation_frames>(event) && !asks_for_frames_)
            return nullptr;
        // With its last event a channel lets go of its session, which owns it.
        return std::holds_alternative<channel_closed>(event) ? std::exchange(sink_, nullptr)
                                                             : sink_;
    }

    std::mutex mutex_;
    channel_tap tap_;
    channel_sink sink_;
    bool asks_for_frames_ = false;
};

class tapped_channel final : public forwarding_channel {
public:
    tapped_channel(std::unique_ptr<channel> to, std::shared_ptr<shared_tap> tap)
        : forwarding_channel(std::move(to)),
          tap_(std::move(tap)) {}

    void send(std::string request_id, audio_clip audio,
              std::optional<frame_credit> credit) override {
        tap_->sent(request_id, audio.bytes());
        forwarding_channel::send(std::move(request_id), std::move(audio), tap_->begin(credit));
    }

    void begin_stream(std::string request_id, std::optional<frame_credit> credit) override {
        forwarding_channel::begin_stream(std::move(request_id), tap_->begin(credit));
    }

    void send_piece(std::string request_id, audio_piece piece) override {
        tap_->sent(request_id, piece.bytes);
        forwarding_channel::send_piece(std::move(request_id), std::move(piece));
    }

private:
    std::shared_ptr<shared_tap> tap_;
};

} // namespace

channel_factory tap_channels(channel_factory make, std::function<channel_tap()> make_tap) {
    return [make = std::move(make), make_tap = std::move(make_tap)](channel_sink sink) {
        const auto tap = std::make_shared<shared_tap>(make_tap(), std::move(sink));
        return std::make_unique<tapped_channel>(
            make([tap](channel_event event) { tap->got(std::move(event)); }), tap);
    };
}

} // namespace avatar::transport
