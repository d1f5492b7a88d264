#pragma once

#include "../protocol/audio_format.hpp"
#include "../protocol/failure.hpp"

#include <caf/error.hpp>
#include <caf/none.hpp>
#include <caf/sec.hpp>

#include <chrono>

/// How messages are read and written. What another node sends is checked here, by
/// the type of each field, before any actor sees it.
namespace avatar {

/// Whether a field may have this value. An overload for a type of one's own is
/// found by argument-dependent lookup.
template <class T>
bool is_acceptable(const T&) {
    return true;
}

/// No span of time in a message is negative, and the sum of a few fits its type.
template <class Rep, class Period>
bool is_acceptable(const std::chrono::duration<Rep, Period>& time) {
    using time_type = std::chrono::duration<Rep, Period>;
    return time >= time_type::zero() && time <= std::chrono::hours(10 * 366 * 24);
}

/// A newer node may have more codes and phases: what is not known here counts as
/// what `to_string` calls it.
inline bool is_acceptable(protocol::failure_code& code) {
    if (code > protocol::last_failure_code)
        code = protocol::failure_code::unknown;
    return true;
}

inline bool is_acceptable(protocol::failure& failure) {
    if (failure.phase > protocol::failure_phase::websocket_send)
        failure.phase = protocol::failure_phase::none;
    return is_acceptable(failure.code) && is_acceptable(failure.retry_after);
}

inline bool is_acceptable(protocol::audio_format format) {
    return format == protocol::audio_format::pcm_s16le ||
           format == protocol::audio_format::ogg_opus;
}

/// Applies the inspector to the fields of a message; what is read must be acceptable,
/// else the error is sec::invalid_argument and the message does not arrive.
template <class Inspector, class... Fields>
typename Inspector::result_type inspect_fields(Inspector& f, Fields&... fields) {
    if constexpr (!Inspector::writes_state) {
        return f(fields...);
    } else {
        if (auto error = f(fields...))
            return error;
        if (!(is_acceptable(fields) && ...))
            return caf::sec::invalid_argument;
        return caf::none;
    }
}

} // namespace avatar
