#include "emulator/scenario.hpp"

#include <algorithm>
#include <iterator>

namespace avatar::emulator {

void scenario::append(scenario more) {
    std::ranges::move(more.faults_, std::back_inserter(faults_));
}

std::vector<std::string> scenario::avatars() const {
    std::vector<std::string> names;
    for (const auto& f : faults_)
        if (f.at != fault_point::token && !f.whom.empty())
            names.push_back(f.whom);
    return names;
}

bool scenario::is_random() const {
    return std::ranges::any_of(
        faults_, [](const fault& f) { return f.when.probability < 1.0 || f.any_frame; });
}

} // namespace avatar::emulator
