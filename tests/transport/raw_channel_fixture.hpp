#pragma once

#include "tests/transport/channel_fixture.hpp"
#include "tests/transport/raw_service.hpp"

#include <functional>
#include <string>
#include <utility>

namespace avatar::tests {

/// One channel to a service that shows what it heard.
struct raw_channel_fixture : channel_fixture {
    transport::channel_settings settings_of(const raw_service& service,
                                            std::chrono::milliseconds keepalive) {
        auto settings = settings_for(local_service());
        settings.service.console_endpoint = service.url("/v1/console");
        settings.service.ingress_endpoint = service.url("/v1/ingress");
        settings.keepalive = keepalive;
        return settings;
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

    std::string note() { return notes.take().value_or("nothing"); }

    inbox<std::string> notes;
};

} // namespace avatar::tests
