#pragma once

#include "transport/frame_reader.hpp"
#include "transport/http_answer.hpp"
#include "transport/stream.hpp"

#include <boost/asio/compose.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace avatar::transport {

/// Whom the messages of a stream go to. Both may close the stream, and must not throw.
class message_receiver {
public:
    /// Called with the payload of a message, which is valid during the call.
    virtual void on_whole_message(std::string_view payload) = 0;
    /// Called after the messages that one read has brought.
    virtual void on_messages_read() = 0;
    /// Called when data has come and reading is paused.
    virtual void on_data_held() = 0;

protected:
    ~message_receiver() = default;
};

/// What a client's WebSocket stands on: a stream whose whole binary messages go past
/// Beast, straight from the buffer they are read into to their owner, while Beast's own
/// read is under way. That saves each message Beast's steps and a buffer in each
/// session; see frame_reader for what Beast reads. An AsyncStream in Asio's sense, used
/// on the io_context of its socket only.
class message_stream {
public:
    using executor_type = stream::executor_type;

    /// `buffer` is read into, and free again when the step that has done so ends: all
    /// streams of a thread may share it. It outlives this.
    message_stream(stream next, std::span<char> buffer) : next_(std::move(next)), buffer_(buffer) {}
    message_stream(const message_stream&) = delete;
    message_stream& operator=(const message_stream&) = delete;

    executor_type get_executor() { return next_.get_executor(); }
    stream& next_layer() { return next_; }

    /// What comes next is the answer to the upgrade, read by `to`: Beast, which would take an
    /// interim answer for the final one and a page that is cut short for none, gets the
    /// head of a 101 only. Another answer ends its read with error::upgrade_declined.
    /// `to` outlives Beast's handshake.
    void expect_answer(http_answer_reader& to) { answer_ = &to; }

    /// Messages of up to `largest` bytes, or of any size if that is 0, go to the receiver
    /// from now on, as long as a read is under way, which keeps it alive. For a WebSocket
    /// that is open, between two reads.
    void take_messages(std::uint64_t largest, message_receiver& to);

    /// Reads no further than to the next data, which is left where it is: the kernel's
    /// buffers fill, and then the service has to wait. Control frames that come before
    /// it are still read, so a ping is answered; those behind it are not, nor is the end
    /// of the connection found.
    void pause() { reader_.hold_data(true); }
    void resume();

    /// Ends every operation under way with an error.
    void close();

    template <class Buffers, class Token>
    auto async_read_some(const Buffers& buffers, Token&& token) {
        return boost::asio::async_compose<Token, void(boost::system::error_code, std::size_t)>(
            read_operation{*this, first_of<boost::asio::mutable_buffer>(buffers)}, token, next_);
    }

    template <class Buffers, class Token>
    auto async_write_some(const Buffers& buffers, Token&& token) {
        return next_.async_write_some(buffers, std::forward<Token>(token));
    }

private:
    struct read_result {
        boost::system::error_code ec;
        std::size_t size = 0;
    };

    /// Goes on until there is something for Beast.
    struct read_operation {
        message_stream& from;
        boost::asio::mutable_buffer to;
        bool begun = false;

        template <class Self>
        void operator()(Self& self, boost::system::error_code ec = {}) {
            if (ec)
                return self.complete(ec, 0);
            if (std::exchange(begun, true))
                if (const auto found = from.read(to))
                    return self.complete(found->ec, found->size);
            from.wait(std::move(self));
        }
    };

    std::optional<read_result> read(boost::asio::mutable_buffer to);
    std::optional<read_result> read_answer(boost::asio::mutable_buffer to,
                                           boost::system::error_code ec, std::size_t size);
    std::optional<read_result> hand_on(std::string_view& input, boost::asio::mutable_buffer to);

    template <class Handler>
    void wait(Handler handler) {
        if (resumed_)
            resumed_->async_wait(boost::asio::redirect_error(std::move(handler), cancelled_));
        else if (!kept_.empty())
            boost::asio::post(get_executor(), std::move(handler));
        else
            next_.async_wait_readable(std::move(handler));
    }

    stream next_;
    std::span<char> buffer_;
    frame_reader reader_;
    message_receiver* receiver_ = nullptr;
    http_answer_reader* answer_ = nullptr; // Until the upgrade is answered.
    std::string kept_;                     // What was read and not handed on.
    std::size_t kept_from_ = 0;
    std::unique_ptr<steady_timer> resumed_; // Never expires; while data is held.
    boost::system::error_code cancelled_;
};

/// Beast's hooks, as those of a stream.
template <class Handler>
void async_teardown(boost::beast::role_type role, message_stream& s, Handler&& handler) {
    async_teardown(role, s.next_layer(), std::forward<Handler>(handler));
}

inline void beast_close_socket(message_stream& s) {
    s.close();
}

} // namespace avatar::transport
