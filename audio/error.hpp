#pragma once

#include <stdexcept>

namespace avatar::audio {

/// The audio cannot be used. what() is one line: the file, what is wrong with
/// it, and what would be right.
class audio_error : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

} // namespace avatar::audio
