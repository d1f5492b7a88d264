#include "actors/pool/session_keeper.hpp"

#include "actors/actor_end.hpp"
#include "actors/pool/pool_failures.hpp"
#include "actors/pool/session.hpp"
#include "config/duration.hpp"
#include "report/connection_label.hpp"
#include "transport/logger.hpp"

#include <spdlog/spdlog.h>

#include <utility>

namespace avatar {
namespace {

/// A session is renewed within this share of its longest age, each at a time of
/// its own: a pool that opened at once is not to be renewed at once.
constexpr double renewal_from = 0.5;
constexpr double renewal_until = 0.9;

/// Each has a descriptor more than the pool has slots.
constexpr std::size_t renewals_at_once = 32;

/// For sessions to close that may never tell: channels of ours cut their connections before.
constexpr auto close_limit = std::chrono::seconds(5);

} // namespace

session_keeper::session_keeper(self_pointer self, const config::pool_settings& settings,
                               session_slots& slots, pool_timers& timers, pool_plan& plan)
    : self_(self),
      settings_(settings),
      slots_(slots),
      timers_(timers),
      make_channel_(std::move(plan.make_channel)),
      session_(std::move(plan.session)),
      session_name_(plan.session_name),
      open_timeout_(plan.open_timeout),
      random_(plan.seed),
      connects_(settings.connect_rate),
      backoff_(settings.reconnect_min, settings.reconnect_max),
      histories_(slots.size()) {}

// -- connecting --------------------------------------------------------------------

void session_keeper::connect_all() {
    for (std::size_t i = 0; i < slots_.size(); ++i)
        to_connect_.push_back(slots_.at(i).session.key);
    connect_due();
}

/// Slots without a session come before those that only renew theirs.
void session_keeper::connect_due() {
    begin_connects();
    begin_renewals();
}

void session_keeper::begin_connects() {
    while (!to_connect_.empty() && !stopped_) {
        if (const auto* slot = slots_.find_closed(to_connect_.front())) {
            if (!connects_.take(now()))
                return timers_.set(pool_timers::kind::connect, connects_.next());
            slots_.connect(*slot, begin_session(*slot));
        }
        to_connect_.pop_front();
    }
}

void session_keeper::begin_renewals() {
    while (!renewals_.empty() && renewing_ < renewals_at_once && !stopped_) {
        const auto [when, number] = *renewals_.begin();
        if (when > now())
            return timers_.set(pool_timers::kind::renewal, when);
        if (!connects_.take(now()))
            return timers_.set(pool_timers::kind::connect, connects_.next());
        const auto& slot = slots_.at(number);
        forget_renewal(slot);
        renew(slot);
    }
}

pooled_session session_keeper::begin_session(const pool_slot& slot) {
    pooled_session session;
    session.key = {slot.number, ++history(slot).generations};
    session.began = now();
    session.actor = spawn_session(session.key);
    actors_.emplace(session.actor.address(), session.key);
    if (open_timeout_.count() > 0) {
        opening_.emplace_back(session.began + open_timeout_, session.key);
        timers_.set(pool_timers::kind::opening, session.began + open_timeout_);
    }
    return session;
}

session_actor session_keeper::spawn_session(const session_key& key) {
    const session_owner_actor owner(self_);
    if (!session_)
        return self_->spawn<caf::monitored>(pool_session, key, owner, make_channel_);
    return self_->spawn<caf::monitored>(extended_session, session_, key, owner, make_channel_);
}

std::optional<session_key> session_keeper::end_unopened() {
    for (; !opening_.empty(); opening_.pop_front()) {
        const auto [due, key] = opening_.front();
        const auto* session = find_unopened(key);
        if (session && due > now()) {
            timers_.set(pool_timers::kind::opening, due);
            return std::nullopt;
        }
        if (session) {
            self_->send_exit(session->actor, caf::exit_reason::kill);
            return key;
        }
    }
    return std::nullopt;
}

/// Null: it has opened or ended.
const pooled_session* session_keeper::find_unopened(const session_key& key) const {
    const pooled_session* session = nullptr;
    if (const auto* slot = slots_.find(key))
        session = &slot->session;
    else if (const auto* renewed = slots_.find_successor(key))
        session = &*renewed->successor;
    return session && session->phase == session_phase::connecting ? session : nullptr;
}

void session_keeper::on_session_opened(session_opened& message) {
    if (!find_unopened(message.key))
        return; // It was retired meanwhile, or says so twice.
    if (const auto* slot = slots_.find(message.key)) {
        plan_renewal(*slot);
        slots_.open(*slot, std::move(message.connection_id), now());
    } else if (const auto* renewed = slots_.find_successor(message.key)) {
        --renewing_;
        connect_due();
        slots_.open_successor(*renewed, std::move(message.connection_id), now());
    }
}

// -- replacing ---------------------------------------------------------------------

void session_keeper::on_session_closed(const session_closed& message) {
    if (const auto* slot = slots_.find(message.key)) {
        replace(*slot, slots_.close(*slot), message.failure);
    } else if (const auto* renewed = slots_.find_successor(message.key)) {
        successor_failed(*renewed, message.failure);
    } else {
        retiring_.erase(message.key);
        if (closing_first_.erase(message.key) > 0) {
            to_connect_.push_back(message.key);
            connect_due();
        }
    }
}

std::optional<session_keeper::ended_session> session_keeper::on_down(const caf::actor_addr& actor,
                                                                     const caf::error& reason) {
    const auto found = actors_.extract(actor);
    if (!found)
        return std::nullopt;
    const auto& key = found.mapped();
    const bool known = slots_.find(key) || slots_.find_successor(key) || retiring_.contains(key);
    const auto why = session_ ? extension_has_failed("session", session_name_, describe_end(reason))
                              : session_actor_failed(ended_from_outside);
    return ended_session{key, why, /*silent=*/known};
}

/// One that was about to be renewed has its successor already. Else another connects
/// at once, unless the last one was lost as soon as it was open: a service that does so
/// would be asked again and again without a pause.
void session_keeper::replace(const pool_slot& slot, const pooled_session& lost,
                             const protocol::failure& why) {
    forget_renewal(slot);
    if (stopped_)
        return;
    const bool was_open = lost.phase != session_phase::connecting;
    const bool lived = was_open && now() - lost.opened >= settings_.reconnect_min;
    history(slot).closes_first = false;
    replaced_ += was_open ? 1 : 0;
    if (slot.successor) {
        const bool open = slot.successor->phase == session_phase::idle;
        renewing_ -= open ? 0 : 1;
        slots_.promote_successor(slot);
        if (open)
            plan_renewal(slot);
    } else {
        reconnect(slot, why, lived);
    }
    connect_due();
}

void session_keeper::reconnect(const pool_slot& slot, const protocol::failure& why, bool lived) {
    switch (time_to_reconnect(why, lived)) {
    case reconnect_time::at_once:
        history(slot).failures = 0;
        return to_connect_.push_back(slot.session.key);
    case reconnect_time::after_a_pause:
        return reconnect_after_pause(slot, why);
    case reconnect_time::with_free_place:
        return wait_for_free_place(slot);
    case reconnect_time::never:
        return;
    }
}

void session_keeper::reconnect_after_pause(const pool_slot& slot, const protocol::failure& why) {
    self_->delayed_send(self_, pause_after(slot, why), reconnect_slot{slot.session.key});
}

/// As long as the service asks for, where it does; never all at once.
std::chrono::nanoseconds session_keeper::pause_after(const pool_slot& slot,
                                                     const protocol::failure& why) {
    return why.retry_after + backoff_.pause(++history(slot).failures, random_);
}

void session_keeper::on_reconnect(const reconnect_slot& message) {
    to_connect_.push_back(message.key);
    connect_due();
}

void session_keeper::on_session_draining(const pool_slot& slot) {
    timers_.set(pool_timers::kind::health, slot.session.since + settings_.late_timeout);
}

void session_keeper::replace_unhealthy() {
    if (stopped_)
        return;
    while (const auto* slot = slots_.first_draining()) {
        const auto due = slot->session.since + settings_.late_timeout;
        if (due > now())
            return timers_.set(pool_timers::kind::health, due);
        transport::logger().warn("connection [{}] failed the health check, replacing it",
                                 report::connection_label(slot->session.connection_id));
        retire(slot->session, close_reason::normal);
        replace(*slot, slots_.close(*slot), {});
    }
}

void session_keeper::check_available() {
    if (stopped_ || (checked_ && now() - *checked_ < settings_.ack_timeout))
        return; // What has answered since is well.
    checked_ = now();
    while (const auto* slot = slots_.next_available()) {
        self_->send(slot->session.actor, check_session{});
        slots_.drain(*slot, now());
    }
}

// -- at the limit of the service -----------------------------------------------------

void session_keeper::wait_for_free_place(const pool_slot& slot) {
    if (beyond_limit_.empty()) {
        transport::logger().warn(
            "the service allows no more than {} connections at once (concurrencyLimit): another "
            "one is tried every {}",
            slots_.connected(), config::format_duration(settings_.reconnect_max));
        timers_.set(pool_timers::kind::limit, now() + settings_.reconnect_max);
    }
    beyond_limit_.push_back(slot.session.key);
}

/// One at a time: each that is refused may count against whoever asks.
void session_keeper::try_beyond_limit() {
    if (beyond_limit_.empty() || stopped_)
        return;
    to_connect_.push_back(beyond_limit_.front());
    beyond_limit_.pop_front();
    if (!beyond_limit_.empty())
        timers_.set(pool_timers::kind::limit, now() + settings_.reconnect_max);
    connect_due();
}

// -- renewing ----------------------------------------------------------------------

void session_keeper::renew(const pool_slot& slot) {
    if (beyond_limit_.empty()) {
        ++renewing_;
        return slots_.add_successor(slot, begin_session(slot));
    }
    history(slot).closes_first = true;
    if (slots_.find_available(slot.number)) // Else when it is.
        closes_for_renewal(slot);
}

bool session_keeper::closes_for_renewal(const pool_slot& slot) {
    if (!std::exchange(history(slot).closes_first, false) || stopped_)
        return false;
    const auto former = slots_.close(slot);
    retire(former, close_reason::normal);
    closing_first_.insert(former.key);
    ++renewed_;
    return true;
}

void session_keeper::plan_renewal(const pool_slot& slot) {
    if (settings_.max_session_age.count() == 0)
        return;
    std::uniform_real_distribution<double> share(renewal_from, renewal_until);
    const std::chrono::duration<double, std::nano> life = settings_.max_session_age;
    renew_at(slot, slot.session.began +
                       std::chrono::duration_cast<std::chrono::nanoseconds>(life * share(random_)));
    begin_renewals();
}

void session_keeper::renew_at(const pool_slot& slot, time_point when) {
    history(slot).renewal = when;
    renewals_.emplace(when, slot.number);
}

void session_keeper::forget_renewal(const pool_slot& slot) {
    if (const auto when = std::exchange(history(slot).renewal, std::nullopt))
        renewals_.erase({*when, slot.number});
}

void session_keeper::on_session_renewed(const pool_slot& slot, const pooled_session& former) {
    retire(former, close_reason::normal);
    history(slot).failures = 0; // Those of this renewal.
    ++renewed_;
    plan_renewal(slot);
}

/// The session in the slot serves on meanwhile.
void session_keeper::successor_failed(const pool_slot& slot, const protocol::failure& why) {
    const auto failed = slots_.remove_successor(slot);
    renewing_ -= failed->phase == session_phase::connecting ? 1 : 0;
    if (why.code == protocol::failure_code::concurrency_limit) {
        history(slot).closes_first = true;
        if (slots_.find_available(slot.number))
            closes_for_renewal(slot);
        return connect_due();
    }
    renew_at(slot, now() + pause_after(slot, why));
    connect_due();
}

// -- closing -----------------------------------------------------------------------

void session_keeper::retire(const pooled_session& session, close_reason why) {
    tell_to_close(session, why);
    retiring_.insert(session.key);
}

void session_keeper::tell_to_close(const pooled_session& session, close_reason why) {
    self_->send(session.actor, close_session{why});
    if (open_timeout_.count() == 0)
        return; // It tells of its end.
    closing_.emplace_back(now() + close_limit, session.actor.address());
    timers_.set(pool_timers::kind::closing, closing_.front().first);
}

void session_keeper::close_all(close_reason why) {
    stop();
    for (std::size_t i = 0; i < slots_.size(); ++i) {
        const auto& slot = slots_.at(i);
        if (slot.session.phase != session_phase::closed)
            tell_to_close(slot.session, why);
        if (const auto successor = slots_.remove_successor(slot))
            retire(*successor, why);
    }
}

void session_keeper::end_unclosed() {
    for (; !closing_.empty(); closing_.pop_front()) {
        const auto& [due, address] = closing_.front();
        if (due > now())
            return timers_.set(pool_timers::kind::closing, due);
        if (!actors_.contains(address))
            continue;
        if (const auto actor = caf::actor_cast<caf::actor>(address))
            self_->send_exit(actor, caf::exit_reason::kill);
    }
}

session_keeper::~session_keeper() {
    for (const auto& [address, key] : actors_)
        if (const auto actor = caf::actor_cast<caf::strong_actor_ptr>(address))
            actor->enqueue(nullptr, caf::make_message_id(), caf::make_message(owner_ended{}),
                           nullptr);
}

bool session_keeper::all_closed() const {
    return slots_.count(session_phase::closed) == slots_.size() && retiring_.empty();
}

} // namespace avatar
