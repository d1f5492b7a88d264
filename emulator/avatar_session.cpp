#include "emulator/avatar_session.hpp"

#include "emulator/animation.hpp"
#include "emulator/configure_check.hpp"
#include "protocol/text.hpp"
#include "transport/fault_injection.hpp"

#include <boost/uuid/random_generator.hpp>
#include <boost/uuid/uuid_io.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace avatar::emulator {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr std::uint16_t normal_close = 1000;
constexpr std::size_t max_close_reason = 123; // RFC 6455, section 5.5: 125 less the code.

/// A point in time after a limit that may be off.
std::optional<steady_time> after(steady_time start, milliseconds limit) {
    return limit > milliseconds(0) ? std::optional(start + limit) : std::nullopt;
}

bool has_passed(const std::optional<steady_time>& deadline, steady_time now) {
    return deadline && *deadline <= now;
}

std::string in_seconds(milliseconds limit) {
    return fmt::format("{:g}s", static_cast<double>(limit.count()) / 1000.0);
}

std::uint16_t close_code_of(const session_error& error) {
    const bool of_service = error.code >= 4000 && error.code <= 4999;
    return of_service ? static_cast<std::uint16_t>(error.code) : normal_close;
}

} // namespace

std::shared_ptr<avatar_session> avatar_session::open(const std::shared_ptr<transport::peer>& client,
                                                     std::shared_ptr<const session_rules> rules,
                                                     std::string avatar_id,
                                                     std::string_view app_id) {
    std::shared_ptr<avatar_session> session(
        new avatar_session(client, std::move(rules), std::move(avatar_id), app_id));
    session->arm_timer();
    return session;
}

avatar_session::avatar_session(const std::shared_ptr<transport::peer>& client,
                               std::shared_ptr<const session_rules> rules, std::string avatar_id,
                               std::string_view app_id)
    : client_(client),
      rules_(std::move(rules)),
      avatar_id_(std::move(avatar_id)),
      place_(rules_->places->take(app_id)),
      timer_(client->executor()),
      opened_(steady_clock::now()),
      last_active_(opened_),
      idle_checked_(opened_),
      gate_(rules_, avatar_id_, [this](const transport::shared_bytes& frame) { send(frame); }) {}

void avatar_session::on_message(std::string_view bytes, bool is_text) {
    if (ended_)
        return;
    last_active_ = steady_clock::now();
    if (desk_)
        on_next_message(bytes, is_text);
    else
        on_first_message(bytes, is_text);
    arm_timer();
}

void avatar_session::on_closed(std::uint16_t) {
    place_.reset();
    end();
}

// -- the course of a session ---------------------------------------------------

void avatar_session::on_first_message(std::string_view bytes, bool is_text) {
    const auto message = is_text ? std::nullopt : protocol::decode(bytes);
    if (!message)
        return fail({server_code::unknown, "failed to unmarshal initial message"});
    const auto* wanted = std::get_if<protocol::configure_session>(&*message);
    if (!wanted)
        return fail({server_code::unknown, "expected ClientConfigureSession message"});
    on_configure(*wanted);
}

void avatar_session::on_configure(const protocol::configure_session& wanted) {
    if (!place_)
        return fail({server_code::concurrency_limit, "concurrent session limit reached"});
    if (const auto error = check_configuration(wanted, rules_->settings.egress))
        return fail(*error);
    if (const auto* wrong = fault_at(fault_point::handshake))
        return apply(*wrong, {});
    connection_id_ = to_string(boost::uuids::random_generator()());
    session_terms terms;
    terms.connection_id = connection_id_;
    terms.format = wanted.audio_format;
    terms.sample_rate = wanted.sample_rate;
    terms.egress = wants_egress(wanted);
    desk_.emplace(rules_, std::move(terms));
    disarm_timer(); // The limit on this message has had its use.
    send(protocol::confirm_session{connection_id_});
}

