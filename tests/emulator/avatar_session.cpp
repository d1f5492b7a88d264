#include "emulator/avatar_session.hpp"

#include "recording_peer.hpp"

#include <algorithm>
#include <chrono>
#include <stdexcept>
#include <string>

#define CAF_SUITE avatar_session
#include "caf/test/dsl.hpp"

using namespace avatar::emulator;
using namespace avatar::protocol;
using namespace std::chrono_literals;

namespace {

/// One second of PCM at 16 kHz.
const std::string second(32'000, '\1');

/// Four frames for a second, without pacing or limits.
std::shared_ptr<session_rules> default_rules() {
    auto rules = std::make_shared<session_rules>();
    rules->settings.first_frame = 0;
    rules->settings.frame_interval = 0ms;
    rules->settings.frames_per_second_of_audio = 4.0;
    rules->settings.frame_bytes = 16;
    return rules;
}

struct avatar_session_fixture {
    boost::asio::io_context io;
    std::shared_ptr<session_rules> rules = default_rules();
    std::shared_ptr<recording_peer> client = std::make_shared<recording_peer>(io);
    std::shared_ptr<avatar_session> session;

    void open() { session = avatar_session::open(client, rules, "avatar", "app"); }

    /// Opens and configures; nothing of that stays on record.
    void confirm() {
        open();
        say(configure(16'000));
        CAF_REQUIRE_EQUAL(client->lines.size(), 1u);
        CAF_REQUIRE_EQUAL(client->lines[0].substr(0, 8), "confirm ");
        client->lines.clear();
    }

    static configure_session configure(std::int32_t rate) {
        configure_session wanted;
        wanted.sample_rate = rate;
        return wanted;
    }

    void say(const message& m) { session->on_message(encode(m), false); }

    void with_places(std::size_t count) { rules->places = std::make_shared<session_places>(count); }

    void with_faults(std::vector<fault> faults) {
        rules->faults = std::make_shared<fault_source>(scenario(std::move(faults)));
    }

    /// Opens and configures a session that meets that fault.
    void inject_at(fault_point at, fault_action action) {
        rules = default_rules();
        with_faults({{at, "avatar", 0, std::move(action)}});
        open();
        say(configure(16'000));
    }

    std::string said() {
        std::string text;
        for (const auto& line : client->lines)
            text += (text.empty() ? "" : "; ") + line;
        return text;
    }

    /// Runs the timers until the session has closed the connection.
    void run_until_closed() {
        io.restart();
        while (client->lines.empty() || client->lines.back().substr(0, 5) != "close")
            if (io.run_one() == 0)
                CAF_FAIL("the session never closes; it said: " << said());
    }
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(avatar_session_tests, avatar_session_fixture)

CAF_TEST(a configured session is confirmed with an id of its own) {
    open();
    say(configure(16'000));
    const auto first = client->lines.at(0);
    CAF_CHECK_EQUAL(first.substr(0, 8), "confirm ");
    CAF_CHECK(first.size() > 8 + 20);
    client->lines.clear();
    open();
    say(configure(16'000));
    CAF_CHECK_NOT_EQUAL(client->lines.at(0), first);
}

CAF_TEST(a configuration that is not taken ends the session) {
    open();
    say(configure(11'025));
    CAF_CHECK_EQUAL(said(), "error 2 unsupported sample rate: 11025; "
                            "close 1000 unsupported sample rate: 11025");
}

CAF_TEST(a session beyond the places of its app is refused when it is configured) {
    with_places(1);
    confirm();
    const auto first = client;
    client = std::make_shared<recording_peer>(io);
    const auto kept = session;
    open();
    CAF_CHECK_EQUAL(said(), "");
    say(configure(16'000));
    CAF_CHECK_EQUAL(said(), "error 4003 concurrent session limit reached; "
                            "close 4003 concurrent session limit reached");
    session->on_closed(4003);
    client->lines.clear();
    open();
    say(configure(11'025)); // No place: what it wants does not matter.
    CAF_CHECK_EQUAL(client->lines.at(0), "error 4003 concurrent session limit reached");
    kept->on_closed(1000);
    client->lines.clear();
    confirm();
}

CAF_TEST(places are those of each app) {
    with_places(1);
    confirm();
    const auto kept = session;
    session = avatar_session::open(client, rules, "avatar", "another app");
    say(configure(16'000));
    CAF_CHECK_EQUAL(client->lines.at(0).substr(0, 8), "confirm ");
}

CAF_TEST(a session that the service ends has no place from then on) {
    for (const auto& ending :
         std::vector<fault_action>{clean_close{4010, "odd"}, error_message{4503, "odd"}, reset{}}) {
        rules = default_rules();
        with_places(1);
        with_faults({{fault_point::audio, "avatar", 0, ending}});
        client->lines.clear();
        confirm();
        const auto kept = session;
        say(audio_input{"a", true, second});
        client->lines.clear();
        confirm();
    }
}

CAF_TEST(a session that only its client has lost keeps its place until the connection ends) {
    for (const auto& ending : std::vector<fault_action>{silence{}, stall{}}) {
        rules = default_rules();
        with_places(1);
        with_faults({{fault_point::audio, "avatar", 0, ending}});
        client->lines.clear();
        confirm();
        const auto kept = session;
        say(audio_input{"a", true, second});
        client->lines.clear();
        open();
        say(configure(16'000));
        CAF_CHECK_EQUAL(client->lines.at(0), "error 4003 concurrent session limit reached");
        kept->on_closed(1006);
        client->lines.clear();
        confirm();
    }
}

CAF_TEST(codes of the service close with the same code and others with 1000) {
    for (const auto& [code, closed] :
         {std::pair(4001, 4001), std::pair(4003, 4003), std::pair(4010, 4010),
          std::pair(4503, 4503), std::pair(4999, 4999), std::pair(3999, 1000),
          std::pair(5000, 1000), std::pair(13, 1000), std::pair(-4001, 1000)}) {
        client->lines.clear();
        inject_at(fault_point::handshake, error_message{code, "odd"});
        CAF_CHECK_EQUAL(said(), "error " + std::to_string(code) + " odd; close " +
                                    std::to_string(closed) + " odd");
    }
}

CAF_TEST(a first message that is not protobuf ends the session) {
    const std::string refusal = "error 2 failed to unmarshal initial message; "
                                "close 1000 failed to unmarshal initial message";
    open();
    session->on_message("\xff\xff\xff", false);
    CAF_CHECK_EQUAL(said(), refusal);
    client->lines.clear();
    open();
    session->on_message("hello", true);
    CAF_CHECK_EQUAL(said(), refusal);
}

CAF_TEST(a first message that does not configure ends the session) {
    open();
    say(audio_input{"a", true, second});
    CAF_CHECK_EQUAL(said(), "error 2 expected ClientConfigureSession message; "
                            "close 1000 expected ClientConfigureSession message");
}

CAF_TEST(a session that is never configured ends) {
    rules->configure_limit = 20ms;
    open();
    run_until_closed();
    CAF_CHECK_EQUAL(said(), "error 4 expected ClientConfigureSession message within 0.02s; "
                            "close 1000 expected ClientConfigureSession message within 0.02s");
}

CAF_TEST(audio is answered with frames) {
    confirm();
    say(audio_input{"a", false, second});
    CAF_CHECK_EQUAL(said(), "frame a; frame a; frame a");
    say(audio_input{"a", true, ""});
    CAF_CHECK_EQUAL(said(), "frame a; frame a; frame a; last a");
}

CAF_TEST(without pacing and limits a confirmed session waits on no timer) {
    rules->configure_limit = 1h;
    confirm();
    say(audio_input{"a", true, second});
    io.run();
    CAF_CHECK_EQUAL(said(), "frame a; frame a; frame a; last a");
}

CAF_TEST(paced frames come by the timer) {
    rules->settings.first_frame = 0.02;
    rules->settings.frame_interval = 5ms;
    confirm();
    const auto start = std::chrono::steady_clock::now();
    say(audio_input{"a", true, second});
    CAF_CHECK_EQUAL(said(), "");
    io.run();
    CAF_CHECK_EQUAL(said(), "frame a; frame a; frame a; last a");
    CAF_CHECK(std::chrono::steady_clock::now() - start >= 35ms);
}

CAF_TEST(a listener that throws on the timer ends that session alone) {
    rules->settings.first_frame = 0.02;
    confirm();
    rules->on.on_message_sent = [](std::string_view) { throw std::runtime_error("made to fail"); };
    say(audio_input{"a", true, second});
    io.run();
    CAF_CHECK_EQUAL(said(), "failed: made to fail");
}

CAF_TEST(an earlier frame moves the timer forward) {
    rules->settings.first_frame = 0.05;
    confirm();
    say(audio_input{"slow", true, second + second});
    say(audio_input{"quick", true, second});
    io.run();
    CAF_CHECK_EQUAL(said(), "frame quick; frame quick; frame quick; last quick; frame slow; "
                            "frame slow; frame slow; frame slow; frame slow; frame slow; "
                            "frame slow; last slow");
}

CAF_TEST(an interrupted request ends at once) {
    rules->settings.first_frame = 100;
    confirm();
    say(audio_input{"a", true, second});
    say(client_interrupt{"a"});
    CAF_CHECK_EQUAL(said(), "last a");
    say(client_interrupt{"nobody"});
    CAF_CHECK_EQUAL(said(), "last a");
}

CAF_TEST(an error of one request leaves the session open) {
    rules->max_audio = 1s;
    confirm();
    say(audio_input{"a", true, second + second});
    say(audio_input{"b", true, ""});
    CAF_CHECK_EQUAL(said(), "error 3 audio is longer than 1 seconds [a]; last b");
}

CAF_TEST(a request that breaks a limit of the session ends it) {
    rules->max_request_bytes = 1000;
    confirm();
    say(audio_input{"a", true, second});
    say(audio_input{"b", true, ""});
    CAF_CHECK_EQUAL(said(), "error 8 audio of one request exceeds 1000 bytes; "
                            "close 1000 audio of one request exceeds 1000 bytes");
}

CAF_TEST(bytes that are not protobuf end a running session) {
    confirm();
    session->on_message("\xff\xff\xff", false);
    CAF_CHECK_EQUAL(said(), "error 3 failed to unmarshal message; "
                            "close 1000 failed to unmarshal message");
}

CAF_TEST(a text frame ends a running session) {
    confirm();
    session->on_message(encode(audio_input{"a", true, ""}), true);
    CAF_CHECK_EQUAL(said(), "error 2 unexpected message type: text frame; "
                            "close 1000 unexpected message type: text frame");
}

CAF_TEST(a message that clients do not send ends a running session) {
    for (const message& m : {message(configure(16'000)), message(confirm_session{"c"}),
                             message(response_animation{}), message(unknown_message{99})}) {
        confirm();
        say(m);
        CAF_CHECK_EQUAL(said(), "error 2 unexpected message type; "
                                "close 1000 unexpected message type");
        client->lines.clear();
    }
}

CAF_TEST(what a client says after the end is not heard) {
    confirm();
    session->on_message("hello", true);
    client->lines.clear();
    say(audio_input{"a", true, second});
    session->on_message("hello", true);
    io.run();
    CAF_CHECK_EQUAL(said(), "");
}

CAF_TEST(a session without audio input ends) {
    rules->settings.idle_timeout = 20ms;
    confirm();
    run_until_closed();
    CAF_CHECK_EQUAL(said(), "error 4 no audio input for 0.02s; "
                            "close 1000 no audio input for 0.02s");
}

CAF_TEST(the shortest limit ends a session) {
    rules->configure_limit = 1ms;
    open();
    run_until_closed();
    CAF_CHECK_EQUAL(said(), "error 4 expected ClientConfigureSession message within 0.001s; "
                            "close 1000 expected ClientConfigureSession message within 0.001s");
    client->lines.clear();
    rules = default_rules();
    rules->settings.idle_timeout = 1ms;
    confirm();
    run_until_closed();
    CAF_CHECK_EQUAL(said(), "error 4 no audio input for 0.001s; close 1000 no audio input for "
                            "0.001s");
    client->lines.clear();
    rules = default_rules();
    rules->settings.session_limit = 1ms;
    confirm();
    run_until_closed();
    CAF_CHECK_EQUAL(said(), "error 4002 session time limit reached; "
                            "close 4002 session time limit reached");
}

CAF_TEST(a session is idle only once it is configured) {
    rules->settings.idle_timeout = 1ms;
    rules->configure_limit = 20ms;
    with_faults({{.at = fault_point::idle, .action = reset{}, .idle_for = 1ms}});
    open();
    run_until_closed();
    CAF_CHECK_EQUAL(said(), "error 4 expected ClientConfigureSession message within 0.02s; "
                            "close 1000 expected ClientConfigureSession message within 0.02s");
}

CAF_TEST(a request under way keeps the faults of idle sessions off) {
    rules->settings.idle_timeout = 20ms;
    with_faults({{.at = fault_point::idle, .action = reset{}, .idle_for = 1ms}});
    confirm();
    say(audio_input{"a", false, ""});
    run_until_closed();
    CAF_CHECK_EQUAL(said(), "error 4 no audio input for 0.02s; "
                            "close 1000 no audio input for 0.02s");
}

CAF_TEST(a session is idle from its last message on) {
    using clock = std::chrono::steady_clock;
    rules->settings.idle_timeout = 20ms;
    confirm();
    const auto late = clock::now() + 25ms;
    while (clock::now() < late)
        ; // The session has no chance to look at the time.
    const auto spoken = clock::now();
    say(audio_input{"a", false, ""});
    run_until_closed();
    CAF_CHECK(clock::now() - spoken >= 20ms);
}

CAF_TEST(a session wakes when something is due and not before) {
    rules->settings.first_frame = 0.03;
    rules->settings.frame_interval = 5ms;
    confirm();
    say(audio_input{"a", true, second});
    CAF_CHECK_LESS(io.run(), 10u);
    CAF_CHECK_EQUAL(said(), "frame a; frame a; frame a; last a");
}

CAF_TEST(the format and the rate of the configuration count) {
    auto wanted = configure(16'000);
    wanted.audio_format = audio_format::ogg_opus;
    open();
    say(wanted);
    client->lines.clear();
    say(audio_input{"a", true, second});
    CAF_CHECK_EQUAL(said(), "error 3 audio is not an Ogg Opus stream [a]");
    client->lines.clear();
    for (const auto& [rate, frames] :
         {std::pair(8'000, 8), std::pair(16'000, 4), std::pair(32'000, 2)}) {
        open();
        say(configure(rate));
        client->lines.clear();
        say(audio_input{"a", true, second});
        CAF_CHECK_EQUAL(client->lines.size(), static_cast<std::size_t>(frames));
        client->lines.clear();
    }
}

CAF_TEST(a long reason is cut to what a close frame holds) {
    for (const std::size_t size : {122u, 123u, 124u, 300u}) {
        inject_at(fault_point::handshake, error_message{4001, std::string(size, 'x')});
        CAF_CHECK_EQUAL(said(), "error 4001 " + std::string(size, 'x') + "; close 4001 " +
                                    std::string(std::min<std::size_t>(size, 123), 'x'));
        client->lines.clear();
    }
}

CAF_TEST(requests without an answer that never end are limited) {
    with_faults({{fault_point::audio, "", 0, no_answer{}}});
    rules->max_open_requests = 2;
    confirm();
    say(audio_input{"a", false, second});
    say(audio_input{"b", false, second});
    say(audio_input{"c", true, second}); // Has ended, so nothing has to be known of it.
    CAF_CHECK_EQUAL(said(), "");
    say(audio_input{"a", true, second});
    say(audio_input{"d", false, second});
    CAF_CHECK_EQUAL(said(), "");
    say(audio_input{"e", false, second});
    CAF_CHECK_EQUAL(said(), "error 8 too many requests that never end; "
                            "close 1000 too many requests that never end");
}

CAF_TEST(a request that stops half way is idle as well) {
    rules->settings.idle_timeout = 20ms;
    confirm();
    say(audio_input{"a", false, second});
    run_until_closed();
    CAF_CHECK_EQUAL(said(), "frame a; frame a; frame a; error 4 no audio input for 0.02s; "
                            "close 1000 no audio input for 0.02s");
}

CAF_TEST(a session is not idle while a request is animated) {
    rules->settings.idle_timeout = 20ms;
    rules->settings.first_frame = 0.1;
    confirm();
    const auto start = std::chrono::steady_clock::now();
    say(audio_input{"a", true, second});
    run_until_closed();
    CAF_CHECK_EQUAL(said(), "frame a; frame a; frame a; last a; error 4 no audio input for 0.02s; "
                            "close 1000 no audio input for 0.02s");
    CAF_CHECK(std::chrono::steady_clock::now() - start >= 120ms);
}

CAF_TEST(a session ends at its age limit even in the middle of a request) {
    rules->settings.session_limit = 30ms;
    rules->settings.first_frame = 100;
    confirm();
    say(audio_input{"a", true, second});
    run_until_closed();
    CAF_CHECK_EQUAL(said(), "error 4002 session time limit reached; "
                            "close 4002 session time limit reached");
}

CAF_TEST(a connection that is gone gets nothing more) {
    rules->settings.first_frame = 100;
    rules->settings.session_limit = 1h;
    confirm();
    say(audio_input{"a", true, second});
    session->on_closed(1000);
    say(audio_input{"a", true, second});
    io.run();
    CAF_CHECK_EQUAL(said(), "");
}

CAF_TEST(a session may go while its timer waits) {
    rules->settings.first_frame = 0.01;
    confirm();
    say(audio_input{"a", true, second});
    session.reset();
    io.run();
    CAF_CHECK_EQUAL(said(), "");
}

CAF_TEST(a connection may go while frames are due) {
    rules->settings.first_frame = 0.01;
    confirm();
    say(audio_input{"a", true, second});
    client.reset();
    io.run();
    say(audio_input{"b", true, second});
    session->on_message("hello", true);
    CAF_CHECK(io.stopped());
}

CAF_TEST(with an egress the audio is taken and no frames come back) {
    auto wanted = configure(16'000);
    wanted.egress_type = egress_type::agora;
    wanted.agora_egress = agora_egress{.channel_name = "c", .token = "t", .publisher_id = ""};
    open();
    say(wanted);
    CAF_CHECK_EQUAL(said().substr(0, 8), "confirm ");
    client->lines.clear();
    say(audio_input{"a", true, second});
    CAF_CHECK_EQUAL(said(), "");
}

CAF_TEST(a fault of the handshake comes in place of the confirmation) {
    inject_at(fault_point::handshake, error_message{4001, "credits exhausted"});
    CAF_CHECK_EQUAL(said(), "error 4001 credits exhausted; close 4001 credits exhausted");
}

CAF_TEST(stray messages and ends without a word are faults too) {
    inject_at(fault_point::handshake, stray_message{"hello", /*text=*/true});
    CAF_CHECK_EQUAL(said(), "text hello");
    client->lines.clear();
    inject_at(fault_point::handshake, silence{});
    CAF_CHECK_EQUAL(said(), "silence");
    client->lines.clear();
    inject_at(fault_point::handshake, stall{});
    CAF_CHECK_EQUAL(said(), "stall");
    client->lines.clear();
    inject_at(fault_point::handshake, clean_close{1011, "restart"});
    CAF_CHECK_EQUAL(said(), "close 1011 restart");
    client->lines.clear();
    inject_at(fault_point::handshake, reset{});
    CAF_CHECK_EQUAL(said(), "abort");
}

CAF_TEST(a handshake without an answer stays without one) {
    rules->configure_limit = 1ms;
    with_faults({{fault_point::handshake, "", 0, no_answer{}}});
    open();
    say(configure(16'000));
    say(configure(16'000));
    io.run();
    CAF_CHECK_EQUAL(said(), "");
}

CAF_TEST(a request without an answer leaves the session open for others) {
    with_faults({{fault_point::audio, "", 0, no_answer{}}});
    confirm();
    say(audio_input{"a", false, second});
    say(audio_input{"a", true, second});
    CAF_CHECK_EQUAL(said(), "");
    with_faults({});
    say(audio_input{"b", true, ""});
    CAF_CHECK_EQUAL(said(), "last b");
}

CAF_TEST(a fault of the audio may end its request alone) {
    with_faults({{fault_point::audio, "avatar", 0, error_message{13, "odd", true}}});
    confirm();
    say(audio_input{"a", false, second});
    say(audio_input{"a", true, second});
    CAF_CHECK_EQUAL(said(), "error 13 odd [a]");
    say(audio_input{"b", true, second});
    CAF_CHECK_EQUAL(said(), "error 13 odd [a]; error 13 odd [b]");
}

CAF_TEST(a fault of the frames comes after as many as it says) {
    with_faults({{fault_point::frames, "", 2, error_message{13, "odd", true}}});
    confirm();
    say(audio_input{"a", true, second});
    CAF_CHECK_EQUAL(said(), "frame a; frame a; error 13 odd [a]");
}

CAF_TEST(a fault of the frames may end the session) {
    with_faults({{fault_point::frames, "", 1, error_message{13, "odd"}}});
    rules->settings.frame_interval = 1ms;
    confirm();
    say(audio_input{"a", true, second});
    run_until_closed();
    CAF_CHECK_EQUAL(said(), "frame a; error 13 odd; close 1000 odd");
}

CAF_TEST(a fault of another avatar does not occur) {
    with_faults({{fault_point::audio, "another", 0, reset{}}});
    confirm();
    say(audio_input{"a", true, ""});
    CAF_CHECK_EQUAL(said(), "last a");
}

CAF_TEST(a fault in the middle of the audio leaves nothing of its request) {
    with_faults({{fault_point::frames, "", 1, error_message{13, "odd", true}}});
    rules->max_open_requests = 4;
    confirm();
    for (int i = 0; i < 10; ++i) {
        const auto id = std::to_string(i);
        say(audio_input{id, false, second});
        say(audio_input{id, false, second}); // Was on its way already.
        say(audio_input{id, true, ""});
        CAF_CHECK_EQUAL(said(), "frame " + id + "; error 13 odd [" + id + "]");
        client->lines.clear();
    }
}

CAF_TEST(single frames go wrong and the rest of the animation is as it should be) {
    using kind = frame_fault::kind;
    const auto said_with = [&](frame_fault wrong) {
        with_faults({{fault_point::frames, "", 1, wrong}});
        confirm();
        say(audio_input{"a", true, second});
        say(audio_input{"b", true, ""});
        return said();
    };
    CAF_CHECK_EQUAL(said_with({kind::drop}), "frame a; frame a; last a; last b");
    client->lines.clear();
    CAF_CHECK_EQUAL(said_with({kind::drop_end}), "frame a; frame a; frame a");
    client->lines.clear();
    CAF_CHECK_EQUAL(said_with({kind::repeat}),
                    "frame a; frame a; frame a; frame a; last a; last b");
    client->lines.clear();
    CAF_CHECK_EQUAL(said_with({kind::hold_back}), "frame a; frame a; last a; last b; frame a");
    client->lines.clear();
    CAF_CHECK_EQUAL(said_with({kind::oversize, 100}), "frame a; frame a; frame a; last a; last b");
}

CAF_TEST(a foreign frame is the last of a request that nobody made) {
    with_faults({{fault_point::frames, "", 0, frame_fault{frame_fault::kind::foreign}}});
    confirm();
    say(audio_input{"a", true, ""});
    CAF_REQUIRE_EQUAL(client->lines.size(), 2u);
    CAF_CHECK_EQUAL(client->lines[0].size(), std::string("last ").size() + 36);
    CAF_CHECK_EQUAL(client->lines[1], "last a");
    client->lines.clear();
    // Whichever frame it comes before.
    confirm();
    say(audio_input{"a", true, second});
    CAF_REQUIRE_EQUAL(client->lines.size(), 5u);
    CAF_CHECK_EQUAL(client->lines[0].substr(0, 5), "last ");
    CAF_CHECK_EQUAL(client->lines[1], "frame a");
}

CAF_TEST(every binary message is told to who wants to know) {
    std::vector<std::string> sent;
    rules->on.on_message_sent = [&](std::string_view bytes) { sent.emplace_back(bytes); };
    using kind = frame_fault::kind;
    with_faults({{fault_point::frames, "", 0, frame_fault{kind::oversize, 100'000}},
                 {fault_point::frames, "", 2, frame_fault{kind::drop}}});
    confirm();
    say(audio_input{"a", true, second});
    CAF_CHECK_EQUAL(said(), "frame a; frame a; last a");
    CAF_REQUIRE_EQUAL(sent.size(), 4u);
    CAF_CHECK(std::holds_alternative<confirm_session>(decode(sent[0]).value()));
    CAF_CHECK(sent[1].size() > 100'000u && sent[1].size() < 100'200u);
    CAF_CHECK(std::get<response_animation>(decode(sent[3]).value()).end);
}

CAF_TEST(an idle session meets its faults and one that was busy does not ) {
    with_faults({{.at = fault_point::idle, .action = reset{}, .idle_for = 20ms}});
    rules->settings.first_frame = 0.05;
    confirm();
    const auto start = std::chrono::steady_clock::now();
    say(audio_input{"a", true, second});
    io.run();
    CAF_CHECK_EQUAL(said(), "frame a; frame a; frame a; last a; abort");
    CAF_CHECK(std::chrono::steady_clock::now() - start >= 70ms);
}

CAF_TEST(an idle session is asked again and again) {
    auto now = 0ms;
    auto questions = 0;
    rules->faults = std::make_shared<fault_source>(scenario({{.at = fault_point::idle,
                                                              .action = silence{},
                                                              .when = {.window = {.from = 3ms}},
                                                              .idle_for = 1ms}}),
                                                   1, [&] {
                                                       ++questions;
                                                       return now++;
                                                   });
    confirm();
    io.run();
    CAF_CHECK_EQUAL(said(), "silence");
    CAF_CHECK_EQUAL(questions, 4);
}

CAF_TEST_FIXTURE_SCOPE_END()
