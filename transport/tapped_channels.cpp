#include "transport/tapped_channels.hpp"

#include "transport/forwarding_channel.hpp"
#include "transport/logger.hpp"
#include "transport/named_exception.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <variant>

namespace avatar::transport {
namespace {

/// More than any request brings.
constexpr frame_credit all_frames{std::uint64_t{1} << 48, std::uint64_t{1} << 60};

/// A tap, from the thread of the session and that of the connection.
class shared_tap {
public:
    shared_tap(std::string name, channel_tap tap, channel_sink sink)
        : name_(std::move(name)),
          tap_(std::move(tap)),
          sink_(std::move(sink)) {}

    /// The request begins. Without credit, it asks for no frames.
    frame_credit begin(const std::optional<frame_credit>& credit) {
        const std::lock_guard lock(mutex_);
        asks_for_frames_ = credit.has_value();
        return credit.value_or(all_frames);
    }

    void sent(const std::string& request_id, std::string_view audio) {
        const std::lock_guard lock(mutex_);
        tell(tap_.sent, request_id, audio);
    }

    void got(channel_event event) {
        if (const auto sink = sink_for(event))
            sink(std::move(event));
    }

private:
    /// Null: the event is for the tap alone.
    channel_sink sink_for(const channel_event& event) {
        const std::lock_guard lock(mutex_);
        if (const auto* opened = std::get_if<channel_opened>(&event))
            connection_id_ = opened->connection_id;
        if (std::holds_alternative<channel_closed>(event))
            return last_sink(event);
        tell(tap_.got, event);
        const bool unasked = std::holds_alternative<animation_frames>(event) && !asks_for_frames_;
        return unasked ? nullptr : sink_;
    }

    /// With its last event a channel lets go of its session, which owns it. The session hears
    /// it even when the tap throws.
    channel_sink last_sink(const channel_event& event) {
        try {
            tell(tap_.got, event);
        } catch (const named_exception& e) {
            logger().error("{}", e.what());
        }
        return std::exchange(sink_, nullptr);
    }

    template <class Hear, class... What>
    void tell(const Hear& hear, const What&... what) const {
        if (hear)
            call_named([this] { return name(); }, [&] { hear(what...); });
    }

    /// With that of the connection, once there is one.
    std::string name() const {
        const auto tap = kind_and_name("tap", name_);
        return connection_id_.empty() ? tap
                                      : fmt::format("{} of connection [{}]", tap, connection_id_);
    }

    const std::string name_;
    std::mutex mutex_;
    channel_tap tap_;
    channel_sink sink_;
    std::string connection_id_; // Empty: not open yet.
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

channel_factory tap_channels(std::string name, channel_factory make,
                             std::function<channel_tap()> make_tap) {
    return [name = std::move(name), make = std::move(make),
            make_tap = std::move(make_tap)](channel_sink sink) {
        const auto tap = std::make_shared<shared_tap>(
            name, call_named([&] { return kind_and_name("tap", name); }, make_tap),
            std::move(sink));
        return std::make_unique<tapped_channel>(
            make([tap](channel_event event) { tap->got(std::move(event)); }), tap);
    };
}

} // namespace avatar::transport
