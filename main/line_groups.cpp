#include "main/line_groups.hpp"

#include <algorithm>
#include <utility>

namespace avatar {

std::string kind_of_line(std::string_view line) {
    std::string kind;
    while (!line.empty()) {
        const auto begin = line.find('[');
        const auto end = begin == line.npos ? line.npos : line.find(']', begin);
        if (end == line.npos)
            break;
        kind.append(line.substr(0, begin)).append("[\u2026]");
        line.remove_prefix(end + 1);
    }
    return kind.append(line);
}

bool line_groups::admit(std::string_view line, int level, clock::time_point now) {
    auto kind = kind_of_line(line);
    const auto known = std::ranges::find_if(groups_, [&](const group& g) {
        return g.seen.level == level && g.seen.kind == kind && now - g.first < window;
    });
    if (known != groups_.end()) {
        ++known->seen.count;
        known->seen.within = now - known->first;
        return false;
    }
    if (groups_.size() < most)
        groups_.push_back({{std::move(kind), level, 0, {}}, now});
    return true;
}

std::optional<line_groups::repeats> line_groups::take_due(clock::time_point now) {
    while (!groups_.empty() && now - groups_.front().first >= window) {
        auto seen = std::move(groups_.front().seen);
        groups_.pop_front();
        if (seen.count > 0)
            return seen;
    }
    return std::nullopt;
}

} // namespace avatar
