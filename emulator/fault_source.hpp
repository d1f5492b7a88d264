#pragma once

#include "emulator/scenario.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <random>
#include <string_view>
#include <utility>

namespace avatar::emulator {

/// One frame of an animation that is due.
struct frame_place {
    std::size_t number = 0;   ///< Of the frames before it.
    std::size_t foreseen = 1; ///< Frames that the animation was worth when it began.
    bool last = false;
    double luck = 0.0; ///< Of the request, from 0 to below 1: picks one frame of those foreseen.
};

/// Decides what goes wrong in one emulator, and when: its scenario, the time
/// since its start, and random numbers. Answers depend on the order of the questions, so it
/// is used on the emulator's io_context only.
class fault_source {
public:
    using milliseconds = std::chrono::milliseconds;
    using clock = std::function<milliseconds()>; ///< The time since the emulator's start.

    /// Nothing goes wrong.
    fault_source() : fault_source(scenario()) {}

    /// The same seed gives the same random numbers; the time begins now.
    explicit fault_source(scenario faults, std::uint64_t seed = 1);

    fault_source(scenario faults, std::uint64_t seed, clock since_start);

    /// Called with each fault that occurs.
    void set_listener(std::function<void(const fault&)> listener) {
        listener_ = std::move(listener);
    }

    /// The first fault of that point that fits the API key or avatar and occurs;
    /// null: none. Valid as long as the source.
    const fault* fault_at(fault_point at, std::string_view whom);

    /// The same at `frames`, for one frame.
    const fault* frame_fault(std::string_view whom, const frame_place& frame);

    /// The same at `idle`, for a session that has been idle for `now` and was
    /// asked about last when that was `before`.
    const fault* idle_fault(std::string_view whom, milliseconds before, milliseconds now);

    /// For how long a session must have been idle before idle_fault is worth
    /// another question; nothing where idle ones have no fault.
    std::optional<milliseconds> next_idle(std::string_view whom, milliseconds before) const;

    /// How long no connection is accepted from now on.
    milliseconds accept_pause();

    /// Drawn anew with each call, from 0 to below 1.
    double luck() { return std::uniform_real_distribution<>(0.0, 1.0)(random_); }

private:
    template <class Fits>
    const fault* first(fault_point at, std::string_view whom, Fits fits);
    bool happens(const occasion& when);
    void tell_of(const fault& f) const;

    scenario faults_;
    std::mt19937_64 random_;
    clock since_start_;
    std::function<void(const fault&)> listener_;
};

} // namespace avatar::emulator
