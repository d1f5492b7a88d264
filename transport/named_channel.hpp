#pragma once

#include "transport/channel.hpp"

#include <string>

namespace avatar::transport {

/// Makes the channels of `make`, which is somebody's own and called `name`: what they throw,
/// and that there is none, is told under that name, as a std::runtime_error.
channel_factory name_channels(std::string name, channel_factory make);

} // namespace avatar::transport
