#include "config/settings.hpp"
#include "emulator/emulator.hpp"
#include "protocol/wire.hpp"
#include "tests/support/certificates.hpp"
#include "tests/support/inbox.hpp"
#include "tests/support/local_service.hpp"
#include "transport/avatar_channel.hpp"
#include "transport/fault_injection.hpp"
#include "transport/io_runtime.hpp"

#include <atomic>
#include <chrono>
#include <memory>
#include <string>

#define CAF_SUITE faults_on_the_wire
#include "caf/test/dsl.hpp"

using namespace avatar;
using namespace std::chrono_literals;
using std::chrono::steady_clock;

namespace {

constexpr std::uint64_t frames_of_a_request = 10;

/// An emulator with faults, and one of the pool's own channels to it, over
/// loopback.
struct faults_on_the_wire_fixture {
    tests::inbox<channel_event> events; // Outlives the threads, which put into it.
    transport::io_runtime service_thread{1};
    transport::io_runtime client_thread{1};
    std::unique_ptr<avatar::emulator::emulator> service;
    std::unique_ptr<transport::channel> channel;
    std::chrono::milliseconds connect_timeout = 60s;
    std::chrono::milliseconds keepalive = 60s;
    bool with_tls = false;
    std::size_t frame_bytes = 1024;

    config::emulator_settings settings(const std::string& faults) const {
        config::emulator_settings values;
        values.first_frame = 0;
        values.frame_interval = 1ms;
        values.frames_per_second_of_audio = frames_of_a_request;
        values.frame_bytes = frame_bytes;
        values.faults = faults;
        values.seed = 1;
        if (with_tls) {
            values.tls_certificate = tests::server_certificate;
            values.tls_key = tests::server_key;
        }
        return values;
    }

    void start(const config::emulator_settings& values, avatar::emulator::hooks on = {}) {
        service = std::make_unique<avatar::emulator::emulator>(service_thread.next(), values, on);
    }

    void open() {
        const auto keys = service->known().first();
        transport::channel_settings to;
        to.service.api_key = keys.api_key;
        to.service.app_id = keys.app_id;
        to.service.avatar_id = keys.avatar_id;
        to.service.console_endpoint = service->console_endpoint();
        to.service.ingress_endpoint = service->ingress_endpoint();
        to.service.ca_file = with_tls ? tests::ca_file : "";
        open(to);
    }

    void open(transport::channel_settings to) {
        to.service.connect_timeout = connect_timeout;
        to.session_ttl = 10min;
        to.keepalive = keepalive;
        channel = transport::make_avatar_channels(client_thread, to)(
            [this](channel_event event) { events.put(std::move(event)); });
        channel->open();
    }

    /// The next event, which must be of that type.
    template <class Event>
    Event next() {
        auto event = events.take();
        CAF_REQUIRE(event.has_value());
        if (const auto* closed = std::get_if<channel_closed>(&*event);
            closed && !std::is_same_v<Event, channel_closed>)
            CAF_FAIL("closed: " << describe(closed->failure));
        CAF_REQUIRE(std::holds_alternative<Event>(*event));
        return std::get<Event>(std::move(*event));
    }

    /// A channel to a service with these faults, up and running.
    void open_to(const std::string& faults) {
        start(settings(faults));
        open();
        next<channel_opened>();
    }

    exchange_finished request(const std::string& id) {
        channel->send(id, second());
        return next<exchange_finished>();
    }

