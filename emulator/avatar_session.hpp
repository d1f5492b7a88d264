#pragma once

#include "emulator/frame_gate.hpp"
#include "emulator/request_desk.hpp"
#include "emulator/session_rules.hpp"
#include "protocol/wire.hpp"
#include "transport/server.hpp"

#include <boost/asio/steady_timer.hpp>

#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>

namespace avatar::emulator {

/// The service's side of one avatar session, from the upgrade to the close:
/// first the client configures, then it sends audio and gets frames. Whatever
/// goes wrong is said in a server_error and, unless it concerns one request
/// alone, followed by a close: with the same code where it is one of the service's
/// own (4000 to 4999), else with 1000.
///
/// One timer for everything that is due: frames, idle and age limits, faults of
/// idle sessions.
class avatar_session : public transport::peer_handler,
                       public std::enable_shared_from_this<avatar_session> {
public:
    /// A session on an upgraded connection, for an avatar and an app. The connection
    /// owns it; it holds the connection weakly. It has one of the app's places until it
    /// ends; without one, configuring it is answered with concurrency_limit.
    static std::shared_ptr<avatar_session> open(const std::shared_ptr<transport::peer>& client,
                                                std::shared_ptr<const session_rules> rules,
                                                std::string avatar_id, std::string_view app_id);

    void on_message(std::string_view bytes, bool is_text) override;
    void on_closed(std::uint16_t code) override;

private:
    avatar_session(const std::shared_ptr<transport::peer>& client,
                   std::shared_ptr<const session_rules> rules, std::string avatar_id,
                   std::string_view app_id);

    // The course of a session.
    void on_first_message(std::string_view bytes, bool is_text);
    void on_configure(const protocol::configure_session& wanted);
    void on_next_message(std::string_view bytes, bool is_text);
    void on_audio(const protocol::audio_input& input);
    void on_interrupt(const protocol::client_interrupt& interrupt);
    void on_timer();

    // What is due when.
    void send_due_frames(steady_time now);
    std::optional<session_error> overdue(steady_time now) const;
    std::optional<steady_time> configure_deadline() const;
    std::optional<steady_time> idle_deadline() const;
    std::optional<steady_time> age_deadline() const;
    std::optional<steady_time> next_idle_fault() const;
    void arm_timer();
    void disarm_timer();

    // What goes wrong on purpose.
    const fault* fault_at(fault_point at) const;
    std::chrono::milliseconds idle_until(steady_time when) const;
    void meet_idle_fault(steady_time now);
    void end_request(const fault& wrong, const std::string& request_id, bool audio_comes);
    void apply(const fault& wrong, const std::string& request_id);

    void send(const transport::shared_bytes& bytes);
    void send(const protocol::message& m);
    void tell(const session_error& error);
    void report(const session_error& error);
    void fail(const session_error& error);
    void close(std::uint16_t code, const std::string& reason);
    void abort();
    void end();

    std::weak_ptr<transport::peer> client_;
    std::shared_ptr<const session_rules> rules_;
    std::string avatar_id_;
    std::shared_ptr<const void> place_; ///< As long as the service counts it as open; or null.
    /// Requests that a fault has ended while their audio still comes: no more is
    /// heard of them.
    std::set<std::string, std::less<>> ended_by_fault_;
    boost::asio::steady_timer timer_;
    std::optional<steady_time> armed_; ///< When the timer fires; nothing: not waiting.
    steady_time opened_;
    steady_time last_active_;
    steady_time idle_checked_; ///< When faults of idle sessions were asked for.
    std::string connection_id_;
    std::optional<request_desk> desk_; ///< From the confirmation to the end.
    frame_gate gate_;
    bool ended_ = false;
};

} // namespace avatar::emulator
