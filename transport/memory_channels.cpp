#include "transport/memory_channels.hpp"

#include "transport/frame_window.hpp"

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace avatar::transport {
namespace {

std::string next_connection_id() {
    static std::atomic<std::uint64_t> made = 0;
    return "memory-" + std::to_string(++made);
}

class memory_channel final : public channel {
public:
    memory_channel(channel_sink sink, answer_function answer)
        : sink_(std::move(sink)),
          answer_(std::move(answer)) {}

    void open() override;
    void send(std::string request_id, audio_clip audio,
              std::optional<frame_credit> credit) override;
    void begin_stream(std::string request_id, std::optional<frame_credit> credit) override;
    void send_piece(std::string request_id, audio_piece piece) override;
    void grant(std::string request_id, frame_credit credit) override;
    void interrupt() override;
    void abandon() override;
    void check() override;
    void close(close_reason why) override;

private:
    /// The request under way.
    struct request {
        std::string id;
        std::optional<frame_credit> credit; // Left; nothing: no frames are asked for.
        std::string spoken;
        frame_batch frames;
        std::size_t sent = 0; // Of them.
    };

    void tell(channel_event event);
    void reply(std::string_view audio);
    void send_frames();

    channel_sink sink_; // Null once it is closed.
    answer_function answer_;
    std::optional<request> request_;
};

void memory_channel::tell(channel_event event) {
    if (sink_)
        sink_(std::move(event));
}

void memory_channel::open() {
    tell(channel_opened{next_connection_id()});
}

void memory_channel::send(std::string request_id, audio_clip audio,
                          std::optional<frame_credit> credit) {
    request_ = {std::move(request_id), credit, {}, {}, 0};
    reply(audio.bytes());
}

void memory_channel::begin_stream(std::string request_id, std::optional<frame_credit> credit) {
    request_ = {std::move(request_id), credit, {}, {}, 0};
    tell(audio_wanted{request_->id});
}

void memory_channel::send_piece(std::string request_id, audio_piece piece) {
    if (!request_ || request_->id != request_id)
        return;
    request_->spoken += piece.bytes;
    if (piece.last)
        reply(request_->spoken);
    else
        tell(audio_wanted{request_->id});
}

void memory_channel::reply(std::string_view audio) {
    request_->frames = answer_(request_->id, audio);
    send_frames();
}

/// As many as there is credit for; with the last, the request is over.
void memory_channel::send_frames() {
    auto& r = *request_;
    if (r.credit) {
        frame_window window(*r.credit);
        std::string bytes;
        std::vector<std::uint64_t> ends;
        for (; r.sent < r.frames.size() && !window.closed(); ++r.sent) {
            window.take(r.frames[r.sent].size());
            bytes += r.frames[r.sent];
            ends.push_back(bytes.size());
        }
        r.credit->frames -= ends.size();
        r.credit->bytes -= std::min<std::uint64_t>(r.credit->bytes, bytes.size());
        if (!ends.empty())
            tell(animation_frames{r.id, frame_batch(std::move(bytes), std::move(ends))});
        if (r.sent < r.frames.size())
            return tell(reading_paused{r.id, true});
    }
    exchange_finished end;
    end.request_id = r.id;
    end.frames = r.frames.size();
    end.bytes = r.frames.bytes().size();
    end.duration = end.first_frame = end.first_frame_after_last =
        nanoseconds(end.frames > 0 ? 1 : 0); // It came at once.
    request_.reset();
    tell(std::move(end));
}

void memory_channel::grant(std::string request_id, frame_credit credit) {
    if (!request_ || request_->id != request_id || !request_->credit)
        return;
    request_->credit->frames += credit.frames;
    request_->credit->bytes += credit.bytes;
    if (request_->frames.empty() || request_->credit->frames == 0 || request_->credit->bytes == 0)
        return;
    tell(reading_paused{request_->id, false});
    send_frames();
}

void memory_channel::interrupt() {
    if (!request_)
        return;
    exchange_finished end;
    end.request_id = std::exchange(request_, std::nullopt)->id;
    tell(std::move(end));
}

void memory_channel::abandon() {
    interrupt();
}

void memory_channel::check() {
    tell(channel_alive{});
}

void memory_channel::close(close_reason) {
    request_.reset();
    if (auto sink = std::exchange(sink_, nullptr))
        sink(channel_closed{});
}

} // namespace

channel_factory memory_channels(answer_function answer) {
    return [answer = std::move(answer)](channel_sink sink) {
        return std::make_unique<memory_channel>(std::move(sink), answer);
    };
}

} // namespace avatar::transport
