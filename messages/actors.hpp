#pragma once

#include "audio.hpp"
#include "channel.hpp"
#include "leases.hpp"
#include "load.hpp"
#include "message_templates.hpp"
#include "nodes.hpp"
#include "pool.hpp"
#include "remote.hpp"
#include "rounds.hpp"
#include "run.hpp"
#include "run_report.hpp"
#include "session.hpp"
#include "shares.hpp"
#include "stats.hpp"

#include <caf/replies_to.hpp>
#include <caf/typed_actor.hpp>

/// Every actor and what it can be told, on one page. The messages
/// themselves are the plain structs of the headers above.
namespace avatar {

using caf::reacts_to;
using caf::replies_to;

/// Hears of its sessions' lives. Part of the pool supervisor.
using session_owner_actor = caf::typed_actor<         //
    reacts_to<session_opened>,                        //
    reacts_to<session_idle>,                          //
    reacts_to<request_failed>,                        //
    reacts_to<request_paused>,                        //
    replies_to<returned_request>::with<audio_result>, //
    reacts_to<session_closed>>;

/// One connection to the service, with at most one request in flight.
using session_actor = caf::typed_actor<
    // From its owner, for whoever it acts for: the answer goes straight to them.
    replies_to<assigned_request>::with<audio_result>,
    reacts_to<cancel_request>, //
    reacts_to<source_ended>,   //
    reacts_to<check_session>,  //
    reacts_to<close_session>,  //
    reacts_to<owner_ended>,
    // From its channel.
    reacts_to<channel_opened>,    //
    reacts_to<animation_frames>,  //
    reacts_to<reading_paused>,    //
    reacts_to<audio_wanted>,      //
    reacts_to<exchange_finished>, //
    reacts_to<channel_alive>,     //
    reacts_to<channel_closed>>;

/// A pool, as its callers see it: owns the sessions, assigns each request to an idle
/// one, queues the others.
using pool_actor = caf::typed_actor<                  //
    replies_to<open_pool>::with<pool_opened>,         //
    replies_to<audio_request>::with<audio_result>,    //
    replies_to<get_pool_status>::with<pool_status>,   //
    reacts_to<interrupt_request>,                     //
    replies_to<acquire_session>::with<lease_granted>, //
    reacts_to<release_session>,                       //
    reacts_to<cancel_requests>,                       //
    reacts_to<drain_pool>,                            //
    replies_to<close_pool>::with<pool_closed>,        //
    replies_to<watch_pool>::with<pool_failed>>;

/// A pool as the supervisor of a run sees it: one of this process, or those of all nodes.
using run_pool_actor = caf::typed_actor<            //
    replies_to<open_pool>::with<pool_opened>,       //
    replies_to<get_pool_status>::with<pool_status>, //
    reacts_to<drain_pool>,                          //
    replies_to<close_pool>::with<pool_closed>>;

/// Puts the load of a run on a pool.
using load_driver_actor = caf::typed_actor<        //
    replies_to<run_rounds>::with<rounds_finished>, //
    reacts_to<stop_rounds>>;

/// Sends rounds of requests to a pool, on schedule, or when it is told to.
using round_driver_actor = load_driver_actor::extend<reacts_to<begin_round>,
                                                     // From the pool's sessions.
                                                     reacts_to<audio_result>,
                                                     // From itself, later.
                                                     reacts_to<next_round>,     //
                                                     reacts_to<arrival_due>,    //
                                                     reacts_to<interrupts_due>, //
                                                     reacts_to<shape_overdue>,  //
                                                     reacts_to<tell_progress>>;

/// Passes the results of a run on to those that hear them, and their frames.
using result_feed_actor = frame_and_result_sink_actor::extend<reacts_to<flush_overdue>>;

/// Folds a run's results into its report.
using stats_actor = caf::typed_actor< //
    reacts_to<audio_result>,          //
    reacts_to<round_finished>,        //
    reacts_to<rounds_finished>,       //
    replies_to<get_request_figures>::with<request_figures>,
    // Of a run over nodes.
    reacts_to<share_figures>, //
    reacts_to<lost_requests>, //
    reacts_to<node_state>,    //
    replies_to<get_run_report>::with<run_report>>;

/// Hears how the first try of each of a pool's connections ended.
using connection_watcher_actor = caf::typed_actor<reacts_to<connection_tried>>;

/// Hears of the rounds as they happen.
using round_watcher_actor = caf::typed_actor< //
    reacts_to<rounds_started>,                //
    reacts_to<round_started>,                 //
    reacts_to<round_progress>,                //
    reacts_to<round_finished>,                //
    reacts_to<rounds_finished>>;

/// Writes the run to the terminal as it happens.
using console_actor = round_watcher_actor::extend< //
    reacts_to<connection_tried>,                   //
    reacts_to<audio_loaded>,                       //
    reacts_to<pool_opening>,                       //
    reacts_to<pool_opened>,                        //
    reacts_to<run_report>,                         //
    reacts_to<pool_status>,                        //
    reacts_to<pool_closing>,                       //
    reacts_to<pool_closed>,                        //
    replies_to<flush_console>::with<console_flushed>>;

/// Divides the load of a run among nodes: the run's pool and its driver at once, for the nodes
/// have both.
using load_conductor_actor = run_pool_actor::extend_with<load_driver_actor>::extend_with<
    node_owner_actor>::extend_with<share_owner_actor>::extend<reacts_to<nodes_due>>;

/// A pool over several nodes: for its callers, a pool.
using remote_pool_actor = pool_actor::extend_with<node_owner_actor>::extend_with<
    request_share_owner_actor>::extend<reacts_to<nodes_due>,
                                       // From the relays of its requests.
                                       reacts_to<remote_credit>, //
                                       reacts_to<remote_audio>,  //
                                       reacts_to<remote_source_ended>>;

/// Gets what the sink and the source of one request of a pool over nodes answer.
using partner_relay_actor = caf::typed_actor< //
    reacts_to<frame_credit>,                  //
    reacts_to<audio_piece>,                   //
    reacts_to<source_ended>>;

/// Plays one run with the actors above, and notices when one of them ends early.
using run_supervisor_actor = caf::typed_actor< //
    replies_to<play_run>::with<run_outcome>,   //
    reacts_to<stop_run>,                       //
    // From itself, later.
    reacts_to<run_overdue>>;

} // namespace avatar
