#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

namespace avatar::config {

/// What a user set cannot be used. what() is one line for people: where the
/// value came from, what it was and what would be right. Never holds the API
/// key.
class config_error : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// A user's value fit for an error text: on one line (control characters
/// become spaces), and beyond 200 bytes cut and ending in `...`.
std::string printable(std::string_view value);

} // namespace avatar::config
