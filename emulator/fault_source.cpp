#include "emulator/fault_source.hpp"

#include <algorithm>
#include <utility>

namespace avatar::emulator {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

bool concerns(const fault& f, fault_point at, std::string_view whom) {
    return f.at == at && (f.whom.empty() || f.whom == whom);
}

bool fits(const fault& f, const frame_place& frame) {
    using kind = frame_fault::kind;
    const auto* one = std::get_if<frame_fault>(&f.action);
    if (one && one->what == kind::drop_end)
        return frame.last;
    const bool spares_last = one && (one->what == kind::drop || one->what == kind::hold_back);
    if (spares_last && frame.last)
        return false;
    if (!f.any_frame)
        return frame.number == f.after;
    const auto choice = frame.foreseen - (spares_last ? 1 : 0);
    return frame.number == static_cast<std::size_t>(frame.luck * static_cast<double>(choice));
}

} // namespace

fault_source::fault_source(scenario faults, std::uint64_t seed)
    : fault_source(std::move(faults), seed, [start = steady_clock::now()] {
          return std::chrono::duration_cast<milliseconds>(steady_clock::now() - start);
      }) {}

fault_source::fault_source(scenario faults, std::uint64_t seed, clock since_start)
    : faults_(std::move(faults)),
      random_(seed),
      since_start_(std::move(since_start)) {}

const fault* fault_source::fault_at(fault_point at, std::string_view whom) {
    return first(at, whom, [](const fault&) { return true; });
}

const fault* fault_source::frame_fault(std::string_view whom, const frame_place& frame) {
    return first(fault_point::frames, whom, [&](const fault& f) { return fits(f, frame); });
}

const fault* fault_source::idle_fault(std::string_view whom, milliseconds before,
                                      milliseconds now) {
    return first(fault_point::idle, whom,
                 [&](const fault& f) { return now / f.idle_for > before / f.idle_for; });
}

std::optional<milliseconds> fault_source::next_idle(std::string_view whom,
                                                    milliseconds before) const {
    std::optional<milliseconds> next;
    for (const auto& f : faults_.all()) {
        if (!concerns(f, fault_point::idle, whom))
            continue;
        const auto due = (before / f.idle_for + 1) * f.idle_for;
        next = std::min(next.value_or(due), due);
    }
    return next;
}

milliseconds fault_source::accept_pause() {
    milliseconds longest{0};
    for (const auto& f : faults_.all()) {
        if (f.at != fault_point::accept)
            continue;
        const auto left = time_left(f.when.window, since_start_());
        if (left > milliseconds(0))
            tell_of(f);
        longest = std::max(longest, left);
    }
    return longest;
}

template <class Fits>
const fault* fault_source::first(fault_point at, std::string_view whom, Fits fits) {
    const auto found = std::ranges::find_if(faults_.all(), [&](const fault& f) {
        return concerns(f, at, whom) && fits(f) && happens(f.when);
    });
    if (found == faults_.all().end())
        return nullptr;
    tell_of(*found);
    return &*found;
}

void fault_source::tell_of(const fault& f) const {
    if (listener_)
        listener_(f);
}

// What is certain draws no random number, so that it changes nothing for the rest.
bool fault_source::happens(const occasion& when) {
    return is_open(when.window, since_start_()) &&
           (when.probability >= 1.0 || luck() < when.probability);
}

} // namespace avatar::emulator
