#pragma once

#include "emulator/fault.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace avatar::emulator {

/// What goes wrong in one emulator, and for whom. An empty one lets everything
/// go right.
class scenario {
public:
    scenario() = default;
    explicit scenario(std::vector<fault> faults) : faults_(std::move(faults)) {}

    /// The first fault that strikes there for that API key or avatar; null: none.
    /// Valid as long as the scenario.
    const fault* find(fault_point at, std::string_view whom) const;

    /// Every avatar that a fault names: the emulator knows these besides its own.
    std::vector<std::string> avatars() const;

private:
    std::vector<fault> faults_;
};

/// Reads a scenario from a JSON file; docs/emulator.md has the format. Throws
/// emulator_error with the file, the fault, what is wrong and what would be
/// right.
scenario load_scenario(const std::string& path);

/// The same from the file's text; `name` stands for the file in errors.
scenario parse_scenario(std::string_view text, const std::string& name);

} // namespace avatar::emulator
