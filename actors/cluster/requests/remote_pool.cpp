#include "actors/cluster/requests/remote_pool.hpp"

#include "actors/actor_end.hpp"
#include "actors/cluster/requests/partner_relay.hpp"
#include "actors/cluster/requests/remote_failures.hpp"
#include "actors/cluster/shares/division.hpp"
#include "actors/cluster/shares/node_failures.hpp"
#include "config/checks.hpp"
#include "config/error.hpp"

#include <caf/actor_cast.hpp>
#include <caf/send.hpp>

#include <algorithm>
#include <chrono>

namespace avatar {
using protocol::failure_code;

namespace {

/// With the offsets of its pieces.
bool goes_inline(const audio_clip& clip) {
    return clip.size() + sizeof(std::uint64_t) * (clip.pieces() - 1) <= longest_inline_clip;
}

} // namespace

void check(const remote_pool_plan& plan) {
    if (plan.nodes.empty() || !plan.connector)
        throw config::config_error("remote_pool_plan: expected nodes and a connector");
    auto of_one = plan.pool; // What a node can hold bounds its part, not all of them.
    of_one.size = part_of(plan.pool.size, 0, plan.nodes.size());
    config::check_pool(of_one);
    if (plan.pool.size < plan.nodes.size())
        throw config::config_error("remote_pool_plan.pool.size: expected a connection for each "
                                   "node at least");
}

pool_actor spawn_remote_pool(caf::actor_system& system, remote_pool_plan plan) {
    check(plan);
    return system.spawn(remote_pool, std::move(plan));
}

remote_pool_actor::behavior_type
remote_pool(remote_pool_actor::stateful_pointer<remote_pool_state> self, remote_pool_plan plan) {
    auto& state = self->state;
    name_exceptions(self);
    ignore_errors_of_others(self);
    check(plan);
    state.start(std::move(plan));
    auto& shares = state.shares();
    auto& leases = state.leases();
    self->set_down_handler([&](const caf::down_msg& message) { state.on_down(message); });
    // CAF tries them in this order: what comes with every request stands first.
    return {
        [&](audio_request& request) { return state.on_request(request); },
        [&](remote_result& told) { state.on_result(told); },
        [&](remote_frames& some) { state.on_frames(some); },
        [&](const remote_audio_wanted& asked) { state.on_audio_wanted(asked); },
        [&](const remote_credit& credit) { state.on_credit(credit); },
        [&](remote_audio& part) { state.on_audio(part); },
        [&](const interrupt_request& which) { state.on_interrupt(which); },
        [&](acquire_session& question) { return state.on_acquire(question); },
        [&](remote_lease& told) { leases.on_granted(told); },
        [&](const release_session& which) { leases.on_release(which); },
        [&](open_pool) { return shares.on_open(); },
        [&](const get_pool_status& question) { return shares.on_status_asked(question); },
        [&](cancel_requests) { state.on_cancel(); },
        [&](drain_pool) { state.on_drain(); },
        [&](close_pool) { return state.on_close(); },
        [&](watch_pool) { return state.on_watch(); },
        [&](const node_up& event) { shares.on_node_up(event); },
        [&](const node_down& event) { shares.on_node_down(event); },
        [](const next_clip_part&) {},
        [&](share_connections_tried& event) { shares.on_tried(event); },
        [&](share_opened& event) { shares.on_opened(event); },
        [&](share_progress& event) { shares.on_progress(event); },
        [&](share_status& event) { shares.on_status(event); },
        [&](const remote_source_ended& which) { state.on_source_ended(which); },
        [&](const nodes_due& due) {
            due.of == nodes_due::kind::lease ? leases.on_due() : shares.on_due(due);
        },
    };
}

void remote_pool_state::start(remote_pool_plan plan) {
    plan_ = std::move(plan);
    node_shares_plan shares;
    shares.nodes = plan_.nodes;
    shares.connector = plan_.connector;
    shares.pool = plan_.pool;
    shares.use = share_use::requests;
    shares.audio = audio_clip({}, plan_.format);
    shares.watcher = plan_.watcher;
    shares_.emplace(self_, std::move(shares), *this);
    clips_.emplace(self_->system());
    loads_.emplace(plan_.nodes.size());
    leases_.emplace(self_, *shares_, *loads_, watch_, plan_.pool.max_lease);
}

caf::actor_addr remote_pool_state::sender() const {
    return caf::actor_cast<caf::actor_addr>(self_->current_sender());
}

std::size_t remote_pool_state::number_of(const shared_node& node) const {
    return static_cast<std::size_t>(shares_->number_of(node));
}

request_share_actor remote_pool_state::share_of(std::size_t node) const {
    return caf::actor_cast<request_share_actor>(shares_->nodes()[node].handle);
}

// -- requests --------------------------------------------------------------------------

remote_pool_state::result_promise remote_pool_state::on_request(audio_request& request) {
    const auto caller = sender(); // Before the promise, which takes it.
    auto promise = self_->make_response_promise<audio_result>();
    outcomes_.enter();
    const auto number = ++last_number_;
    auto& open = requests_[number];
    open.promise = promise;
    open.caller = caller;
    open.request = std::move(request);
    open.has_source = static_cast<bool>(open.request.source);
    by_id_.add(open.request.request_id, number);
    add_partner(number, open.request.sink);
    add_partner(number, open.request.source);
    if (const auto why = why_refused(open.request, caller))
        fail(number, why);
    else
        send(number, open);
    return promise;
}

/// What the pool of the node could not tell by itself.
protocol::failure remote_pool_state::why_refused(const audio_request& request,
                                                 const caf::actor_addr& caller) {
    if (stopped_)
        return request_was_cancelled();
    if (request.request_id.empty())
        return has_no_id();
    if (request.lease != 0 && !leases_->node_of(request.lease, caller))
        return lease_is_over();
    if (!can_cross(request.audio))
        return clip_cannot_cross(request.audio.size());
    return {};
}

/// Clips that a node could not keep are not even packed.
bool remote_pool_state::can_cross(const audio_clip& clip) {
    return goes_inline(clip) ||
           (clip.size() <= most_clip_bytes && clips_->of(clip).bytes->size() <= most_clip_bytes);
}

void remote_pool_state::send(std::uint64_t number, open_request& open) {
    const auto lease = open.request.lease;
    const auto node = lease == 0 ? loads_->least() : leases_->node_of(lease, open.caller);
    if (!node)
        return fail(number, loads_->some_up() ? all_nodes_are_busy() : no_node_is_up());
    open.node = *node;
    open.share = shares_->nodes()[*node].share;
    remote_request order;
    order.number = number;
    order.request_id = open.request.request_id;
    order.lease = open.request.lease;
    order.spent = open.request.spent;
    order.has_sink = static_cast<bool>(open.request.sink);
    order.window = open.request.window;
    order.has_source = open.has_source;
    open.bytes = send_clip(open, order);
    loads_->add_request(*node, number, open.bytes);
    self_->send(share_of(*node), std::move(order));
}

/// Gives the bytes that are under way with it.
std::size_t remote_pool_state::send_clip(const open_request& open, remote_request& order) {
    const auto& clip = open.request.audio;
    if (goes_inline(clip)) {
        order.audio = clip;
        return clip.size();
    }
    auto what = loads_->clips(open.node).send(clips_->of(clip));
    for (const auto& old : what.dropped)
        self_->send(share_of(open.node), old);
    std::size_t bytes = 0;
    for (auto& part : what.parts) {
        bytes += part.part.size();
        self_->send(share_of(open.node), std::move(part));
    }
    order.clip = what.clip;
    return bytes;
}

void remote_pool_state::on_result(remote_result& told) {
    const auto found = requests_.find(told.number);
    if (found == requests_.end() || found->second.share != told.share)
        return;
    auto& open = found->second;
    if (told.result.failure.code == failure_code::node_lost) // Its worker stops: not begun.
        return on_refused(told.number, told.result.failure);
    if (open.instead && !told.result.ok())
        told.result.failure = std::move(open.instead);
    if (told.result.failure.code == failure_code::lease_lost)
        leases_->on_lost(open.request.lease);
    told.result.request_id = open.request.request_id;
    answer(told.number, std::move(told.result));
}

void remote_pool_state::answer(std::uint64_t number, audio_result result) {
    auto ended = requests_.extract(number);
    auto& open = ended.mapped();
    outcomes_.end(result.failure.code);
    by_id_.remove(open.request.request_id, number);
    remove_partner(number, open.request.sink);
    remove_partner(number, open.request.source);
    take_from_node(number, open);
    open.promise.deliver(std::move(result));
}

/// Else the share that had it is gone, and all with it.
bool remote_pool_state::is_with_its_node(const open_request& open) const {
    return open.share != 0 && shares_->nodes()[open.node].share == open.share;
}

void remote_pool_state::take_from_node(std::uint64_t number, const open_request& open) {
    if (is_with_its_node(open))
        loads_->remove_request(open.node, number, open.bytes);
}

bool remote_pool_state::may_go_elsewhere(const open_request& open) const {
    return !stopped_ && !open.instead && !open.interrupted && open.request.lease == 0;
}

/// What was decided here before the node failed it.
protocol::failure remote_pool_state::reason_for(const open_request& open,
                                                const protocol::failure& why) {
    if (open.instead)
        return open.instead;
    return open.interrupted ? request_was_interrupted() : why;
}

/// By a node that stops. Another one is as good, and no try was spent.
void remote_pool_state::on_refused(std::uint64_t number, const protocol::failure& why) {
    auto& open = requests_.at(number);
    loads_->note_connected(open.node, 0); // Until it tells otherwise.
    take_from_node(number, open);
    open.share = 0;
    const bool elsewhere = ++open.refusals <= plan_.nodes.size() && loads_->some_up();
    if (elsewhere && may_go_elsewhere(open))
        return send(number, open);
    fail(number, reason_for(open, why));
}

/// With its node.
void remote_pool_state::on_lost(std::uint64_t number, const protocol::failure& why) {
    auto& open = requests_.at(number);
    open.share = 0;
    const auto& pool = plan_.pool;
    if (pool.retry_accepted && !open.begun && open.tries <= pool.retries &&
        may_go_elsewhere(open)) {
        ++open.tries;
        return send(number, open);
    }
    fail(number, reason_for(open, why));
}

void remote_pool_state::fail(std::uint64_t number, protocol::failure why) {
    audio_result result;
    result.request_id = requests_.at(number).request.request_id;
    result.failure = std::move(why);
    answer(number, std::move(result));
}

/// Counts from who sent it; of several the oldest is meant.
void remote_pool_state::on_interrupt(const interrupt_request& which) {
    const auto caller = sender();
    for (const auto number : by_id_.of(which.request_id))
        if (auto& open = requests_.at(number); open.caller == caller) {
            open.interrupted = true;
            return interrupt(number, {});
        }
}

void remote_pool_state::interrupt(std::uint64_t number, protocol::failure instead) {
    auto& open = requests_.at(number);
    if (!open.instead)
        open.instead = std::move(instead);
    self_->send(share_of(open.node), interrupt_remote{number});
}

// -- frames and audio ------------------------------------------------------------------

template <class Handle>
void remote_pool_state::add_partner(std::uint64_t number, const Handle& partner) {
    if (!partner)
        return;
    by_partner_.add(partner.address(), number);
    watch_.add(partner.address());
}

template <class Handle>
void remote_pool_state::remove_partner(std::uint64_t number, Handle& partner) {
    if (!partner)
        return;
    by_partner_.remove(partner.address(), number);
    watch_.remove(partner.address());
    partner = Handle();
}

const partner_relay_actor& remote_pool_state::relay_of(std::uint64_t number, open_request& open) {
    if (!open.relay)
        open.relay =
            self_->spawn<caf::lazy_init>(partner_relay, caf::actor_cast<remote_pool_actor>(self_),
                                         number, open.request.source.address());
    return open.relay;
}

void remote_pool_state::on_frames(remote_frames& some) {
    const auto found = requests_.find(some.number);
    if (found == requests_.end() || found->second.share != some.share ||
        !found->second.request.sink)
        return;
    auto& open = found->second;
    open.begun = true;
    // No time limit: the node has one for the time without credit. A sink that ends is noticed.
    caf::send_as(relay_of(some.number, open), open.request.sink,
                 animation_frames{open.request.request_id, std::move(some.frames)});
}

void remote_pool_state::on_credit(const remote_credit& credit) {
    if (const auto found = requests_.find(credit.number); found != requests_.end())
        self_->send(share_of(found->second.node), credit);
}

void remote_pool_state::on_audio_wanted(const remote_audio_wanted& asked) {
    const auto found = requests_.find(asked.number);
    if (found == requests_.end() || found->second.share != asked.share ||
        !found->second.request.source)
        return;
    auto& open = found->second;
    open.begun = true;
    caf::send_as(relay_of(asked.number, open), open.request.source,
                 next_audio{open.request.request_id, asked.first});
}

void remote_pool_state::on_audio(remote_audio& part) {
    const auto found = requests_.find(part.number);
    if (found == requests_.end())
        return;
    auto& open = found->second;
    open.audio_ended |= part.whole && part.last;
    self_->send(share_of(open.node), std::move(part));
}

/// Nothing that it said is on its way any more.
void remote_pool_state::on_source_ended(const remote_source_ended& which) {
    const auto found = requests_.find(which.number);
    if (found != requests_.end() && !found->second.audio_ended)
        interrupt(which.number, source_has_ended());
}

/// It is not watched for this request any more: a further one with it is told of its end anew.
void remote_pool_state::on_partner_down(std::uint64_t number, const caf::actor_addr& partner) {
    auto& open = requests_.at(number);
    const bool was_sink = open.request.sink && partner == open.request.sink;
    const bool was_source = open.request.source && partner == open.request.source;
    if (was_sink) {
        remove_partner(number, open.request.sink);
        interrupt(number, sink_has_ended());
    }
    if (was_source) {
        remove_partner(number, open.request.source);
        if (open.relay) // Which may have its last audio.
            self_->send(open.relay, source_ended{open.request.request_id});
        else
            interrupt(number, source_has_ended());
    }
}

// -- leases ----------------------------------------------------------------------------

remote_pool_state::granted_promise remote_pool_state::on_acquire(acquire_session& question) {
    return leases_->on_acquire(question, stopped_ ? request_was_cancelled() : protocol::failure());
}

// -- when something ends ---------------------------------------------------------------

void remote_pool_state::on_down(const caf::down_msg& message) {
    if (shares_->on_down(message))
        return;
    for (const auto number : by_partner_.of(message.source))
        on_partner_down(number, message.source);
    leases_->on_holder_down(message.source);
}

void remote_pool_state::on_share_opened(shared_node& node) {
    note_connected(node);
}

void remote_pool_state::on_share_reported(shared_node& node) {
    note_connected(node);
}

void remote_pool_state::note_connected(const shared_node& node) {
    loads_->note_connected(number_of(node), node.open ? node.connected : 0);
}

void remote_pool_state::on_share_lost(shared_node& node, const share_account::outcomes&,
                                      std::uint64_t) {
    const auto lost = loads_->take(number_of(node));
    const auto why = node_is_lost(node.address.text(), node.why);
    leases_->on_share_lost(lost, why);
    for (const auto each : lost.requests)
        on_lost(each, why);
}

// -- the pool --------------------------------------------------------------------------

/// What became of requests this pool knows better than its nodes, some of which are gone.
void remote_pool_state::complete(pool_status& status) {
    status.requests = outcomes_.snapshot(requests_.size());
    status.leased = leases_->held();
}

/// The nodes cancel what they have; what they answer is the result.
void remote_pool_state::on_cancel() {
    stopped_ = true;
    std::vector<std::uint64_t> numbers;
    for (const auto& [number, open] : requests_)
        numbers.push_back(number);
    for (const auto number : numbers)
        interrupt(number, request_was_cancelled());
    shares_->stop();
}

void remote_pool_state::on_drain() {
    stopped_ = true;
    shares_->stop();
}

remote_pool_state::closed_promise remote_pool_state::on_close() {
    stopped_ = true;
    return shares_->on_close();
}

void remote_pool_state::on_all_closed() {
    std::vector<std::uint64_t> numbers;
    for (const auto& [number, open] : requests_)
        numbers.push_back(number);
    for (const auto number : numbers)
        fail(number, request_was_cancelled());
    leases_->on_all_closed(request_was_cancelled());
}

/// A node whose pool fails is lost; this pool goes on with the others.
remote_pool_state::failed_promise remote_pool_state::on_watch() {
    auto promise = self_->make_response_promise<pool_failed>();
    watching_.push_back(promise);
    return promise;
}

} // namespace avatar
