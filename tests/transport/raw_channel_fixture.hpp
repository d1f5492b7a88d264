#pragma once

#include "tests/transport/channel_fixture.hpp"
#include "tests/transport/raw_service.hpp"

#include <string>

namespace avatar::tests {

/// One channel to a service that shows what it heard.
struct raw_channel_fixture : channel_fixture {
    transport::channel_settings settings_of(const raw_service& service,
                                            std::chrono::milliseconds keepalive) {
        auto settings = settings_for(service);
        settings.keepalive = keepalive;
        return settings;
    }

    std::string note() { return notes.take().value_or("nothing"); }

    inbox<std::string> notes;
};

} // namespace avatar::tests
