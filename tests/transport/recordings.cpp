// Our client against the recorded bytes of a public SDK: set the same way and
// asked for the same, it has to send the same.

#include "protocol/error_body.hpp"
#include "tests/transport/channel_fixture.hpp"
#include "tests/transport/recorded_session.hpp"

#include <filesystem>

#define CAF_SUITE recordings

using namespace avatar;
using namespace std::chrono_literals;
using tests::client_message;
using tests::client_traffic;
using tests::recorded_request;
using tests::recorded_session;
using transport::http_reply;
using transport::http_request;

namespace {

const std::set<std::string> names{
    "agora",       "chunks",           "endpoint-query",     "endpoint-trailing-slash",
    "header-auth", "interrupt",        "livekit-key-secret", "livekit-token",
    "ogg-opus",    "ogg-opus-bitrate", "pcm-16000",          "pcm-22050",
    "pcm-24000",   "pcm-32000",        "pcm-44100",          "pcm-48000",
    "pcm-8000",    "query-auth",       "query-auth-escaped", "two-requests",
};

recorded_session read(const std::string& name) {
    auto session = tests::read_recording(RECORDINGS "/" + name + ".json");
    if (name == "endpoint-query") {
        // The one difference that is meant: the SDK puts `/websocket` behind a query
        // that the endpoint carries, where it becomes part of the last value. Ours
        // puts it at the end of the path and leaves the query alone.
        auto& target = session.sent.upgrade.target;
        const std::string theirs = "/deeper?region=eu&zone=a+b%2Fwebsocket&";
        CAF_REQUIRE(target.find(theirs) != target.npos);
        target.replace(target.find(theirs), theirs.size(),
                       "/deeper/websocket?region=eu&zone=a+b%2F&");
    }
    return session;
}

/// What the emulator answered the upgrade where the SDK made that code of it.
http_reply refusal(const std::string& code) {
    if (code == "avatarNotFound")
        return {.status = 404, .body = protocol::upgrade_refusal("Avatar not found: it")};
    if (code == "appIDUnrecognized") // A path that it does not serve.
        return {.status = 404, .body = protocol::upgrade_refusal("Not found")};
    throw std::runtime_error("no answer is known here that makes a client say " + code);
}

/// Of an interrupted request there is a rest that never becomes due.
audio_clip clip_of(const recorded_request& request, const clip_format& format) {
    std::string bytes;
    std::vector<std::uint64_t> ends;
    for (const auto& piece : request.pieces)
        ends.push_back((bytes += piece).size());
    if (request.interrupted) {
        ends.push_back((bytes += "rest").size());
        return audio_clip(bytes, ends, 1h, format);
    }
    return ends.size() == 1 ? audio_clip(bytes, format) : audio_clip(bytes, ends, 1ms, format);
}

/// Has our client do what was recorded, at a service that answers as the
/// emulator did, and gives what it sent.
client_traffic replay(const recorded_session& recorded) {
    tests::inbox<http_request> asked;
    tests::inbox<client_message> arrived;
    tests::inbox<std::uint16_t> closed;
    tests::service_script script;
    script.token = [&](const http_request& request) {
        asked.put(request);
        return http_reply{.status = 200, .body = protocol::token_response(recorded.session_token)};
    };
    std::optional<http_reply> refused;
    if (!recorded.sent.refused.empty())
        refused = refusal(recorded.sent.refused);
    script.refuse_upgrade = [&](const http_request& request) {
        asked.put(request);
        return refused;
    };
    script.arrived = [&](std::string_view bytes, bool is_text) {
        arrived.put({is_text ? 1 : 2, std::string(bytes)});
    };
    script.request = [&](transport::peer& peer, const protocol::message& message) {
        const auto* audio = std::get_if<protocol::audio_input>(&message);
        const auto* interrupt = std::get_if<protocol::client_interrupt>(&message);
        if (recorded.has_frames() && ((audio && audio->end) || interrupt))
            tests::send_frames(peer, audio ? audio->req_id : interrupt->req_id, 2);
    };
    script.closed = [&](std::uint16_t code) { closed.put(code); };
    tests::local_service service(std::move(script));

    client_traffic sent;
    sent.authority = "127.0.0.1:" + std::to_string(service.port());
    const auto settings = tests::settings_for(recorded, sent.authority);
    const auto expiry = [&] {
        const auto time = std::chrono::system_clock::now() + settings.session_ttl;
        return std::chrono::floor<std::chrono::seconds>(time.time_since_epoch()).count();
    };
    const auto wait_for_messages = [&](std::size_t count) {
        while (sent.messages.size() < count) {
            auto message = arrived.take();
            CAF_REQUIRE(message.has_value());
            sent.messages.push_back(std::move(*message));
        }
    };

    tests::channel_fixture client;
    sent.expiry.first = expiry();
    client.open(settings);
    if (refused)
        sent.refused = tests::code(client.next<channel_closed>().failure);
    else
        client.next<channel_opened>();
    sent.expiry.second = expiry();
    sent.token_request = asked.take().value();
    sent.upgrade = asked.take().value();
    if (refused)
        return sent;

    std::size_t messages = 1; // The session's terms.
    for (const auto& request : recorded.requests) {
        // With the recorded id, so that messages compare as they are.
        client.channel->send(request.id, clip_of(request, settings.audio));
        messages += request.pieces.size();
        if (request.interrupted) {
            wait_for_messages(messages);
            client.channel->interrupt();
            wait_for_messages(++messages);
        }
        CAF_CHECK(!client.next<exchange_finished>().failure);
    }
    client.channel->close(close_reason::normal);
    CAF_CHECK(!client.next<channel_closed>().failure);
    sent.close_code = closed.take().value();
    while (auto message = arrived.take(0s)) // All there is: the service has read the close.
        sent.messages.push_back(std::move(*message));
    return sent;
}

} // namespace

