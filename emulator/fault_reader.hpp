#pragma once

#include "emulator/fault.hpp"

#include <nlohmann/json_fwd.hpp>

namespace avatar::emulator {

/// One entry of a scenario file. Throws emulator_error with what is wrong and
/// what would be right, without file and number.
fault read_fault(const nlohmann::json& entry);

} // namespace avatar::emulator