void avatar_session::on_next_message(std::string_view bytes, bool is_text) {
    if (is_text)
        return fail({server_code::unknown, "unexpected message type: text frame"});
    const auto message = protocol::decode(bytes);
    if (!message)
        return fail({server_code::invalid_argument, "failed to unmarshal message"});
    if (const auto* input = std::get_if<protocol::audio_input>(&*message))
        on_audio(*input);
    else if (const auto* interrupt = std::get_if<protocol::client_interrupt>(&*message))
        on_interrupt(*interrupt);
    else
        fail({server_code::unknown, "unexpected message type"});
}

void avatar_session::on_audio(const protocol::audio_input& input) {
    if (const auto ended = ended_by_fault_.find(input.req_id); ended != ended_by_fault_.end()) {
        if (input.end)
            ended_by_fault_.erase(ended);
        return;
    }
    if (!desk_->knows(input.req_id))
        if (const auto* wrong = fault_at(fault_point::audio))
            return end_request(*wrong, std::string(input.req_id), !input.end);
    const auto error = desk_->take(input, last_active_);
    if (!error)
        return send_due_frames(last_active_);
    tell(*error);
}

void avatar_session::on_interrupt(const protocol::client_interrupt& interrupt) {
    if (const auto end = desk_->interrupt(interrupt.req_id))
        send(end);
}

void avatar_session::on_timer() {
    armed_.reset();
    if (ended_)
        return;
    const auto now = steady_clock::now();
    send_due_frames(now);
    if (ended_)
        return;
    if (const auto error = overdue(now))
        return fail(*error);
    meet_idle_fault(now);
    arm_timer();
}

// -- what is due when ----------------------------------------------------------

void avatar_session::send_due_frames(steady_time now) {
    if (!desk_ || !desk_->next_frame())
        return;
    last_active_ = now;
    const auto broken =
        desk_->send_due(now, [this](const due_frame& frame) { return gate_.pass(frame); });
    for (const auto& [request_id, wrong] : broken)
        if (!ended_)
            end_request(*wrong, request_id, desk_->knows(request_id));
}

std::optional<session_error> avatar_session::overdue(steady_time now) const {
    if (has_passed(configure_deadline(), now))
        return session_error{server_code::deadline_exceeded,
                             "expected ClientConfigureSession message within " +
                                 in_seconds(rules_->configure_limit)};
    if (has_passed(age_deadline(), now))
        return session_error{server_code::session_time_limit, "session time limit reached"};
    if (has_passed(idle_deadline(), now))
        return session_error{server_code::deadline_exceeded,
                             "no audio input for " + in_seconds(rules_->settings.idle_timeout)};
    return std::nullopt;
}

std::optional<steady_time> avatar_session::configure_deadline() const {
    return desk_ ? std::nullopt : after(opened_, rules_->configure_limit);
}

std::optional<steady_time> avatar_session::idle_deadline() const {
    const bool may_be_idle = desk_ && !desk_->next_frame();
    return may_be_idle ? after(last_active_, rules_->settings.idle_timeout) : std::nullopt;
}

std::optional<steady_time> avatar_session::age_deadline() const {
    return after(opened_, rules_->settings.session_limit);
}

std::optional<steady_time> avatar_session::next_idle_fault() const {
    if (!desk_ || !desk_->is_idle())
        return std::nullopt;
    const auto due = rules_->faults->next_idle(avatar_id_, idle_until(idle_checked_));
    return due ? std::optional(last_active_ + *due) : std::nullopt;
}

// A wait that is earlier than needed is left as it is: waking once for nothing
// is cheaper than moving the timer with every message.
void avatar_session::arm_timer() {
    if (ended_)
        return;
    const auto next_frame = desk_ ? desk_->next_frame() : std::nullopt;
    std::optional<steady_time> wake;
    for (const auto& due :
         {next_frame, configure_deadline(), idle_deadline(), age_deadline(), next_idle_fault()})
        if (due && (!wake || *due < *wake))
            wake = due;
    if (!wake || (armed_ && *armed_ <= *wake))
        return;
    armed_ = wake;
    timer_.expires_at(*wake);
    timer_.async_wait([weak = weak_from_this()](boost::system::error_code ec) {
        const auto self = weak.lock();
        const auto client = self ? self->client_.lock() : nullptr;
        if (client && !ec)
            client->contain([&] { self->on_timer(); });
    });
}

