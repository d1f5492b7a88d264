#pragma once

#include "config/options.hpp"
#include "config/settings.hpp"
#include "tests/transport/client_traffic.hpp"
#include "transport/avatar_channel.hpp"

#include <fstream>
#include <stdexcept>

/// The files of tests/interop/recordings, whose README.md explains them.
namespace avatar::tests {

/// What a client did with one request.
struct recorded_request {
    std::string id;
    std::vector<std::string> pieces; ///< Its audio as it was cut.
    bool interrupted = false;        ///< Before its end.
};

struct recorded_session {
    nlohmann::json settings; ///< By our options' keys.
    client_traffic sent;
    std::vector<recorded_request> requests;
    std::string session_token;

    /// Whether animation comes back on the socket.
    bool has_frames() const {
        return !settings.contains("egress.livekit.url") &&
               !settings.contains("egress.agora.channel-name");
    }
};

inline transport::http_request to_request(const nlohmann::json& from) {
    return {from.at("method"), from.at("target"), from.at("headers"), from.value("body", "")};
}

/// Of the header, or else of the query.
inline std::string session_token(const transport::http_request& upgrade) {
    if (const auto header = upgrade.header("X-Session-Key"); !header.empty())
        return std::string(header);
    const auto query = query_of(upgrade.target);
    const auto found = query.find("sessionKey");
    if (found == query.end())
        throw std::runtime_error("the upgrade has no session token");
    return found->second;
}

/// What was done with each request, from the messages behind the first.
inline std::vector<recorded_request> requests_of(const std::vector<client_message>& messages) {
    std::vector<recorded_request> requests;
    bool under_way = false;
    for (std::size_t i = 1; i < messages.size(); ++i) {
        schema::Envelope message;
        const bool valid = message.ParseFromString(messages[i].bytes);
        if (valid && message.has_client_audio_input()) {
            const auto& audio = message.client_audio_input();
            if (!std::exchange(under_way, !audio.end()))
                requests.push_back({audio.req_id(), {}});
            requests.back().pieces.push_back(audio.audio());
        } else if (valid && message.has_client_interrupt() && under_way) {
            requests.back().interrupted = true;
            under_way = false;
        } else {
            throw std::runtime_error("message " + std::to_string(i) + " has no case here");
        }
    }
    if (under_way)
        throw std::runtime_error("a request without an end has no case here");
    return requests;
}

inline recorded_session read_recording(const std::string& path) {
    std::ifstream file(path);
    const auto json = nlohmann::json::parse(file);
    recorded_session session;
    session.settings = json.at("settings");
    auto& sent = session.sent;
    const auto url = session.settings.at("service.console-endpoint").get<std::string>();
    sent.authority = url.substr(7, url.find('/', 7) - 7); // Behind "http://".
    sent.expiry.first = sent.expiry.second = session.settings.at("token-expires-at");
    sent.token_request = to_request(json.at("token_request"));
    sent.upgrade = to_request(json.at("upgrade"));
    for (const auto& frame : json.at("frames"))
        sent.messages.push_back({frame.at("opcode"), from_hex(frame.at("hex").get<std::string>())});
    if (!json.at("close").is_null())
        sent.close_code = json.at("close").at("code").get<int>();
    sent.refused = json.value("refused", "");
    session.requests = requests_of(sent.messages);
    session.session_token = tests::session_token(sent.upgrade);
    return session;
}

/// A recorded value as an option takes it.
inline std::string option_text(const config::option& option, const nlohmann::json& value) {
    if (value.is_string())
        return value;
    if (value.is_number() && option.kind.placeholder == "DURATION")
        return value.dump() + "s";
    if (!value.is_object())
        return value.dump();
    std::string pairs;
    for (const auto& [name, text] : value.items())
        pairs += (pairs.empty() ? "" : ",") + name + "=" + text.get<std::string>();
    return pairs;
}

/// The settings of a channel that is to do the same to the service at
/// `authority`. Throws where a setting is neither an option nor known here.
inline transport::channel_settings settings_for(const recorded_session& session,
                                                const std::string& authority) {
    config::settings all;
    transport::channel_settings channel;
    for (const auto& [key, value] : session.settings.items()) {
        if (key == "audio-format") {
            if (value != "pcm_s16le" && value != "ogg_opus")
                throw std::runtime_error("no such audio format: " + value.dump());
            channel.audio.encoding = value == "ogg_opus" ? protocol::audio_format::ogg_opus
                                                         : protocol::audio_format::pcm_s16le;
        } else if (key != "token-expires-at") {
            const auto* option = config::find_option(key);
            if (!option)
                throw std::runtime_error("no option is called " + key);
            auto text = option_text(*option, value);
            if (key.ends_with("-endpoint"))
                text.replace(text.find(session.sent.authority), session.sent.authority.size(),
                             authority);
            config::apply(*option, all, text, "recording: " + key);
        }
    }
    channel.service = all.service;
    channel.session_ttl = all.pool.session_ttl;
    channel.keepalive = all.pool.keepalive;
    channel.audio.sample_rate = all.audio.sample_rate;
    channel.audio.bitrate = static_cast<std::int32_t>(all.audio.opus.bitrate);
    channel.egress = all.egress;
    return channel;
}

} // namespace avatar::tests