CAF_TEST(there is a case for each recording) {
    std::set<std::string> found;
    for (const auto& entry : std::filesystem::directory_iterator(RECORDINGS))
        if (entry.path().filename() != "README.md")
            found.insert(entry.path().filename());
    std::set<std::string> expected;
    for (const auto& name : names)
        expected.insert(name + ".json");
    CAF_CHECK_EQUAL(found, expected);
}

CAF_TEST(our client sends what the SDK sent) {
    for (const auto& name : names) {
        CAF_MESSAGE(name);
        try {
            const auto recorded = read(name);
            const auto found = differences(recorded.sent, replay(recorded));
            for (const auto& difference : found)
                CAF_ERROR(name << ": " << difference);
            CAF_CHECK(found.empty());
        } catch (const std::exception& e) { // A recording that cannot be replayed.
            CAF_ERROR(name << ": " << e.what());
        }
    }
}

CAF_TEST(each field of a recording counts) {
    const auto recorded = read("query-auth").sent;
    using edit = void (*)(client_traffic&);
    const std::vector<edit> edits{
        [](client_traffic& t) { t.token_request.method = "PUT"; },
        [](client_traffic& t) { t.token_request.target += "/more"; },
        [](client_traffic& t) { t.token_request.body = "{}"; },
        [](client_traffic& t) {
            t.token_request.headers.erase(t.token_request.headers.begin() + 1);
        },
        [](client_traffic& t) { t.upgrade.headers.emplace_back("X-App-ID", "emulator-app"); },
        [](client_traffic& t) { t.upgrade.target += "&more="; },
        [](client_traffic& t) { t.upgrade.target.erase(t.upgrade.target.rfind('&')); },
        [](client_traffic& t) { t.messages.at(0).opcode = 1; },
        [](client_traffic& t) { t.messages.at(0).bytes.back() ^= 1; },
        [](client_traffic& t) {
            t.messages.at(1).bytes += "\x78\x01";
        }, // Field 15, which no schema has.
        [](client_traffic& t) { t.messages.pop_back(); },
        [](client_traffic& t) { t.close_code = 1001; },
        [](client_traffic& t) { t.expiry.first = t.expiry.second = 0; },
    };
    CAF_CHECK(differences(recorded, recorded).empty());
    for (std::size_t i = 0; i < edits.size(); ++i) {
        auto edited = recorded;
        edits[i](edited);
        CAF_MESSAGE("edit " << i);
        CAF_CHECK(!differences(recorded, edited).empty());
    }
}
