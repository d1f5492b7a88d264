#pragma once

#include "channel.hpp"

#include <functional>
#include <string>
#include <string_view>

namespace avatar::transport {

/// Hears what goes through one channel, one call at a time, on whichever thread that happens:
/// what takes long holds up the session or its connection. Either function may be empty.
struct channel_tap {
    /// Audio that is sent: a whole clip, or the next piece of speech.
    std::function<void(const std::string& request_id, std::string_view audio)> sent;

    /// Whatever comes, all frames included.
    std::function<void(const channel_event& event)> got;
};

/// Makes channels that do what those of `make` do, each with a tap of its own. Frames of
/// requests that ask for none come to the tap alone. What a tap throws ends its session or
/// connection, as what a channel's sink throws does, with a text that has `name` and the
/// connection: "tap "recorder" of connection [c-1]: disk full". At the last event it is
/// logged.
channel_factory tap_channels(std::string name, channel_factory make,
                             std::function<channel_tap()> make_tap);

} // namespace avatar::transport
