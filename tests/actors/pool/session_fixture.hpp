#pragma once

#include "actors/pool/session.hpp"
#include "tests/support/actor_fixture.hpp"

#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

namespace avatar::tests {

/// All that an owner hears, whole.
struct session_news {
    std::vector<session_opened> opened;
    std::vector<session_idle> idle;
    std::vector<returned_request> returned;
    std::vector<session_closed> closed;
    std::vector<bool> paused;
};

inline session_owner_actor::behavior_type listening_owner(session_owner_actor::pointer,
                                                          session_news* heard) {
    return {
        [=](const session_opened& m) { heard->opened.push_back(m); },
        [=](const session_idle& m) { heard->idle.push_back(m); },
        [](const request_failed&) {},
        [=](const request_paused& m) { heard->paused.push_back(m.paused); },
        [=](const returned_request& m) {
            heard->returned.push_back(m);
            audio_result result;
            result.request_id = m.assigned.request.request_id;
            result.failure = m.failure;
            return result;
        },
        [=](const session_closed& m) { heard->closed.push_back(m); },
    };
}

/// A channel whose code is broken.
struct broken_channel : transport::channel {
    explicit broken_channel(bool* gone) : gone_(gone) {}
    ~broken_channel() override { *gone_ = true; }

    void open() override {}
    void send(std::string, audio_clip, std::optional<frame_credit>) override { throw 7; }
    void begin_stream(std::string, std::optional<frame_credit>) override { throw 7; }
    void send_piece(std::string, audio_piece) override {}
    void grant(std::string, frame_credit) override {}
    void interrupt() override {}
    void abandon() override {}
    void check() override { throw std::runtime_error("no check"); }
    void close(close_reason) override { throw std::runtime_error("no close"); }

private:
    bool* gone_;
};

struct session_fixture : actor_fixture {
    session_fixture() {
        owner_handle = sys.spawn(listening_owner, &heard);
        spawn_on(service.factory());
    }

    ~session_fixture() override {
        hdl = nullptr;
        wind_down();
    }

    void spawn_on(transport::channel_factory make) {
        hdl = sys.spawn(session, session_key{3, 5}, owner_handle, std::move(make));
        consume_messages();
    }

    /// On a channel whose code is broken.
    void spawn_broken() {
        spawn_on([this](transport::channel_sink sink) {
            broken_sink = std::move(sink);
            return std::make_unique<broken_channel>(&channel_gone);
        });
        broken_sink(channel_opened{"c-1"});
        consume_messages();
    }

    void open() {
        connection().confirm("c-1");
        consume_messages();
    }

    scripted_connection& connection() { return service.at(0); }

    template <class Message>
    void tell(Message message) {
        caf::anon_send(hdl, std::move(message));
        consume_messages();
    }

    void end_owner() {
        caf::anon_send_exit(owner_handle, caf::exit_reason::kill);
        consume_messages();
    }

    session_news heard;
    session_owner_actor owner_handle;
    session_actor hdl;
    transport::channel_sink broken_sink;
    bool channel_gone = false;
};

} // namespace avatar::tests
