#include "messages/message_types.hpp"

#include "messages/actors.hpp"

#include <caf/actor_system_config.hpp>

namespace avatar {
namespace {

template <class T>
void add(caf::actor_system_config& config, const char* name) {
    config.add_message_type<T>(name);
}

} // namespace

void add_message_types(caf::actor_system_config& config) {
    add<acquire_session>(config, "avatar::acquire_session");
    add<arrival_due>(config, "avatar::arrival_due");
    add<assigned_request>(config, "avatar::assigned_request");
    add<audio_loaded>(config, "avatar::audio_loaded");
    add<audio_request>(config, "avatar::audio_request");
    add<audio_result>(config, "avatar::audio_result");
    add<cancel_request>(config, "avatar::cancel_request");
    add<cancel_requests>(config, "avatar::cancel_requests");
    add<channel_alive>(config, "avatar::channel_alive");
    add<channel_closed>(config, "avatar::channel_closed");
    add<channel_opened>(config, "avatar::channel_opened");
    add<check_session>(config, "avatar::check_session");
    add<close_pool>(config, "avatar::close_pool");
    add<close_session>(config, "avatar::close_session");
    add<connection_tried>(config, "avatar::connection_tried");
    add<console_flushed>(config, "avatar::console_flushed");
    add<deadline_due>(config, "avatar::deadline_due");
    add<drain_pool>(config, "avatar::drain_pool");
    add<exchange_finished>(config, "avatar::exchange_finished");
    add<flush_console>(config, "avatar::flush_console");
    add<get_pool_status>(config, "avatar::get_pool_status");
    add<get_run_report>(config, "avatar::get_run_report");
    add<interrupt_request>(config, "avatar::interrupt_request");
    add<interrupts_due>(config, "avatar::interrupts_due");
    add<lease_granted>(config, "avatar::lease_granted");
    add<next_round>(config, "avatar::next_round");
    add<open_pool>(config, "avatar::open_pool");
    add<owner_ended>(config, "avatar::owner_ended");
    add<play_run>(config, "avatar::play_run");
    add<pool_closed>(config, "avatar::pool_closed");
    add<pool_closing>(config, "avatar::pool_closing");
    add<pool_failed>(config, "avatar::pool_failed");
    add<pool_opened>(config, "avatar::pool_opened");
    add<pool_opening>(config, "avatar::pool_opening");
    add<pool_status>(config, "avatar::pool_status");
    add<release_session>(config, "avatar::release_session");
    add<reconnect_slot>(config, "avatar::reconnect_slot");
    add<request_failed>(config, "avatar::request_failed");
    add<returned_request>(config, "avatar::returned_request");
    add<round_finished>(config, "avatar::round_finished");
    add<round_progress>(config, "avatar::round_progress");
    add<round_started>(config, "avatar::round_started");
    add<rounds_finished>(config, "avatar::rounds_finished");
    add<rounds_started>(config, "avatar::rounds_started");
    add<run_outcome>(config, "avatar::run_outcome");
    add<run_report>(config, "avatar::run_report");
    add<run_rounds>(config, "avatar::run_rounds");
    add<session_closed>(config, "avatar::session_closed");
    add<session_idle>(config, "avatar::session_idle");
    add<session_opened>(config, "avatar::session_opened");
    add<stop_rounds>(config, "avatar::stop_rounds");
    add<tell_progress>(config, "avatar::tell_progress");
    add<watch_pool>(config, "avatar::watch_pool");
}

} // namespace avatar
