#include "transport/token_request.hpp"

#include "transport/connection_error.hpp"
#include "transport/explain.hpp"

#include <fmt/format.h>

#include <utility>

namespace avatar::transport {
namespace {

using protocol::failure_phase;

bool is_redirect(unsigned status) {
    return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

[[noreturn]] void refuse_redirect(const http_answer_reader& answer, const std::string& why) {
    auto reason = refusal(failure_phase::session_token, answer);
    reason.detail += (reason.detail.empty() ? "" : ", ") + why;
    throw connection_error(std::move(reason));
}

protocol::endpoint target_of(const http_answer_reader& answer, const protocol::endpoint& from,
                             const std::string& location) {
    try {
        return protocol::redirected(from, location);
    } catch (const protocol::invalid_endpoint& problem) {
        refuse_redirect(answer, fmt::format("which cannot be followed: {}", problem.what()));
    }
}

} // namespace

token_request::token_request(protocol::endpoint console, std::string api_key, std::string body,
                             permissions may)
    : console_(std::move(console)),
      api_key_(std::move(api_key)),
      body_(std::move(body)),
      may_(may),
      to_(console_) {}

http_request_to_send token_request::next() const {
    http_request_to_send request;
    if (is_post_)
        request.body = body_;
    if (has_key_)
        request.headers.emplace_back("X-Api-Key", api_key_);
    return request;
}

bool token_request::follow(const http_answer_reader& answer) {
    const auto status = answer.head().status;
    const auto location = answer.head().value("location");
    if (is_redirect(status) && !location.empty())
        return turn_to(answer, location);
    return repeat_as_post(status);
}

bool token_request::turn_to(const http_answer_reader& answer, const std::string& location) {
    auto next = target_of(answer, to_, location);
    if (++redirects_ > most_redirects)
        refuse_redirect(answer, fmt::format("the last of {} redirects", redirects_));
    if (!next.tls && to_.tls)
        refuse_redirect(answer, "from https to http: not followed, it would not be encrypted");
    if (next.tls && !may_.tls)
        refuse_redirect(answer, "from http to https: not followed, no certificates are loaded; "
                                "expected https:// in service.console-endpoint");
    if (!next.tls && !may_.plaintext && !protocol::is_this_machine(next.host))
        refuse_redirect(answer, "another machine, unencrypted: not followed; expected https, or "
                                "--service.allow-plaintext=true");
    has_key_ = has_key_ && protocol::is_same_origin(next, console_);
    const auto status = answer.head().status;
    const bool repeats = status == 307 || status == 308;
    may_repeat_post_ = is_post_ && !repeats && status != 303;
    is_post_ = is_post_ && repeats;
    to_ = std::move(next);
    return true;
}

bool token_request::repeat_as_post(unsigned status) {
    if (!may_repeat_post_ || (status != 404 && status != 405))
        return false;
    may_repeat_post_ = false;
    is_post_ = true;
    return true;
}

void token_request::add_redirect(protocol::failure& refusal) const {
    if (redirects_ == 0)
        return;
    refusal.detail +=
        fmt::format("{}after a redirect from {}", refusal.detail.empty() ? "" : "; ", console_.url);
    if (!has_key_)
        refusal.detail += ", to whose host, port and scheme alone the API key goes; expected "
                          "service.console-endpoint to name where it leads";
}

} // namespace avatar::transport