void avatar_session::disarm_timer() {
    armed_.reset();
    timer_.cancel();
}

// -- what goes wrong on purpose --------------------------------------------------

const fault* avatar_session::fault_at(fault_point at) const {
    return rules_->faults->fault_at(at, avatar_id_);
}

milliseconds avatar_session::idle_until(steady_time when) const {
    const auto idle = std::chrono::duration_cast<milliseconds>(when - last_active_);
    return std::max(idle, milliseconds(0)); // Active since: as if it began now.
}

void avatar_session::meet_idle_fault(steady_time now) {
    if (!desk_ || !desk_->is_idle())
        return;
    const auto before = idle_until(std::exchange(idle_checked_, now));
    if (const auto* wrong = rules_->faults->idle_fault(avatar_id_, before, idle_until(now)))
        apply(*wrong, {});
}

/// The fault ends one request. Clients stop sending its audio, but not at once.
void avatar_session::end_request(const fault& wrong, const std::string& request_id,
                                 bool audio_comes) {
    if (audio_comes && ended_by_fault_.size() >= rules_->max_open_requests)
        return fail({server_code::resource_exhausted, "too many requests that never end"});
    if (audio_comes)
        ended_by_fault_.insert(request_id);
    desk_->drop(request_id);
    apply(wrong, request_id);
}

void avatar_session::apply(const fault& wrong, const std::string& request_id) {
    const auto client = client_.lock();
    if (!client)
        return;
    if (const auto* error = std::get_if<error_message>(&wrong.action))
        return tell({error->code, error->message, error->of_request ? request_id : ""});
    if (const auto* stray = std::get_if<stray_message>(&wrong.action)) {
        const auto bytes = std::make_shared<const std::string>(stray->bytes);
        return stray->text ? client->send_text(bytes) : send(bytes);
    }
    if (std::holds_alternative<no_answer>(wrong.action) && desk_)
        return; // Of the request; a handshake without an answer leaves no session.
    if (const auto* closing = std::get_if<clean_close>(&wrong.action))
        close(closing->code, closing->reason);
    else if (std::holds_alternative<stall>(wrong.action))
        transport::faults_of(*client).stall(
            make_frame(connection_id_, request_id, rules_->settings.frame_bytes));
    else if (std::holds_alternative<silence>(wrong.action))
        transport::faults_of(*client).go_silent();
    else if (std::holds_alternative<reset>(wrong.action))
        abort();
    end();
}

// -- sending and ending --------------------------------------------------------

void avatar_session::send(const transport::shared_bytes& bytes) {
    const auto client = client_.lock();
    if (!client)
        return;
    // Told first: the client may have the message before send returns.
    if (rules_->on.on_message_sent)
        rules_->on.on_message_sent(*bytes);
    client->send(bytes);
}

void avatar_session::send(const protocol::message& m) {
    send(std::make_shared<const std::string>(protocol::encode(m)));
}

/// One that names no request ends the session.
void avatar_session::tell(const session_error& error) {
    if (error.request_id.empty())
        fail(error);
    else
        report(error);
}

void avatar_session::report(const session_error& error) {
    send(protocol::server_error{.connection_id = connection_id_,
                                .req_id = error.request_id,
                                .code = error.code,
                                .message = error.message});
}

void avatar_session::fail(const session_error& error) {
    report(error);
    close(close_code_of(error), std::string(protocol::shortened(error.message, max_close_reason)));
    end();
}

/// The place is free from now on: a client may reconnect as soon as it hears of it.
void avatar_session::close(std::uint16_t code, const std::string& reason) {
    place_.reset();
    if (const auto client = client_.lock())
        client->close(code, reason);
}

void avatar_session::abort() {
    place_.reset();
    if (const auto client = client_.lock())
        client->abort();
}

void avatar_session::end() {
    ended_ = true;
    disarm_timer();
    desk_.reset();
}

} // namespace avatar::emulator
