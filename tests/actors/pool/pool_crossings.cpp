#include "tests/actors/pool/crossing_fixture.hpp"

#define CAF_SUITE pool_crossings

namespace avatar::tests::crossings {
namespace {

constexpr auto stopped = pool_after::stopped;
constexpr auto closed = pool_after::closed;
const codes cancelled{"requestCancelled"};
const codes cancelled_or_served{"requestCancelled", "none"};

const crossing on_a_running_request[] = {
    {"interrupt and end", running, interrupt, finish, {"requestInterrupted", "none"}},
    {"interrupt and death", running, interrupt, die, {"requestInterrupted", "connectionClosed"}},
    {"interrupt and death untouched", running, interrupt, die_untouched, {"requestInterrupted"}},
    {"interrupt and kill", running, interrupt, kill, {"requestInterrupted", "unknown"}},
    {"interrupt and shutdown", running, interrupt, shut_down, {"requestInterrupted", "unknown"}},
    {"interrupt and normal exit", running, interrupt, exit_normally, {"requestInterrupted"}},
    {"interrupt twice", running, interrupt, interrupt, {"requestInterrupted"}},
    {"timeout and end", running, time_out, finish, {"requestTimeout", "none"}},
    {"timeout and death", running, time_out, die, {"requestTimeout", "connectionClosed"}},
    {"timeout and death untouched", running, time_out, die_untouched, {"requestTimeout", "none"}},
    {"timeout and kill", running, time_out, kill, {"requestTimeout", "unknown"}},
    {"timeout and shutdown", running, time_out, shut_down, {"requestTimeout", "unknown"}},
    {"timeout and normal exit", running, time_out, exit_normally, {"requestTimeout"}},
    {"timeout and interrupt",
     running,
     time_out,
     interrupt,
     {"requestTimeout", "requestInterrupted"}},
    {"end and death", running, finish, die, {"none", "connectionClosed"}},
    {"end and death untouched", running, finish, die_untouched, {"none"}},
    // What is on its way to an actor that is killed comes back as an error.
    {"end and kill", running, finish, kill, {"none", "unknown"}, {"none", "bounced"}},
    {"end and shutdown", running, finish, shut_down, {"none", "unknown"}, {"none", "bounced"}},
    {"end and normal exit", running, finish, exit_normally, {"none"}},
    {"death and kill", running, die, kill, {"connectionClosed", "unknown"}},
    {"death untouched and kill", running, die_untouched, kill, {"none", "unknown"}},
    {"kill twice", running, kill, kill, {"unknown"}},
    {"kill and normal exit", running, kill, exit_normally, {"unknown"}},
};

const crossing on_a_late_request[] = {
    {"late end and death", late, finish, die, {"requestTimeout"}},
    {"late end and interrupt", late, finish, interrupt, {"requestTimeout"}},
    {"late end and overdue", late, finish, overdue, {"requestTimeout"}},
    {"late end and kill", late, finish, kill, {"requestTimeout"}, {"none", "bounced"}},
    {"overdue and death", late, overdue, die, {"requestTimeout"}},
    {"overdue and kill", late, overdue, kill, {"requestTimeout"}},
    {"overdue and interrupt", late, overdue, interrupt, {"requestTimeout"}},
    {"overdue and drain", late, overdue, drain, {"requestTimeout"}, cancelled, stopped},
    {"overdue and close", late, overdue, close, {"requestTimeout"}, cancelled, closed},
    {"late end and close", late, finish, close, {"requestTimeout"}, cancelled_or_served, closed},
};

const crossing on_a_request_on_its_way[] = {
    {"request and death", idle, send, die, {"none"}},
    {"request and death untouched", idle, send, die_untouched, {"none"}},
    {"request and crash", idle, send, crash, {"unknown"}, {"none"}},
    {"request and normal exit", idle, send, exit_normally, {"none"}},
    {"request and interrupt", idle, send, interrupt, {"requestInterrupted", "none"}},
    {"request and cancel", idle, send, cancel, cancelled, cancelled_or_served, stopped},
    {"request and drain", idle, send, drain, cancelled_or_served, cancelled_or_served, stopped},
    {"request and close", idle, send, close, cancelled, cancelled_or_served, closed},
};

const crossing on_an_end_of_the_pool[] = {
    {"cancel and end", running, cancel, finish, cancelled_or_served, cancelled, stopped},
    {"cancel and death",
     running,
     cancel,
     die,
     {"requestCancelled", "connectionClosed"},
     cancelled,
     stopped},
    {"cancel and death untouched",
     running,
     cancel,
     die_untouched,
     {"requestCancelled", "connectionClosed"},
     cancelled,
     stopped},
    {"cancel and kill", running, cancel, kill, {"requestCancelled", "unknown"}, cancelled, stopped},
    {"cancel and interrupt",
     running,
     cancel,
     interrupt,
     {"requestCancelled", "requestInterrupted"},
     cancelled_or_served,
     stopped},
    {"drain and end", running, drain, finish, {"none"}, cancelled_or_served, stopped},
    {"drain and death", running, drain, die, {"connectionClosed"}, cancelled, stopped},
    {"drain and death untouched",
     running,
     drain,
     die_untouched,
     {"connectionClosed", "requestCancelled"},
     cancelled,
     stopped},
    {"drain and kill", running, drain, kill, {"unknown"}, cancelled, stopped},
    {"drain and interrupt",
     running,
     drain,
     interrupt,
     {"requestInterrupted"},
     cancelled_or_served,
     stopped},
    {"drain and timeout",
     running,
     drain,
     time_out,
     {"requestTimeout", "requestCancelled"},
     cancelled,
     stopped},
    {"close and end", running, close, finish, cancelled_or_served, cancelled_or_served, closed},
    {"close and death",
     running,
     close,
     die,
     {"requestCancelled", "connectionClosed"},
     cancelled,
     closed},
    {"close and death untouched",
     running,
     close,
     die_untouched,
     {"requestCancelled", "connectionClosed"},
     cancelled,
     closed},
    {"close and kill", running, close, kill, {"requestCancelled", "unknown"}, cancelled, closed},
    {"close and interrupt",
     running,
     close,
     interrupt,
     {"requestCancelled", "requestInterrupted"},
     cancelled_or_served,
     closed},
    {"close and timeout",
     running,
     close,
     time_out,
     {"requestCancelled", "requestTimeout"},
     cancelled,
     closed},
    {"close and drain", running, close, drain, cancelled, cancelled, closed},
    {"close twice", running, close, close, cancelled, cancelled, closed},
};

const crossing on_a_renewal[] = {
    {"end and opening", renewing, finish, successor_opens, {"none"}},
    {"end and failed opening", renewing, finish, successor_dies, {"none"}},
    {"death and opening", renewing, die, successor_opens, {"connectionClosed"}},
    {"death and failed opening", renewing, die, successor_dies, {"connectionClosed"}},
    {"death untouched and opening", renewing, die_untouched, successor_opens, {"none"}},
    {"death untouched and failed opening", renewing, die_untouched, successor_dies, {"none"}},
    {"interrupt and opening", renewing, interrupt, successor_opens, {"requestInterrupted"}},
    {"interrupt and failed opening", renewing, interrupt, successor_dies, {"requestInterrupted"}},
    {"timeout and opening", renewing, time_out, successor_opens, {"requestTimeout"}},
    {"kill and opening", renewing, kill, successor_opens, {"unknown"}},
    {"opening and kill of the new one", renewing, successor_opens, kill_successor, {"none"}},
    {"kills of both", renewing, kill, kill_successor, {"unknown"}},
    {"drain and opening", renewing, drain, successor_opens, {"none"}, cancelled, stopped},
    {"drain and failed opening", renewing, drain, successor_dies, {"none"}, cancelled, stopped},
    {"close and opening", renewing, close, successor_opens, cancelled, cancelled, closed},
    {"close and failed opening", renewing, close, successor_dies, cancelled, cancelled, closed},
    {"end and death of the new one", renewed, finish, successor_dies, {"none"}},
    {"end and kill of the new one", renewed, finish, kill_successor, {"none"}, {"none", "bounced"}},
    {"death of both", renewed, die, successor_dies, {"connectionClosed"}},
    {"death untouched of both",
     renewed,
     die_untouched,
     successor_dies,
     {"none", "connectionClosed"}},
    {"end and death of the old one", renewed, finish, die, {"none", "connectionClosed"}},
    {"interrupt and death of the new one",
     renewed,
     interrupt,
     successor_dies,
     {"requestInterrupted"}},
    {"interrupt and death of the old one",
     renewed,
     interrupt,
     die,
     {"requestInterrupted", "connectionClosed"}},
    {"overdue and death of the new one", late_renewed, overdue, successor_dies, {"requestTimeout"}},
    {"overdue and death of the old one", late_renewed, overdue, die, {"requestTimeout"}},
    {"late end and overdue", late_renewed, finish, overdue, {"requestTimeout"}},
    {"timeout and death of the new one", renewed, time_out, successor_dies, {"requestTimeout"}},
    {"close and death of the new one", renewed, close, successor_dies, cancelled, cancelled,
     closed},
    {"close and death of the old one",
     renewed,
     close,
     die,
     {"requestCancelled", "connectionClosed"},
     cancelled,
     closed},
};

} // namespace

CAF_TEST(a running request that two things happen to at once has one result) {
    play_all(on_a_running_request);
}

CAF_TEST(what happens to a late request at once leaves it the result it has) {
    play_all(on_a_late_request);
}

CAF_TEST(a request that meets something on its way has one result) {
    play_all(on_a_request_on_its_way);
}

CAF_TEST(a request has one result when the pool ends meanwhile) {
    play_all(on_an_end_of_the_pool);
}

CAF_TEST(a request has one result when its session is exchanged meanwhile) {
    play_all(on_a_renewal);
}

} // namespace avatar::tests::crossings
