#include "actors/pool/session_keeper.hpp"

#include "actors/pool/pool_failures.hpp"
#include "actors/pool/session.hpp"

#include <utility>

namespace avatar {
namespace {

/// A session is renewed within this share of its token's life, each at a time of
/// its own: a pool that opened at once is not to be renewed at once.
constexpr double renewal_from = 0.5;
constexpr double renewal_until = 0.9;

/// Each holds a descriptor more than the pool has slots.
constexpr std::size_t renewals_at_once = 32;

} // namespace

session_keeper::session_keeper(self_pointer self, const config::pool_settings& settings,
                               session_table& slots, alarms& clock,
                               transport::channel_factory make_channel, std::uint64_t seed)
    : self_(self),
      settings_(settings),
      slots_(slots),
      alarms_(clock),
      make_channel_(std::move(make_channel)),
      random_(seed),
      connects_(settings.connect_rate),
      backoff_(settings.reconnect_min, settings.reconnect_max),
      restarts_(settings.max_restarts, settings.restart_window) {}

// -- opening ---------------------------------------------------------------------

void session_keeper::open_all() {
    for (std::size_t i = 0; i < slots_.size(); ++i)
        to_open_.push_back(slots_.at(i).session.key);
    begin_due();
}

/// Slots without a session come before those that only renew theirs.
void session_keeper::begin_due() {
    begin_openings();
    begin_renewals();
}

void session_keeper::begin_openings() {
    while (!to_open_.empty() && !stopped_) {
        auto* slot = slots_.find(to_open_.front());
        if (slot && slot->phase == slot_phase::down) {
            if (!connects_.take(now()))
                return alarms_.set(alarms::kind::connect, connects_.next());
            open(*slot);
        }
        to_open_.pop_front();
    }
}

void session_keeper::begin_renewals() {
    while (!renewals_.empty() && renewing_ < renewals_at_once && !stopped_) {
        const auto [when, number] = *renewals_.begin();
        if (when > now())
            return alarms_.set(alarms::kind::renewal, when);
        if (!connects_.take(now()))
            return alarms_.set(alarms::kind::connect, connects_.next());
        auto& slot = slots_.at(number);
        forget_renewal(slot);
        ++renewing_;
        slot.successor = begin_session(slot);
    }
}

void session_keeper::open(pool_slot& slot) {
    slot.session = begin_session(slot);
    slots_.move(slot, slot_phase::opening);
}

pooled_session session_keeper::begin_session(pool_slot& slot) {
    pooled_session session;
    session.key = {slot.number, ++slot.generations};
    session.began = now();
    session.actor = self_->spawn<caf::monitored>(pool_session, session.key,
                                                 session_owner_actor(self_), make_channel_);
    actors_.emplace(session.actor.address(), session.key);
    return session;
}

pool_slot* session_keeper::on_opened(session_opened& message) {
    auto* slot = slots_.find(message.key);
    const bool renews = !slot;
    if (renews)
        slot = slots_.find_successor(message.key);
    if (!slot)
        return nullptr; // Retired meanwhile.
    auto& session = renews ? *slot->successor : slot->session;
    session.connection_id = std::move(message.connection_id);
    session.opened = now();
    if (!renews) {
        plan_renewal(*slot, session.began);
        return slot;
    }
    --renewing_;
    begin_due();
    return slot->phase == slot_phase::idle ? slot : nullptr;
}

// -- replacing ---------------------------------------------------------------------

void session_keeper::on_closed(const session_closed& message) {
    if (message.crashed) {
        ++crashed_;
        too_many_crashes_ = !restarts_.allows_another(now()) || too_many_crashes_;
    }
    if (message.failure)
        last_failure_ = message.failure;
    if (auto* slot = slots_.find(message.key)) {
        const bool was_open = slot->phase != slot_phase::opening;
        slot->session.actor = nullptr;
        slot->session.connection_id.clear();
        forget_renewal(*slot);
        slots_.move(*slot, slot_phase::down);
        replace_lost(*slot, was_open);
    } else if (auto* renewed = slots_.find_successor(message.key)) {
        successor_failed(*renewed);
    } else {
        retiring_.erase(message.key);
    }
}

std::optional<session_keeper::ended_session> session_keeper::on_down(const caf::actor_addr& actor) {
    const auto found = actors_.extract(actor);
    if (!found)
        return std::nullopt;
    const auto& key = found.mapped();
    const auto* slot = slots_.find(key);
    const bool fills_slot = (slot && slot->session.actor) || slots_.find_successor(key);
    return ended_session{key, fills_slot || retiring_.contains(key)};
}

/// One that was about to be renewed has its successor already. Else another is
/// opened at once, unless the last one was lost as soon as it was open: a service
/// that does so would be asked again and again without a pause.
void session_keeper::replace_lost(pool_slot& slot, bool was_open) {
    if (stopped_)
        return;
    replaced_ += was_open ? 1 : 0;
    const bool lived = was_open && now() - slot.session.opened >= settings_.reconnect_min;
    if (slot.successor) {
        const bool open = !slot.successor->connection_id.empty();
        slot.session = *std::exchange(slot.successor, std::nullopt);
        slots_.move(slot, open ? slot_phase::idle : slot_phase::opening);
        if (open)
            plan_renewal(slot, slot.session.began);
        else
            --renewing_;
    } else if (lived) {
        slot.failures = 0;
        open_soon(slot);
    } else {
        open_after_pause(slot);
    }
    begin_due();
}

void session_keeper::open_soon(pool_slot& slot) {
    to_open_.push_back(slot.session.key);
}

void session_keeper::open_after_pause(pool_slot& slot) {
    self_->delayed_send(self_, backoff_.pause(++slot.failures, random_),
                        reopen_slot{slot.session.key});
}

void session_keeper::on_reopen(const reopen_slot& message) {
    to_open_.push_back(message.key);
    begin_due();
}

void session_keeper::replace(pool_slot& slot) {
    retire(slot.session, close_reason::normal);
    slot.session.actor = nullptr;
    slot.session.connection_id.clear();
    // Its key is the retired session's: that one must not be found any more.
    slot.session.key.generation = ++slot.generations;
    forget_renewal(slot);
    slots_.move(slot, slot_phase::down);
    replace_lost(slot, /*was_open=*/true);
}

// -- renewing ----------------------------------------------------------------------

void session_keeper::plan_renewal(pool_slot& slot, time_point began) {
    std::uniform_real_distribution<double> share(renewal_from, renewal_until);
    const std::chrono::duration<double, std::nano> life = settings_.session_ttl;
    slot.renewal =
        began + std::chrono::duration_cast<std::chrono::nanoseconds>(life * share(random_));
    renewals_.emplace(*slot.renewal, slot.number);
    begin_renewals();
}

void session_keeper::forget_renewal(pool_slot& slot) {
    if (slot.renewal)
        renewals_.erase({*slot.renewal, slot.number});
    slot.renewal.reset();
}

/// The old one serves on meanwhile.
void session_keeper::successor_failed(pool_slot& slot) {
    renewing_ -= slot.successor->connection_id.empty() ? 1 : 0;
    slot.successor.reset();
    slot.renewal = now() + backoff_.pause(++slot.failures, random_);
    renewals_.emplace(*slot.renewal, slot.number);
    begin_due();
}

void session_keeper::take_over_if_free(pool_slot& slot) {
    if (!slot.held() && slot.successor && !slot.successor->connection_id.empty())
        take_over(slot);
}

void session_keeper::take_over(pool_slot& slot) {
    retire(slot.session, close_reason::normal);
    slot.session = *std::exchange(slot.successor, std::nullopt);
    slot.failures = 0; // Those of this renewal.
    ++renewed_;
    plan_renewal(slot, slot.session.began);
}

// -- closing -----------------------------------------------------------------------

void session_keeper::retire(const pooled_session& session, close_reason why) {
    self_->send(session.actor, close_session{why});
    retiring_.insert(session.key);
}

void session_keeper::close_all(close_reason why) {
    stop();
    for (std::size_t i = 0; i < slots_.size(); ++i) {
        auto& slot = slots_.at(i);
        if (slot.phase != slot_phase::down)
            self_->send(slot.session.actor, close_session{why});
        if (const auto successor = std::exchange(slot.successor, std::nullopt))
            retire(*successor, why);
    }
}

session_keeper::~session_keeper() {
    for (const auto& [address, key] : actors_)
        if (const auto actor = caf::actor_cast<caf::strong_actor_ptr>(address))
            actor->enqueue(nullptr, caf::make_message_id(), caf::make_message(owner_ended{}),
                           nullptr);
}

bool session_keeper::all_closed() const {
    return slots_.count(slot_phase::down) == slots_.size() && retiring_.empty();
}

} // namespace avatar
