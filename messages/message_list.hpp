#pragma once

/// MESSAGE(name) for every message of the actors. A message that is not listed here
/// cannot be sent to another node.
#define AVATAR_MESSAGES(MESSAGE)                                                                   \
    MESSAGE(acquire_session)                                                                       \
    MESSAGE(arrival_due)                                                                           \
    MESSAGE(assigned_request)                                                                      \
    MESSAGE(audio_loaded)                                                                          \
    MESSAGE(audio_request)                                                                         \
    MESSAGE(audio_result)                                                                          \
    MESSAGE(cancel_request)                                                                        \
    MESSAGE(cancel_requests)                                                                       \
    MESSAGE(channel_alive)                                                                         \
    MESSAGE(channel_closed)                                                                        \
    MESSAGE(channel_opened)                                                                        \
    MESSAGE(check_session)                                                                         \
    MESSAGE(close_pool)                                                                            \
    MESSAGE(close_session)                                                                         \
    MESSAGE(connection_tried)                                                                      \
    MESSAGE(console_flushed)                                                                       \
    MESSAGE(deadline_due)                                                                          \
    MESSAGE(drain_pool)                                                                            \
    MESSAGE(exchange_finished)                                                                     \
    MESSAGE(flush_console)                                                                         \
    MESSAGE(get_pool_status)                                                                       \
    MESSAGE(get_run_report)                                                                        \
    MESSAGE(interrupt_request)                                                                     \
    MESSAGE(interrupts_due)                                                                        \
    MESSAGE(lease_granted)                                                                         \
    MESSAGE(next_round)                                                                            \
    MESSAGE(open_pool)                                                                             \
    MESSAGE(owner_ended)                                                                           \
    MESSAGE(play_run)                                                                              \
    MESSAGE(pool_closed)                                                                           \
    MESSAGE(pool_closing)                                                                          \
    MESSAGE(pool_failed)                                                                           \
    MESSAGE(pool_opened)                                                                           \
    MESSAGE(pool_opening)                                                                          \
    MESSAGE(pool_status)                                                                           \
    MESSAGE(reconnect_slot)                                                                        \
    MESSAGE(release_session)                                                                       \
    MESSAGE(request_failed)                                                                        \
    MESSAGE(returned_request)                                                                      \
    MESSAGE(round_finished)                                                                        \
    MESSAGE(round_progress)                                                                        \
    MESSAGE(round_started)                                                                         \
    MESSAGE(rounds_finished)                                                                       \
    MESSAGE(rounds_started)                                                                        \
    MESSAGE(run_outcome)                                                                           \
    MESSAGE(run_report)                                                                            \
    MESSAGE(run_rounds)                                                                            \
    MESSAGE(session_closed)                                                                        \
    MESSAGE(session_idle)                                                                          \
    MESSAGE(session_opened)                                                                        \
    MESSAGE(stop_rounds)                                                                           \
    MESSAGE(tell_progress)                                                                         \
    MESSAGE(watch_pool)
