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

request_desk::request_desk(std::shared_ptr<const session_rules> rules, std::string connection_id,
                           protocol::audio_format format, std::int32_t sample_rate,
                           frame_schedule::send_frame send)
    : rules_(std::move(rules)),
      connection_id_(std::move(connection_id)),
      format_(format),
      sample_rate_(sample_rate),
      send_(std::move(send)) {}

maybe_error request_desk::take(const protocol::audio_input& input, steady_time now) {
    if (input.req_id.empty())
        return session_error{server_code::invalid_argument, "audio input without req_id"};
    if (schedule_.contains(input.req_id))
        return invalid_request("audio input after the end of the request",
                               std::string(input.req_id));

    auto request = collecting_.find(input.req_id);
    if (request == collecting_.end()) {
        if (collecting_.size() + schedule_.size() >= rules_->max_open_requests)
            return session_error{
                server_code::resource_exhausted,
                fmt::format("more than {} requests at a time", rules_->max_open_requests)};
        request = collecting_.try_emplace(std::string(input.req_id), format_, sample_rate_).first;
    }
    if (request->second.bytes() + input.audio.size() > rules_->max_request_bytes)
        return session_error{
            server_code::resource_exhausted,
            fmt::format("audio of one request exceeds {} bytes", rules_->max_request_bytes)};
    request->second.add(input.audio);
    return input.end ? finish(request, now) : std::nullopt;
}

maybe_error request_desk::finish(requests::iterator request, steady_time now) {
    const auto ended = collecting_.extract(request);
    const auto& request_id = ended.key();
    const auto seconds = ended.mapped().seconds();
    if (!seconds)
        return invalid_request("audio is not an Ogg Opus stream", request_id);
    if (*seconds > static_cast<double>(rules_->max_audio.count()))
        return invalid_request(
            fmt::format("audio is longer than {} seconds", rules_->max_audio.count()), request_id);
    schedule_.add(make_animation(connection_id_, request_id, *seconds, now, rules_->settings));
    send_due(now);
    return std::nullopt;
}

void request_desk::interrupt(std::string_view request_id) {
    if (schedule_.cut_short(request_id, send_))
        return;
    const auto request = collecting_.find(request_id);
    if (request == collecting_.end())
        return;
    send_(make_end_frame(connection_id_, request->first));
    collecting_.erase(request);
}

} // namespace avatar::emulator
