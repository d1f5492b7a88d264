#pragma once

#include <stdexcept>

namespace avatar::emulator {

/// Settings or a scenario that cannot be used; one line that says which, what is
/// wrong and what would be right.
class emulator_error : public std::runtime_error {
    using std::runtime_error::runtime_error;
};

} // namespace avatar::emulator
