#include "transport/audio_sender.hpp"

#include "protocol/wire.hpp"

#include <array>
#include <utility>

namespace avatar::transport {

namespace asio = boost::asio;
using boost::system::error_code;

audio_sender::audio_sender(std::weak_ptr<audio_sender_owner> owner, asio::io_context& io,
                           client_websocket& ws)
    : owner_(std::move(owner)),
      ws_(ws),
      next_piece_due_(io) {}

void audio_sender::send(const std::string& request_id, audio_clip audio) {
    request_id_ = request_id; // Into the memory of the one before.
    audio_ = std::move(audio);
    sent_ = 0;
    sending_ = true;
    begun_ = false;
    started_ = std::chrono::steady_clock::now();
    send_due_pieces(started_);
}

void audio_sender::begin(const std::string& request_id) {
    request_id_ = request_id;
    sending_ = false;
    begun_ = false;
}

void audio_sender::send_piece(audio_piece piece) {
    const audio_clip audio(std::move(piece.bytes));
    write({.head = protocol::audio_input_prefix(request_id_, piece.last, audio.size()),
           .is_audio = true,
           .audio = audio,
           .piece = audio.bytes(),
           .ends = piece.last,
           .live = !piece.last});
    if (piece.last)
        owner_.lock()->on_last_piece();
}

void audio_sender::stop() {
    sending_ = false;
    next_piece_due_.cancel();
    for (auto& each : queue_)
        each.ends = each.live = false;
    queue_.remove_if(
        [this](const message& each) { return each.is_audio && &each != &queue_.front(); });
}

bool audio_sender::interrupt() {
    stop();
    if (begun_)
        write({.head = protocol::encode(protocol::client_interrupt{request_id_})});
    return begun_;
}

// -- pieces --------------------------------------------------------------------

void audio_sender::send_due_pieces(std::chrono::steady_clock::time_point now) {
    while (sending_ && started_ + audio_.interval() * sent_ <= now)
        send_next_piece();
    if (sending_)
        wait_for_next_piece();
}

void audio_sender::send_next_piece() {
    const auto piece = audio_.piece(sent_);
    const bool last = ++sent_ == audio_.pieces();
    sending_ = !last;
    if (piece.empty() && !last)
        return;
    write({.head = protocol::audio_input_prefix(request_id_, last, piece.size()),
           .is_audio = true,
           .audio = audio_,
           .piece = piece,
           .ends = last});
    if (last)
        owner_.lock()->on_last_piece();
}

void audio_sender::wait_for_next_piece() {
    next_piece_due_.expires_at(started_ + audio_.interval() * sent_);
    next_piece_due_.async_wait([this, owner = owner_](error_code ec) {
        if (const auto alive = owner.lock(); alive && !ec)
            alive->contain([this] { send_due_pieces(std::chrono::steady_clock::now()); });
    });
}

// -- messages --------------------------------------------------------------------

void audio_sender::write(message next) {
    queue_.push_back(std::move(next));
    if (queue_.size() == 1)
        write_front();
}

void audio_sender::write_front() {
    const auto& next = queue_.front();
    begun_ = begun_ || next.is_audio;
    const std::array<asio::const_buffer, 2> buffers{
        asio::buffer(next.head), asio::buffer(next.piece.data(), next.piece.size())};
    fit_write_buffer(ws_, asio::buffer_size(buffers));
    ws_.async_write(buffers, [this, owner = owner_.lock()](error_code ec, std::size_t) {
        owner->contain([&] { on_written(*owner, ec); });
    });
}

void audio_sender::on_written(audio_sender_owner& owner, error_code ec) {
    if (ec)
        return owner.on_send_error(ec);
    const bool all_written = queue_.front().ends;
    const bool piece_written = queue_.front().live;
    queue_.pop_front();
    if (!queue_.empty())
        write_front();
    if (all_written)
        owner.on_all_written();
    if (piece_written)
        owner.on_piece_written();
}

} // namespace avatar::transport
