#include "transport/session_secrets.hpp"

#include "protocol/secret_text.hpp"

#include <algorithm>
#include <functional>

namespace avatar::transport {
namespace {

constexpr auto in_its_place = "***";

} // namespace

void session_secrets::redact(protocol::failure& f) const {
    for (const auto secret : all())
        protocol::replace_all(f, secret, in_its_place);
}

void session_secrets::redact(std::string& text) const {
    for (const auto secret : all())
        protocol::replace_secret(text, secret, in_its_place);
}

/// The longest first: another may be a part of it.
std::vector<std::string_view> session_secrets::all() const {
    const auto& [livekit, agora] = settings_->egress;
    std::vector<std::string_view> all{settings_->service.api_key, token_,
                                      livekit.api_token,          livekit.api_key,
                                      livekit.api_secret,         agora.token};
    std::ranges::sort(all, std::ranges::greater{}, &std::string_view::size);
    return all;
}

} // namespace avatar::transport
