#pragma once

#include "transport/channel.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace avatar::tests {

/// What a test sees of one channel, and how it plays the service's part.
struct scripted_connection {
    transport::channel_sink sink;
    std::vector<std::string> sent;      ///< Request ids, in order.
    audio_clip audio;                   ///< Of the latest.
    std::vector<std::string> pieces;    ///< Of the latest, where it is a live stream.
    std::size_t pieces_taken = 0;       ///< Of them, by the operating system.
    bool audio_ended = false;           ///< The last piece has come.
    std::optional<frame_credit> credit; ///< Of the latest, with what was granted since.
    bool opened = false;
    bool confirmed = false;
    bool under_way = false;      ///< The latest request has not ended.
    bool overlapped = false;     ///< A request came while another was under way.
    bool abandoned = false;      ///< The latest request.
    bool interrupted = false;    ///< Likewise.
    bool throws_on_send = false; ///< As a broken program does.
    bool checked = false;        ///< Its health is checked.
    bool close_asked = false;
    close_reason closed_for = close_reason::normal; ///< How.
    bool answers_close = true;                      ///< As a healthy service does, at once.

    void confirm(std::string id) {
        confirmed = true;
        sink(channel_opened{std::move(id)});
    }

    /// The service sends `frames` frames for the latest request, the last with
    /// its end mark.
    void finish(std::uint64_t frames = 3) {
        under_way = false;
        exchange_finished event;
        event.request_id = sent.back();
        (abandoned ? event.late_frames : event.frames) = frames;
        event.bytes = 10 * event.frames;
        event.first_frame = std::chrono::milliseconds(5);
        sink(event);
    }

    /// Frames of the latest request, which asked for them.
    void send_frames(const frame_batch& frames) { sink(animation_frames{sent.back(), frames}); }

    /// The latest piece is with the operating system: the next may come.
    void take_piece() { sink(audio_wanted{sent.back()}); }

    /// As for want of credit; or not any more.
    void pause_reading(bool paused) { sink(reading_paused{sent.back(), paused}); }

    /// The connection ends for that reason, before or after it was open.
    void die(protocol::failure_code code, std::string detail, bool request_accepted = true) {
        channel_closed event;
        event.failure.code = code;
        event.failure.detail = std::move(detail);
        event.request_accepted = request_accepted;
        end(event);
    }

    /// The service answers the check.
    void answer_check() {
        checked = false;
        sink(channel_alive{});
    }

    bool lives() const { return static_cast<bool>(sink); }

    void end(channel_closed event) {
        under_way = false;
        if (sink)
            std::exchange(sink, nullptr)(event);
    }
};

/// Makes channels whose far end is the test.
class scripted_service {
public:
    transport::channel_factory factory() {
        return [this](transport::channel_sink sink) -> std::unique_ptr<transport::channel> {
            auto connection = std::make_shared<scripted_connection>();
            connection->sink = std::move(sink);
            connections_.push_back(connection);
            return std::make_unique<scripted_channel>(connection);
        };
    }

    /// In the order in which they were made.
    scripted_connection& at(std::size_t i) { return *connections_.at(i); }
    std::size_t made() const { return connections_.size(); }

    /// Every channel that has not ended does so: breaks the cycles at the end
    /// of a test.
    void end_all() {
        for (auto& connection : connections_)
            connection->end({});
    }

private:
    class scripted_channel : public transport::channel {
    public:
        explicit scripted_channel(std::shared_ptr<scripted_connection> connection)
            : connection_(std::move(connection)) {}

        ~scripted_channel() override {
            if (!connection_->close_asked)
                close(close_reason::normal);
        }

        void open() override { connection_->opened = true; }
        void send(std::string id, audio_clip audio, std::optional<frame_credit> credit) override {
            if (connection_->throws_on_send)
                throw std::runtime_error("made to fail");
            connection_->overlapped |= std::exchange(connection_->under_way, true);
            connection_->abandoned = false;
            connection_->interrupted = false;
            connection_->pieces.clear();
            connection_->pieces_taken = 0;
            connection_->audio_ended = false;
            connection_->sent.push_back(std::move(id));
            connection_->audio = std::move(audio);
            connection_->credit = credit;
        }
        void begin_stream(std::string id, std::optional<frame_credit> credit) override {
            send(std::move(id), {}, credit);
            connection_->take_piece();
        }
        void send_piece(std::string id, audio_piece piece) override {
            if (!connection_->under_way || id != connection_->sent.back())
                return;
            connection_->pieces.push_back(std::move(piece.bytes));
            connection_->audio_ended = piece.last;
        }
        void grant(std::string id, frame_credit more) override {
            if (!connection_->under_way || id != connection_->sent.back())
                return;
            connection_->credit->frames += more.frames;
            connection_->credit->bytes += more.bytes;
        }
        void interrupt() override {
            connection_->interrupted = true;
            connection_->under_way = false;
            exchange_finished end;
            end.request_id = connection_->sent.back();
            connection_->sink(end);
        }
        void abandon() override { connection_->abandoned = true; }
        void check() override { connection_->checked = true; }
        void close(close_reason why) override {
            connection_->close_asked = true;
            connection_->closed_for = why;
            if (connection_->answers_close)
                connection_->end({});
        }

    private:
        std::shared_ptr<scripted_connection> connection_;
    };

    std::vector<std::shared_ptr<scripted_connection>> connections_;
};

} // namespace avatar::tests
