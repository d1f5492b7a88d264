#include "emulator/request_desk.hpp"

#include "emulator/animation.hpp"

#include <fmt/format.h>

#include <utility>

namespace avatar::emulator {
namespace {

using maybe_error = std::optional<session_error>;

session_error invalid_request(std::string message, std::string request_id) {
    return {server_code::invalid_argument, std::move(message), std::move(request_id)};
}

} // namespace

request_desk::request_desk(std::shared_ptr<const session_rules> rules, session_terms terms)
    : rules_(std::move(rules)),
      terms_(std::move(terms)) {}

bool request_desk::knows(std::string_view request_id) {
    return collecting_.contains(request_id) || schedule_.find(request_id);
}

maybe_error request_desk::take(const protocol::audio_input& input, steady_time now) {
    if (auto error = check_limits(input))
        return error;
    auto request = collecting_.find(input.req_id);
    if (request == collecting_.end())
        request =
            collecting_.try_emplace(std::string(input.req_id), terms_.format, terms_.sample_rate)
                .first;
    request->second.add(input.audio);
    if (input.end)
        return finish(request, now);
    // Nothing: of Ogg Opus the header has not arrived yet.
    if (const auto seconds = request->second.seconds())
        animate(request->first, *seconds, /*ended=*/false, now);
    return std::nullopt;
}

maybe_error request_desk::check_limits(const protocol::audio_input& input) {
    if (input.req_id.empty())
        return session_error{server_code::invalid_argument, "audio input without req_id"};
    if (const auto* known = schedule_.find(input.req_id); known && known->ended)
        return invalid_request("audio input after the end of the request",
                               std::string(input.req_id));
    const auto request = collecting_.find(input.req_id);
    const bool is_new = request == collecting_.end();
    if (is_new && collecting_.size() + schedule_.ended() >= rules_->max_open_requests)
        return session_error{
            server_code::resource_exhausted,
            fmt::format("more than {} requests at a time", rules_->max_open_requests)};
    const auto so_far = is_new ? 0 : request->second.bytes();
    if (so_far + input.audio.size() > rules_->max_request_bytes)
        return session_error{
            server_code::resource_exhausted,
            fmt::format("audio of one request exceeds {} bytes", rules_->max_request_bytes)};
    return std::nullopt;
}

void request_desk::animate(const std::string& request_id, double seconds, bool ended,
                           steady_time now) {
    if (terms_.egress)
        return;
    const auto& settings = rules_->settings;
    auto* a = schedule_.find(request_id);
    if (!a && !ended && frame_count(seconds, settings.frames_per_second_of_audio) == 1)
        return; // Not worth a frame yet.
    if (!a) {
        schedule_.add(make_animation(terms_.connection_id, request_id, seconds, now, settings));
        a = schedule_.find(request_id);
        a->foreseen = frame_count(seconds, settings.frames_per_second_of_audio);
        a->luck = rules_->faults->luck();
    }
    extend(*a, seconds, ended, now, settings);
}

maybe_error request_desk::finish(requests::iterator request, steady_time now) {
    const auto ended = collecting_.extract(request);
    const auto& request_id = ended.key();
    const auto seconds = ended.mapped().seconds();
    if (!seconds)
        return invalid_request("audio is not an Ogg Opus stream", request_id);
    if (*seconds > static_cast<double>(rules_->max_audio.count())) {
        drop(request_id);
        return invalid_request(
            fmt::format("audio is longer than {} seconds", rules_->max_audio.count()), request_id);
    }
    animate(request_id, *seconds, /*ended=*/true, now);
    return std::nullopt;
}

transport::shared_bytes request_desk::interrupt(std::string_view request_id) {
    auto end = schedule_.cut_short(request_id);
    const auto request = collecting_.find(request_id);
    if (request == collecting_.end())
        return end;
    if (!end && !terms_.egress)
        end = make_end_frame(terms_.connection_id, request->first);
    collecting_.erase(request);
    return end;
}

void request_desk::drop(std::string_view request_id) {
    schedule_.remove(request_id);
    if (const auto request = collecting_.find(request_id); request != collecting_.end())
        collecting_.erase(request);
}

} // namespace avatar::emulator
