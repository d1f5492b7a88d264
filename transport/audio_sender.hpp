#pragma once

#include "messages/audio.hpp"
#include "transport/containment.hpp"
#include "transport/websocket.hpp"

#include <boost/asio/io_context.hpp>

#include <chrono>
#include <cstddef>
#include <list>
#include <memory>
#include <string>
#include <string_view>

namespace avatar::transport {

/// What an audio sender tells the connection that it is part of.
class audio_sender_owner : public containment {
public:
    virtual void on_last_piece() = 0; ///< The last piece of a request goes out now.
    /// A piece of a live stream is with the operating system, and was not the last. Not of
    /// a request that was stopped.
    virtual void on_piece_written() = 0;
    /// All of that request is with the operating system. Not of one that was stopped.
    virtual void on_all_written() = 0;
    virtual void on_send_error(boost::system::error_code ec) = 0;
};

/// A session's way out: sends a request's audio, in one message or as the live
/// stream it is cut into, and interrupts. Messages go out one after the other;
/// audio is never joined to what goes before it. Part of an owner that holds the
/// WebSocket too; every function is called on its io_context.
class audio_sender {
public:
    /// `owner` is kept alive by every write under way, and what happens later is a
    /// step of it. `ws` is part of it.
    audio_sender(std::weak_ptr<audio_sender_owner> owner, boost::asio::io_context& io,
                 client_websocket& ws);

    /// Begins to send. One request at a time.
    void send(const std::string& request_id, audio_clip audio);

    /// Begins a request whose pieces come one by one.
    void begin(const std::string& request_id);

    /// The next of them.
    void send_piece(audio_piece piece);

    /// Sends no further piece and drops those that wait. What is being written still
    /// goes out whole.
    void stop();

    /// The same, and tells the service to stop the request, unless nothing of it has
    /// gone out: then the service never hears of it, and this is false.
    bool interrupt();

    /// Whether a message is on its way to the operating system.
    bool writing() const { return !queue_.empty(); }

private:
    /// One WebSocket message.
    struct message {
        std::string head;
        bool is_audio = false;
        audio_clip audio = {}; // Holds what `piece` points into.
        std::string_view piece = {};
        bool ends = false; // It is the last of the request.
        bool live = false; // It is of a live stream, and not the last.
    };

    void send_due_pieces(std::chrono::steady_clock::time_point now);
    void send_next_piece();
    void wait_for_next_piece();
    void write(message next);
    void write_front();
    void on_written(audio_sender_owner& owner, boost::system::error_code ec);

    std::weak_ptr<audio_sender_owner> owner_;
    client_websocket& ws_;
    steady_timer next_piece_due_;

    std::string request_id_;
    audio_clip audio_;
    std::size_t sent_ = 0; // Pieces.
    bool sending_ = false; // Pieces are still to come.
    bool begun_ = false;   // The first one has been, or is being, written.
    std::chrono::steady_clock::time_point started_;
    // The front one is being written. An empty deque would keep half a kilobyte.
    std::list<message> queue_;
};

} // namespace avatar::transport
