#pragma once

#include "config/option.hpp"

#include <vector>

namespace avatar::config {

/// What `options` shows. Private to this library.
std::vector<option>& option_table();

} // namespace avatar::config
