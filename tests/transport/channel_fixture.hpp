#pragma once

#include "tests/support/dsl.hpp"
#include "tests/support/inbox.hpp"
#include "tests/support/local_service.hpp"
#include "transport/avatar_channel.hpp"

#include <functional>
#include <memory>
#include <utility>
#include <vector>

namespace avatar::tests {

/// One channel to a scripted service, over real sockets.
class channel_fixture {
public:
    /// For a service that gives the `url` of each of its paths.
    template <class Service>
    transport::channel_settings settings_for(const Service& service) {
        transport::channel_settings settings;
        settings.service.api_key = "key-1";
        settings.service.app_id = "app-1";
        settings.service.avatar_id = "avatar 1";
        settings.service.console_endpoint = service.url("/v1/console");
        settings.service.ingress_endpoint = service.url("/v1/ingress");
        settings.session_ttl = std::chrono::minutes(10);
        settings.keepalive = std::chrono::seconds(30);
        return settings;
    }

    void open(const transport::channel_settings& settings) {
        channel = transport::make_avatar_channels(io, settings)(
            [this](channel_event event) { events.put(std::move(event)); });
        channel->open();
    }

    /// Begins to open 20 channels at once and waits until all are open.
    std::vector<std::unique_ptr<transport::channel>>
    open_twenty(const transport::channel_settings& settings) {
        const auto make = transport::make_avatar_channels(io, settings);
        std::vector<std::unique_ptr<transport::channel>> channels;
        for (int i = 0; i < 20; ++i) {
            channels.push_back(make([this](channel_event event) { events.put(std::move(event)); }));
            channels.back()->open();
        }
        for (int i = 0; i < 20; ++i)
            next<channel_opened>();
        return channels;
    }

    /// Opens and makes those calls in one step of the I/O thread, so that nothing is
    /// written in between.
    void open_and(const transport::channel_settings& settings, std::function<void()> calls) {
        channel = transport::make_avatar_channels(io, settings)(
            [this, calls = std::move(calls)](channel_event event) {
                if (std::holds_alternative<channel_opened>(event))
                    calls();
                else
                    events.put(std::move(event));
            });
        channel->open();
    }

    /// The next event, which must be of that type. Pauses are passed over unless asked for.
    template <class Event>
    Event next() {
        auto event = events.take();
        CAF_REQUIRE(event.has_value());
        if (std::holds_alternative<reading_paused>(*event) &&
            !std::is_same_v<Event, reading_paused>)
            return next<Event>();
        if (auto* closed = std::get_if<channel_closed>(&*event);
            closed && !std::is_same_v<Event, channel_closed>)
            CAF_FAIL("closed: " << describe(closed->failure));
        CAF_REQUIRE(std::holds_alternative<Event>(*event));
        return std::get<Event>(std::move(*event));
    }

    /// How opening a channel to a service with that script ends.
    protocol::failure failure_of(service_script script) {
        local_service service(std::move(script));
        open(settings_for(service));
        return next<channel_closed>().failure;
    }

    inbox<channel_event> events;
    transport::io_runtime io{1};
    std::unique_ptr<transport::channel> channel;
};

inline std::string code(const protocol::failure& failure) {
    return std::string(to_string(failure.code));
}

inline std::string phase(const protocol::failure& failure) {
    return std::string(to_string(failure.phase));
}

} // namespace avatar::tests