    static audio_clip second() { return audio_clip(std::string(32'000, '\1')); }

    /// Without the URL, which has another port each time.
    std::string closing() {
        auto failure = next<channel_closed>().failure;
        failure.url.clear();
        return describe(failure);
    }

    /// How a channel ends that is never up.
    std::string refusal_by(const std::string& faults) {
        start(settings(faults));
        open();
        return closing();
    }

    /// How a channel ends in its first request.
    std::string end_by(const std::string& faults) {
        open_to(faults);
        channel->send("r-1", second());
        return closing();
    }

    /// The same for one that is left alone.
    std::string idle_end_by(const std::string& faults) {
        open_to(faults);
        return closing();
    }
};

void check_starts(const std::string& text, const std::string& start) {
    CAF_CHECK_EQUAL(text.substr(0, start.size()), start);
}

} // namespace

CAF_TEST_FIXTURE_SCOPE(faults_on_the_wire_tests, faults_on_the_wire_fixture)

CAF_TEST(a token or an upgrade is refused) {
    check_starts(refusal_by("refuse-token:100%"), "serverError (HTTP 503): ");
    CAF_CHECK_EQUAL(refusal_by("refuse-upgrade=402:100%"),
                    "billingRequired (HTTP 402): refused on purpose");
}

CAF_TEST(a slow token comes late) {
    start(settings("slow-token=100ms:100%"));
    const auto begin = steady_clock::now();
    open();
    next<channel_opened>();
    CAF_CHECK(steady_clock::now() - begin >= 100ms);
}

CAF_TEST(a token that is too slow and a handshake without an answer time out) {
    connect_timeout = 500ms;
    CAF_CHECK_EQUAL(refusal_by("slow-token=1h:100%"),
                    "connectionFailed: timed out after 500ms (asking for a session token)");
    CAF_CHECK_EQUAL(refusal_by("no-handshake:100%"),
                    "connectionFailed: timed out after 500ms (waiting for the session's "
                    "confirmation)");
}

CAF_TEST(connections wait until the service accepts again) {
    const auto begin = steady_clock::now();
    start(settings("stop-accepting:0-200ms"));
    open();
    next<channel_opened>();
    CAF_CHECK(steady_clock::now() - begin >= 200ms);
}

CAF_TEST(a connection that is not accepted times out and the service can stop all the same) {
    connect_timeout = 50ms;
    check_starts(refusal_by("stop-accepting:0-1h"), "connectionFailed: timed out after 50ms");
    service.reset();
    CAF_CHECK(service_thread.drain(10s));
}

CAF_TEST(an idle session is closed or reset) {
    CAF_CHECK_EQUAL(idle_end_by("idle-close=20ms:100%"),
                    "connectionClosed (close code 1012): closed by the service: closed on purpose");
    check_starts(idle_end_by("idle-reset=20ms:100%"), "connectionClosed: ");
}

CAF_TEST(a silent service is found by pings alone) {
    keepalive = 100ms;
    const auto* end = "connectionClosed: nothing came within 200ms";
    check_starts(idle_end_by("idle-silence=20ms:100%"), end);
    for (const auto use_tls : {false, true}) {
        with_tls = use_tls;
        check_starts(end_by("silence:100%"), end);
        // Another form of a WebSocket frame's header for each.
        for (const auto size : {16, 1'000, 100'000}) {
            frame_bytes = static_cast<std::size_t>(size);
            check_starts(end_by("stall:100%"), end);
        }
    }
}

CAF_TEST(a session beyond the limit of its app is refused until another has ended) {
    auto values = settings("");
    values.max_sessions = 1;
    start(values);
    open();
    next<channel_opened>();
    auto first = std::move(channel);
    open();
    CAF_CHECK_EQUAL(closing(),
                    "concurrencyLimit (server code 4003): concurrent session limit reached");
    first->close(close_reason::normal);
    next<channel_closed>();
    open();
    next<channel_opened>();
}

CAF_TEST(codes of the service come as server code and as close code) {
    CAF_CHECK_EQUAL(refusal_by("refuse-session:100%"),
                    "concurrencyLimit (server code 4003): failed on purpose");
    CAF_CHECK_EQUAL(refusal_by("close-handshake=4010:100%"),
                    "sessionTokenInvalid (close code 4010): closed by the service: closed on "
                    "purpose");
    CAF_CHECK_EQUAL(end_by("end-session=4001:100%"),
                    "creditsExhausted (server code 4001): failed on purpose");
    CAF_CHECK_EQUAL(end_by("close=4503:100%"),
                    "upstreamError (close code 4503): closed by the service: closed on purpose");
    CAF_CHECK_EQUAL(idle_end_by("idle-close=20ms/4002:100%"),
                    "sessionDurationExceeded (close code 4002): closed by the service: closed on "
                    "purpose");
    CAF_CHECK_EQUAL(idle_end_by("idle-error=20ms:100%"),
                    "sessionDurationExceeded (server code 4002): failed on purpose");
}

CAF_TEST(a request ends with its session) {
    check_starts(end_by("close:100%"), "connectionClosed (close code 1012): ");
    check_starts(end_by("reset:100%"), "connectionClosed: ");
    check_starts(end_by("garbage:100%"), "protocolError: ");
}

CAF_TEST(a frame beyond the limit closes the session) {
    const auto end = end_by("oversize-frame:100%");
    CAF_MESSAGE(end);
    CAF_CHECK_NOT_EQUAL(end.find("service.max-message-size"), std::string::npos);
}

CAF_TEST(a frame within the limit is as good as any) {
    open_to("oversize-frame=1000000:100%");
    const auto end = request("r-1");
    CAF_CHECK_EQUAL(end.frames, frames_of_a_request);
    CAF_CHECK(end.bytes > 1'000'000u);
}

CAF_TEST(an error ends its request alone) {
    open_to("error:100%");
    check_starts(describe(request("r-1").failure), "serverError (server code 13): ");
    check_starts(describe(request("r-2").failure), "serverError (server code 13): ");
}

CAF_TEST(a dropped frame is missing and nothing else) {
    open_to("drop-frame:100%");
    for (const auto* id : {"r-1", "r-2"}) {
        const auto end = request(id);
        CAF_CHECK(!end.failure);
        CAF_CHECK_EQUAL(end.frames, frames_of_a_request - 1);
        CAF_CHECK_EQUAL(end.late_frames, 0u);
    }
}

CAF_TEST(a repeated frame comes twice) {
    open_to("repeat-frame:100%");
    std::uint64_t frames = 0;
    for (const auto* id : {"r-1", "r-2", "r-3"}) {
        const auto end = request(id);
        frames += end.frames + end.late_frames;
    }
    CAF_CHECK(frames >=
              3 * frames_of_a_request + 2); // The third may have had its last frame twice.
}

CAF_TEST(a frame held back comes among those of the next request) {
    open_to("reorder-frames:100%");
    const auto first = request("r-1");
    CAF_CHECK_EQUAL(first.frames, frames_of_a_request - 1);
    CAF_CHECK_EQUAL(first.late_frames, 0u);
    const auto second = request("r-2");
    CAF_CHECK_EQUAL(second.frames, frames_of_a_request - 1);
    CAF_CHECK_EQUAL(second.late_frames, 1u);
}

CAF_TEST(a foreign frame belongs to no request) {
    open_to("foreign-frame:100%");
    for (const auto* id : {"r-1", "r-2"}) {
        const auto end = request(id);
        CAF_CHECK_EQUAL(end.frames, frames_of_a_request);
        CAF_CHECK_EQUAL(end.late_frames, 1u);
    }
}

CAF_TEST(what is sent is told to the program around the emulator) {
    std::atomic<std::uint64_t> frames = 0;
    start(settings("drop-frame:100%"), {.on_message_sent = [&](std::string_view bytes) {
              const auto m = protocol::decode(bytes);
              const auto* frame = m ? std::get_if<protocol::response_animation>(&*m) : nullptr;
              frames += frame && frame->req_id == "r-1";
          }});
    open();
    next<channel_opened>();
    const auto end = request("r-1");
    CAF_CHECK_EQUAL(end.frames, frames.load());
    CAF_CHECK_EQUAL(frames.load(), frames_of_a_request - 1);
    service.reset();
    CAF_CHECK(service_thread.drain(10s)); // Nothing is told after this.
}

CAF_TEST(a service that went away comes back on its port at once) {
    open_to("");
    auto values = settings("");
    values.port = service->port();
    service.reset();
    start(values);
    check_starts(closing(), "connectionClosed (close code 1001): ");
    open();
    next<channel_opened>();
    service->stop_abruptly();
    service.reset();
    start(values);
    check_starts(closing(), "connectionClosed: ");
    open();
    next<channel_opened>();
    CAF_CHECK_EQUAL(request("r-1").frames, frames_of_a_request);
}

CAF_TEST(a silent connection does not outlive its service) {
    open_to("silence:100%");
    channel->send("r-1", second());
    service->stop();
    // Cut while silent or, if stop came first, closed like any other.
    check_starts(closing(), "connectionClosed");
    service.reset();
    CAF_CHECK(service_thread.drain(10s));
}

CAF_TEST(a silent connection ends when its client leaves) {
    tests::inbox<std::uint16_t> ends;
    tests::service_script script;
    script.request = [](transport::peer& peer, const protocol::message&) {
        transport::faults_of(peer).go_silent();
    };
    script.closed = [&](std::uint16_t code) { ends.put(code); };
    tests::local_service silent(std::move(script));
    keepalive = 50ms;
    transport::channel_settings to;
    to.service.console_endpoint = silent.url("/v1/console");
    to.service.ingress_endpoint = silent.url("/v1/ingress");
    open(to);
    next<channel_opened>();
    channel->send("r-1", second());
    check_starts(closing(), "connectionClosed: nothing came");
    CAF_CHECK_EQUAL(ends.take().value_or(0), 1006);
}

CAF_TEST_FIXTURE_SCOPE_END()
