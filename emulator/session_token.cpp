#include "emulator/session_token.hpp"

#include "transport/hmac.hpp"

#include <boost/algorithm/hex.hpp>
#include <boost/endian/conversion.hpp>

#include <iterator>
#include <utility>

namespace avatar::emulator {
namespace {

// A token's bytes, before they become hexadecimal: the expiry in Unix seconds
// as a big-endian 64-bit integer, a nonce, the app id, the signature of all before it.
constexpr std::size_t expiry_size = 8;
constexpr std::size_t nonce_size = 8;
constexpr std::size_t head_size = expiry_size + nonce_size;
constexpr std::size_t signature_size = 32;
constexpr std::size_t max_token_size = 4096;

/// Seconds since 1970-01-01 UTC.
using unix_seconds = std::int64_t;

unix_seconds whole_seconds(wall_time time) {
    return std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count();
}

std::string pack_expiry(unix_seconds expires_at) {
    std::string bytes(expiry_size, '\0');
    boost::endian::store_big_s64(reinterpret_cast<unsigned char*>(bytes.data()), expires_at);
    return bytes;
}

unix_seconds unpack_expiry(std::string_view bytes) {
    return boost::endian::load_big_s64(reinterpret_cast<const unsigned char*>(bytes.data()));
}

/// The bytes behind hexadecimal text; empty when it is not that.
std::string unhex(std::string_view text) {
    std::string bytes;
    try {
        boost::algorithm::unhex(text.begin(), text.end(), std::back_inserter(bytes));
    } catch (const boost::algorithm::hex_decode_error&) {
        bytes.clear();
    }
    return bytes;
}

} // namespace

std::string_view to_string(token_state state) {
    switch (state) {
    case token_state::valid:
        return "valid";
    case token_state::expired:
        return "expired";
    case token_state::invalid:
        break;
    }
    return "invalid";
}

session_tokens::session_tokens() : session_tokens(transport::random_bytes(signature_size)) {}

session_tokens::session_tokens(std::string key) : key_(std::move(key)) {}

std::string session_tokens::issue(std::string_view app_id, wall_time expires_at) const {
    auto bytes = pack_expiry(whole_seconds(expires_at)) + transport::random_bytes(nonce_size);
    bytes.append(app_id);
    bytes += transport::hmac_sha256(key_, bytes);
    return boost::algorithm::hex_lower(bytes);
}

token_verdict session_tokens::check(std::string_view token, wall_time now) const {
    if (token.size() > max_token_size)
        return {};
    const auto bytes = unhex(token);
    if (bytes.size() < head_size + signature_size)
        return {};
    const auto message = std::string_view(bytes).substr(0, bytes.size() - signature_size);
    const auto signature = std::string_view(bytes).substr(message.size());
    if (!transport::equal_secrets(signature, transport::hmac_sha256(key_, message)))
        return {};
    const bool in_time = whole_seconds(now) < unpack_expiry(message);
    return {in_time ? token_state::valid : token_state::expired,
            std::string(message.substr(head_size))};
}

} // namespace avatar::emulator
