#pragma once

#include <stdexcept>

namespace avatar::transport {

/// The address cannot be listened on; one line that says which and why.
class listen_error : public std::runtime_error {
    using std::runtime_error::runtime_error;
};

} // namespace avatar::transport
