#include "transport/message_stream.hpp"

#include <boost/beast/websocket/error.hpp>

#include <cstring>

namespace avatar::transport {

namespace asio = boost::asio;

void message_stream::take_messages(std::uint64_t largest, message_receiver& to) {
    reader_.take_messages(largest);
    receiver_ = &to;
}

void message_stream::resume() {
    reader_.hold_data(false);
    resumed_.reset();
}

void message_stream::close() {
    next_.close();
    resumed_.reset();
}

std::optional<message_stream::read_result> message_stream::read(asio::mutable_buffer to) {
    if (!next_.socket().is_open())
        return read_result{asio::error::operation_aborted};
    if (!kept_.empty()) {
        auto input = std::string_view(kept_).substr(kept_from_);
        auto result = hand_on(input, to);
        kept_from_ = kept_.size() - input.size();
        if (input.empty()) {
            kept_.clear();
            kept_.shrink_to_fit();
        }
        return result;
    }
    boost::system::error_code ec;
    const auto size = next_.read_now(asio::buffer(buffer_.data(), buffer_.size()), ec);
    if (answer_)
        return read_answer(to, ec, size);
    if (ec)
        return read_result{ec};
    std::string_view input(buffer_.data(), size);
    auto result = hand_on(input, to);
    kept_ = input;
    kept_from_ = 0;
    return result;
}

std::optional<message_stream::read_result> message_stream::read_answer(asio::mutable_buffer to,
                                                                       boost::system::error_code ec,
                                                                       std::size_t size) {
    const bool complete = ec ? answer_->end(ec) : answer_->put({buffer_.data(), size}, ec);
    if (ec)
        return read_result{ec};
    if (!complete)
        return std::nullopt;
    if (answer_->head().status != 101)
        return read_result{boost::beast::websocket::error::upgrade_declined};
    kept_ = std::exchange(answer_, nullptr)->upgraded();
    kept_from_ = 0;
    return read(to);
}

/// Up to something for Beast, or to data that is held.
std::optional<message_stream::read_result> message_stream::hand_on(std::string_view& input,
                                                                   asio::mutable_buffer to) {
    const read_result closed{asio::error::operation_aborted};
    for (bool handed_on = false;; handed_on = true) {
        const auto next = reader_.next(input, to.size());
        if (handed_on && next.kind != frame_reader::piece::message) {
            receiver_->on_messages_read();
            if (!next_.socket().is_open())
                return closed;
        }
        switch (next.kind) {
        case frame_reader::piece::nothing:
            return std::nullopt;
        case frame_reader::piece::rest:
            std::memcpy(to.data(), next.bytes.data(), next.bytes.size());
            return read_result{{}, next.bytes.size()};
        case frame_reader::piece::held:
            resumed_ =
                std::make_unique<steady_timer>(get_executor(), steady_timer::time_point::max());
            receiver_->on_data_held();
            if (!next_.socket().is_open())
                return closed;
            return std::nullopt;
        case frame_reader::piece::message:
            receiver_->on_whole_message(next.bytes);
            if (!next_.socket().is_open())
                return closed;
        }
    }
}

} // namespace avatar::transport
