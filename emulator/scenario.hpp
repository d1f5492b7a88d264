#pragma once

#include "emulator/fault.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace avatar::emulator {

/// What can go wrong in one emulator, and for whom. With an empty one, nothing
/// goes wrong.
class scenario {
public:
    scenario() = default;
    explicit scenario(std::vector<fault> faults) : faults_(std::move(faults)) {}

    /// In the order in which they are asked.
    const std::vector<fault>& all() const { return faults_; }

    /// Lets the faults of another scenario follow.
    void append(scenario more);

    /// Every avatar that a fault names: the emulator knows these besides its own.
    std::vector<std::string> avatars() const;

    /// Whether any fault depends on chance.
    bool is_random() const;

private:
    std::vector<fault> faults_;
};

/// Reads a scenario from a JSON file; docs/emulator.md has the format. Throws
/// emulator_error with the file, the fault, what is wrong and what would be
/// right.
scenario load_scenario(const std::string& path);

/// The same from the file's text; `name` stands for the file in errors.
scenario parse_scenario(std::string_view text, const std::string& name);

/// Reads the option emulator.faults: NAME[=VALUE]:WHEN, separated by commas;
/// docs/emulator.md has the names. Empty gives none. Throws emulator_error
/// likewise.
scenario parse_fault_list(std::string_view list);

} // namespace avatar::emulator
