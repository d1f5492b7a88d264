#include "protocol/failure.hpp"

#include "protocol/secret_text.hpp"
#include "protocol/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <vector>

namespace avatar::protocol {

namespace {

bool decided_by_pool(const failure& f) {
    return f.phase == failure_phase::none || f.code >= failure_code::borrow_timeout;
}

std::string numbers(const failure& f) {
    std::vector<std::string> known;
    if (f.http_status != 0)
        known.push_back(fmt::format("HTTP {}", f.http_status));
    if (f.server_code != 0)
        known.push_back(fmt::format("server code {}", f.server_code));
    if (f.close_code != 0)
        known.push_back(fmt::format("close code {}", f.close_code));
    return known.empty() ? std::string() : fmt::format(" ({})", fmt::join(known, ", "));
}

/// Title, detail and close reason, each once and only where there is one.
std::string words(const failure& f) {
    std::string result;
    for (std::string_view part : {f.title, f.detail, f.close_reason}) {
        part = trimmed(part);
        if (result.find(part) != result.npos) // So is nothing.
            continue;
        result += result.empty() ? "" : ": ";
        result += part;
    }
    return result;
}

std::array<std::string*, 7> texts_of(failure& f) {
    return {&f.title, &f.detail, &f.connection_id, &f.request_id, &f.body, &f.close_reason, &f.url};
}

} // namespace

std::string_view to_string(failure_code code) {
    switch (code) {
    case failure_code::none:
        return "none";
    case failure_code::session_token_expired:
        return "sessionTokenExpired";
    case failure_code::session_token_invalid:
        return "sessionTokenInvalid";
    case failure_code::app_id_unrecognized:
        return "appIDUnrecognized";
    case failure_code::app_id_mismatch:
        return "appIDMismatch";
    case failure_code::avatar_not_found:
        return "avatarNotFound";
    case failure_code::billing_required:
        return "billingRequired";
    case failure_code::credits_exhausted:
        return "creditsExhausted";
    case failure_code::session_duration_exceeded:
        return "sessionDurationExceeded";
    case failure_code::concurrency_limit:
        return "concurrencyLimit";
    case failure_code::unsupported_sample_rate:
        return "unsupportedSampleRate";
    case failure_code::invalid_egress_config:
        return "invalidEgressConfig";
    case failure_code::egress_unavailable:
        return "egressUnavailable";
    case failure_code::idle_timeout:
        return "idleTimeout";
    case failure_code::upstream_error:
        return "upstreamError";
    case failure_code::invalid_request:
        return "invalidRequest";
    case failure_code::connection_failed:
        return "connectionFailed";
    case failure_code::connection_closed:
        return "connectionClosed";
    case failure_code::protocol_error:
        return "protocolError";
    case failure_code::server_error:
        return "serverError";
    case failure_code::rate_limited:
        return "rateLimited";
    case failure_code::unknown:
        return "unknown";
    case failure_code::borrow_timeout:
        return "borrowTimeout";
    case failure_code::request_timeout:
        return "requestTimeout";
    case failure_code::queue_full:
        return "queueFull";
    case failure_code::request_cancelled:
        return "requestCancelled";
    case failure_code::request_interrupted:
        return "requestInterrupted";
    case failure_code::service_down:
        return "serviceDown";
    case failure_code::lease_lost:
        return "leaseLost";
    case failure_code::lease_busy:
        return "leaseBusy";
    case failure_code::sink_too_slow:
        return "sinkTooSlow";
    case failure_code::audio_timeout:
        return "audioTimeout";
    case failure_code::pool_failed:
        return "poolFailed";
    case failure_code::extension_failed:
        return "extensionFailed";
    case failure_code::node_lost:
        return "nodeLost";
    case failure_code::node_busy:
        return "nodeBusy";
    }
    return "unknown"; // A code from a newer node.
}

std::string_view to_string(failure_phase phase) {
    switch (phase) {
    case failure_phase::none:
        return "none";
    case failure_phase::session_token:
        return "session_token";
    case failure_phase::websocket_connect:
        return "websocket_connect";
    case failure_phase::websocket_handshake:
        return "websocket_handshake";
    case failure_phase::websocket_runtime:
        return "websocket_runtime";
    case failure_phase::websocket_send:
        return "websocket_send";
    }
    return "none";
}

std::string describe(const failure& f) {
    auto reason = words(f);
    if (decided_by_pool(f) && !reason.empty())
        return on_one_line(reason);
    auto line = fmt::format("{}{}", to_string(f.code), numbers(f));
    if (!reason.empty())
        line += ": " + reason;
    if (!f.url.empty())
        line += fmt::format(" ({})", f.url);
    return on_one_line(line);
}

void replace_all(failure& f, std::string_view text, std::string_view by) {
    for (auto* in : texts_of(f))
        replace_secret(*in, text, by);
}

void shorten(failure& f, std::size_t limit) {
    for (auto* text : texts_of(f))
        text->resize(shortened(*text, limit).size());
}

} // namespace avatar::protocol
