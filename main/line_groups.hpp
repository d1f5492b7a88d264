#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>

namespace avatar {

/// A line without what tells it from others of its kind: each "[…]" of "connection
/// [c-7] was lost" holds an id, and is replaced by "[…]". Lines that may come by the
/// hundred put their ids so.
std::string kind_of_line(std::string_view line);

/// Finds the lines of a storm: equal ones, and those that differ in their ids only. The
/// first of a kind is shown, the others within a second of it are counted. Holds a
/// limited number of kinds; a line that is of none of them, when they are that many, is
/// shown.
class line_groups {
public:
    using clock = std::chrono::steady_clock;

    /// Between the first line of a kind and the count of the others.
    static constexpr auto window = std::chrono::seconds(1);

    /// Kinds at once.
    static constexpr std::size_t most = 64;

    /// How many more came.
    struct repeats {
        std::string kind;
        int level = 0;
        std::uint64_t count = 0;
        clock::duration within{0}; ///< From the first to the last.
    };

    /// Whether to show the line; else it is counted.
    bool admit(std::string_view line, int level, clock::time_point now);

    /// The next kind whose second is over and that had repeats, if any.
    std::optional<repeats> take_due(clock::time_point now);

private:
    struct group {
        repeats seen;
        clock::time_point first;
    };
    std::deque<group> groups_; // In order of their first lines.
};

} // namespace avatar
