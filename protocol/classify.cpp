#include "protocol/classify.hpp"

#include "protocol/error_body.hpp"
#include "protocol/text.hpp"

#include <array>
#include <charconv>
#include <optional>
#include <utility>

namespace avatar::protocol {

namespace {

using enum failure_code;

struct server_code_name {
    std::string_view name;
    std::int32_t code;
};

constexpr std::array server_code_names = {
    server_code_name{"INVALID_ARGUMENT", 3},
    server_code_name{"UNAVAILABLE", 14},
    server_code_name{"UNAUTHENTICATED", 16},
};

constexpr std::int32_t invalid_argument = 3;

struct server_code_rule {
    std::int32_t server_code;
    failure_code code;
};

constexpr std::array server_code_rules = {
    server_code_rule{invalid_argument, invalid_request},
    server_code_rule{16, invalid_egress_config},
    server_code_rule{14, egress_unavailable},
    server_code_rule{4001, credits_exhausted},
    server_code_rule{4002, session_duration_exceeded},
    server_code_rule{4003, concurrency_limit},
    server_code_rule{4010, session_token_invalid},
};

struct text_rule {
    std::string_view text; ///< In lower case.
    failure_code code;
};

// The first that matches decides. Billing denials often give their cause in the
// same sentence, so the causes stand before "session denied".
constexpr std::array text_rules = {
    text_rule{"credits exhausted", credits_exhausted},
    text_rule{"session time limit reached", session_duration_exceeded},
    text_rule{"maximum session duration", session_duration_exceeded},
    text_rule{"session denied", billing_required},
    text_rule{"token is expired", session_token_expired},
    text_rule{"session token expired", session_token_expired},
    text_rule{"invalid session token", session_token_invalid},
    text_rule{"empty token", session_token_invalid},
    text_rule{"app id mismatch", app_id_mismatch},
    text_rule{"app id unrecognized", app_id_unrecognized},
    text_rule{"avatar not found", avatar_not_found},
    text_rule{"unsupported sample rate", unsupported_sample_rate},
    text_rule{"livekit silence timeout", idle_timeout},
    text_rule{"no audio input for", idle_timeout},
    text_rule{"livekit_egress", invalid_egress_config},
    text_rule{"agora_egress", invalid_egress_config},
    text_rule{"missing livekit credentials", invalid_egress_config},
    text_rule{"unauthorized", invalid_egress_config},
    text_rule{"egress client is not configured on server", egress_unavailable},
    text_rule{"failed to create egress connection", egress_unavailable},
    text_rule{"driven server returned non-200 status code", upstream_error},
    text_rule{"driven server request failed", upstream_error},
    text_rule{"expected clientconfiguresession message", protocol_error},
    text_rule{"unexpected message type", protocol_error},
    text_rule{"failed to unmarshal initial message", protocol_error},
};

constexpr std::array<std::string_view, 3> egress_words = {"livekit", "agora", "egress"};

bool contains(std::string_view text, std::string_view part) {
    return text.find(part) != text.npos;
}

/// The number a server code stands for that came as text; 0 for other names.
std::int32_t number_of(std::string_view name) {
    name = trimmed(name);
    for (const auto& known : server_code_names)
        if (lower_case(known.name) == lower_case(name))
            return known.code;
    std::int32_t number = 0; // Stays where there is none, or one too large.
    auto end = std::from_chars(name.data(), name.data() + name.size(), number).ptr;
    return end == name.data() + name.size() ? number : 0;
}

std::optional<failure_code> by_server_code(std::int32_t server_code, std::string_view text) {
    if (server_code == invalid_argument)
        for (auto word : egress_words)
            if (contains(text, word))
                return invalid_egress_config;
    for (const auto& rule : server_code_rules)
        if (rule.server_code == server_code)
            return rule.code;
    if (server_code >= 4000 && server_code < 4100)
        return invalid_request;
    if (server_code >= 4500 && server_code < 4600)
        return upstream_error;
    return std::nullopt;
}

std::optional<failure_code> by_text(std::string_view text) {
    for (const auto& rule : text_rules)
        if (contains(text, rule.text))
            return rule.code;
    return std::nullopt;
}

std::optional<failure_code> by_http_status(int status, failure_phase phase) {
    switch (status) {
    case 400:
        return phase == failure_phase::websocket_connect ? session_token_invalid : invalid_request;
    case 401:
        return session_token_expired;
    case 402:
        return billing_required;
    case 404:
        return app_id_unrecognized;
    case 429:
        return rate_limited;
    default:
        break;
    }
    if (status >= 400 && status < 500)
        return invalid_request;
    if (status >= 500)
        return server_error;
    return std::nullopt;
}

failure_code by_phase(const failure& known) {
    if (known.close_code != 0)
        return connection_closed;
    auto answered = known.http_status != 0 || known.server_code != 0;
    switch (known.phase) {
    case failure_phase::session_token:
    case failure_phase::websocket_connect:
        return answered ? unknown : connection_failed;
    case failure_phase::websocket_send:
        return answered ? server_error : connection_failed;
    case failure_phase::websocket_handshake:
    case failure_phase::websocket_runtime:
        return server_error;
    case failure_phase::none:
        break;
    }
    return unknown;
}

failure_code classified(const failure& known, std::string_view text) {
    // The service closes with the same numbers.
    const auto number = known.server_code != 0 ? known.server_code : known.close_code;
    if (auto code = by_server_code(number, text))
        return *code;
    if (auto code = by_text(text))
        return *code;
    if (auto code = by_http_status(known.http_status, known.phase))
        return *code;
    return by_phase(known);
}

bool is_success(int status) {
    return status >= 200 && status < 300;
}

/// Neither user info nor query of where a redirect leads: both may be secret.
std::string shown_location(std::string_view location) {
    location = trimmed(location.substr(0, location.find_first_of("?#")));
    const bool has_user_info = location.find('@') != location.npos;
    return std::string(has_user_info ? "a URL with user info"
                                     : shortened(location, kept_text_size / 2));
}

/// Words that are not the service's own, where that has none, or not enough.
void add_hints(failure& known, const http_refusal& refusal) {
    if (known.title.empty() && known.detail.empty() && !is_success(refusal.status))
        known.title = page_title(refusal.body);
    if (known.title.empty() && known.detail.empty())
        known.title = trimmed(refusal.reason);
    known.title = shortened(known.title, kept_text_size);
    if (refusal.status / 100 == 3 && !trimmed(refusal.location).empty())
        known.detail += (known.detail.empty() ? "redirects to " : "; redirects to ") +
                        shown_location(refusal.location);
}

} // namespace

failure classify(failure known, std::string_view server_code_name) {
    if (known.server_code == 0)
        known.server_code = number_of(server_code_name);
    if (known.code != none)
        return known;
    // A character that is in no rule keeps a text from arising across the seams.
    auto text = lower_case(server_code_name) + '\n' + lower_case(known.title) + '\n' +
                lower_case(known.detail);
    known.code = classified(known, text);
    // Read in full, passed on in a length that a line of a report can bear.
    known.title = shortened(known.title, kept_text_size);
    known.detail = shortened(known.detail, kept_text_size);
    return known;
}

failure http_failure(failure_phase phase, int status, std::string_view body) {
    return http_failure(phase, {status, body, {}, {}, {}});
}

failure http_failure(failure_phase phase, const http_refusal& refusal) {
    const auto& [status, body, reason, location, retry_after] = refusal;
    failure known;
    known.phase = phase;
    known.http_status = static_cast<std::uint16_t>(status);
    known.retry_after = retry_after;
    error_body error;
    if (is_success(status)) {
        error = parse_json_error(body).value_or(error_body());
        if (error.status != 0)
            known.http_status = static_cast<std::uint16_t>(error.status);
    } else {
        error = parse_error_body(body);
        known.body = shortened(body, kept_body_size);
    }
    if (error.code == std::to_string(known.http_status)) // As gateways have it.
        error.code.clear();
    known.title = std::move(error.title);
    known.detail = std::move(error.detail);
    if (known.title.empty() && known.detail.empty() && number_of(error.code) == 0)
        known.title = error.code;
    known = classify(std::move(known), error.code);
    add_hints(known, refusal);
    return known;
}

} // namespace avatar::protocol
