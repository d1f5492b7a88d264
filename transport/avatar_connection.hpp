#pragma once

#include "protocol/wire.hpp"
#include "transport/audio_sender.hpp"
#include "transport/channel.hpp"
#include "transport/connection_context.hpp"
#include "transport/containment.hpp"
#include "transport/exchange.hpp"
#include "transport/explain.hpp"
#include "transport/health_check.hpp"
#include "transport/session_opening.hpp"
#include "transport/session_secrets.hpp"
#include "transport/time_limit.hpp"
#include "transport/websocket.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/beast/core/flat_buffer.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace avatar::transport {

/// One connection to the avatar service, from the token to the close frame.
/// Lives on one io_context, every member function is called there; kept alive
/// by the operations under way until `channel_closed` has been told. Every handler
/// and every call is contained: what it throws ends the connection.
class avatar_connection : public audio_sender_owner,
                          public message_receiver,
                          public std::enable_shared_from_this<avatar_connection> {
public:
    avatar_connection(boost::asio::io_context& io, std::shared_ptr<thread_state> thread,
                      std::shared_ptr<const connection_settings> settings, channel_sink sink);

    boost::asio::io_context& io() { return io_; }

    // The calls of `channel`.
    void open();
    void send(std::string request_id, audio_clip audio, const std::optional<frame_credit>& credit);
    void begin_stream(std::string request_id, const std::optional<frame_credit>& credit);
    void send_piece(const std::string& request_id, audio_piece piece);
    void grant(const std::string& request_id, const frame_credit& credit);
    void interrupt();
    void abandon();
    void check();
    void close(close_reason why);

private:
    // The course of a connection, in order.
    awaitable<void> run(std::shared_ptr<avatar_connection> self);
    void on_opened(std::shared_ptr<avatar_connection>& self, agreed_session agreed);
    void read_next(std::shared_ptr<avatar_connection>& self);
    void on_read(std::shared_ptr<avatar_connection>& self, boost::system::error_code ec,
                 std::size_t size);
    void on_whole_message(std::string_view bytes) override;
    void on_messages_read() override;
    void on_data_held() override;
    void on_message(std::string_view bytes, bool is_text);
    void finish(protocol::failure reason);
    void end(protocol::failure reason);
    void on_exception() override;

    void on_server_error(const protocol::server_error& error);
    void tell_frames(const std::string& request_id);
    void end_exchange(exchange_finished end);
    void read_as_credit_allows();
    void hold_reading(bool held);
    void on_sink_timeout();
    void want_audio();
    void on_audio_timeout();
    void watch_delivery();
    void on_delivery_due();
    void end_by_timeout(protocol::failure_code code, std::string detail);
    void set_limit(std::unique_ptr<time_limit>& limit, std::chrono::milliseconds time,
                   void (avatar_connection::*on_exceeded)());
    static void lift(const std::unique_ptr<time_limit>& limit);
    bool begin_exchange(std::string request_id, const std::optional<frame_credit>& credit);
    void on_last_piece() override;
    void on_piece_written() override;
    void on_all_written() override;
    void on_send_error(boost::system::error_code ec) override;
    bool frames_come_back() const; // Without an egress.

    // Health and the ways to end early.
    void examine_after(std::chrono::milliseconds pause);
    void examine_health();
    void ping();
    void on_control_frame(boost::beast::websocket::frame_type kind, std::string_view payload);
    void limit_time(std::chrono::milliseconds limit);
    void cut(exceeded_limit because);
    void cut();
    stream& connection();
    protocol::failure why(const boost::system::error_code& ec);
    bool request_accepted();
    bool takes_call(const char* call) const;
    protocol::failure failed_step() const;

    enum class stage {
        made,
        opening,
        open,    // From `channel_opened` on.
        closing, // On our own wish.
        ended,   // `channel_closed` is told.
    };

    boost::asio::io_context& io_;
    std::shared_ptr<const connection_settings> settings_;
    channel_sink sink_;
    stage stage_ = stage::made;

    std::shared_ptr<thread_state> thread_state_; // Outlives the WebSocket, which reads to it.
    std::shared_ptr<session_opening> opening_;   // Until the session is open, ...
    std::optional<client_websocket> ws_;         // ... then this.
    time_limit time_limit_;
    boost::beast::flat_buffer buffer_; // Of what Beast reads.

    protocol::failure_phase phase_ = protocol::failure_phase::none;
    const char* step_ = ""; // For the text of a failure: what was being done.
    session_secrets secrets_;
    std::string connection_id_;
    exchange exchange_;
    std::optional<audio_sender> sender_;         // While the WebSocket is open.
    std::optional<tcp_progress> before_sending_; // How far all before it had come.
    steady_timer examination_due_;
    health_check health_;
    exceeded_limit exceeded_ = exceeded_limit::none; // Why the connection was cut.
    boost::system::error_code send_error_;           // Of the write that has cut it.
    bool out_of_credit_ = false;
    bool holds_data_ = false;                  // That has come, for want of credit.
    std::unique_ptr<time_limit> credit_limit_; // Made when it first holds data.
    std::unique_ptr<time_limit> audio_limit_;  // Made for the first live stream.
    std::unique_ptr<time_limit> ack_limit_;    // Made for the first request.
    bool ack_watched_ = false;                 // That limit runs.
    bool ack_overdue_ = false;                 // Nothing was confirmed when it ran out before.
};

} // namespace avatar::transport
