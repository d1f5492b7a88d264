#include "emulator/scenario.hpp"

#include <algorithm>

namespace avatar::emulator {

const fault* scenario::find(fault_point at, std::string_view whom) const {
    const auto found = std::ranges::find_if(
        faults_, [&](const fault& f) { return f.at == at && (f.whom.empty() || f.whom == whom); });
    return found == faults_.end() ? nullptr : &*found;
}

std::vector<std::string> scenario::avatars() const {
    std::vector<std::string> names;
    for (const auto& f : faults_)
        if (f.at != fault_point::token && !f.whom.empty())
            names.push_back(f.whom);
    return names;
}

} // namespace avatar::emulator
