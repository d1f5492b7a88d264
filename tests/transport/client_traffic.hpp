#pragma once

#include "transport/server.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <avatar.pb.h>
#include <cctype>
#include <cstdint>
#include <google/protobuf/util/message_differencer.h>
#include <iterator>
#include <map>
#include <optional>
#include <set>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace avatar::tests {

/// A WebSocket message as it came.
struct client_message {
    int opcode = 0; ///< RFC 6455: 1 is text, 2 binary.
    std::string bytes;
};

/// Everything that a client sends in one session, whoever the client is.
struct client_traffic {
    std::string authority; ///< HOST:PORT of the service; another in each session.
    /// Between which Unix seconds the expiry lies that the token was to have.
    std::pair<std::int64_t, std::int64_t> expiry;
    transport::http_request token_request;
    transport::http_request upgrade;
    std::vector<client_message> messages;
    std::optional<int> close_code; ///< Nothing: it had no WebSocket to close.
    std::string refused;           ///< Error code that it made of a refusal; empty: none.
};

inline std::string from_hex(std::string_view digits) {
    std::string bytes;
    for (std::size_t i = 0; i < digits.size(); i += 2)
        bytes += static_cast<char>(std::stoi(std::string(digits.substr(i, 2)), nullptr, 16));
    return bytes;
}

/// Without percent-encoding; `+` is a space, as the service reads it.
inline std::string decoded(std::string_view text) {
    std::string plain;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '%') {
            plain += from_hex(text.substr(i + 1, 2));
            i += 2;
        } else {
            plain += text[i] == '+' ? ' ' : text[i];
        }
    }
    return plain;
}

/// What stands before the first `separator`, and what behind it.
inline std::pair<std::string, std::string> halves(const std::string& text, char separator) {
    const auto middle = text.find(separator);
    if (middle == text.npos)
        return {text, {}};
    return {text.substr(0, middle), text.substr(middle + 1)};
}

/// The parameters in the query of a request's target.
inline std::multimap<std::string, std::string> query_of(const std::string& target) {
    std::multimap<std::string, std::string> parameters;
    std::istringstream query(halves(target, '?').second);
    for (std::string item; std::getline(query, item, '&');) {
        const auto [name, value] = halves(item, '=');
        parameters.emplace(decoded(name), decoded(value));
    }
    return parameters;
}

/// Headers that are the HTTP library's affair and no part of the protocol. The
/// length goes with how the JSON body is spaced.
inline bool is_of_library(const std::string& header) {
    static const std::set<std::string> names{
        "accept",         "accept-encoding",   "connection",
        "content-length", "sec-websocket-key", "sec-websocket-extensions",
        "user-agent"};
    return names.contains(header);
}

/// A set of lines "WHAT FIELD: VALUE", in which two requests that mean the same
/// are equal: percent-encoding is undone, order and time do not count.
using field_lines = std::multiset<std::string>;

inline field_lines lines_of(const std::string& what, const transport::http_request& request,
                            const client_traffic& of) {
    field_lines lines{what + " method: " + request.method};
    lines.insert(what + " path: " + halves(request.target, '?').first);
    for (const auto& [name, value] : query_of(request.target))
        lines.insert(what + " query " + name + ": " + value);
    for (auto [name, value] : request.headers) {
        for (auto& c : name)
            c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
        if (name == "host" && value == of.authority)
            value = "the endpoint's";
        if (!is_of_library(name))
            lines.insert(what + " header " + name + ": " + value);
    }
    if (request.body.empty())
        return lines;
    const auto body = nlohmann::json::parse(request.body);
    for (const auto& [key, value] : body.items()) {
        const bool is_due = key == "expireAt" && value.is_number_integer() &&
                            value >= of.expiry.first && value <= of.expiry.second;
        lines.insert(what + " body " + key + ": " + (is_due ? "as set" : value.dump()));
    }
    return lines;
}

inline field_lines lines_of(const client_traffic& traffic) {
    auto lines = lines_of("token request", traffic.token_request, traffic);
    lines.merge(lines_of("upgrade", traffic.upgrade, traffic));
    lines.insert("messages: " + std::to_string(traffic.messages.size()));
    lines.insert("close code: " +
                 (traffic.close_code ? std::to_string(*traffic.close_code) : "none"));
    lines.insert("refused: " + traffic.refused);
    return lines;
}

/// Where two messages differ; empty where they mean the same. Fields that the
/// schema does not know count too, the order of map entries does not.
inline std::string difference(const client_message& recorded, const client_message& ours) {
    if (recorded.opcode != ours.opcode)
        return "opcode " + std::to_string(recorded.opcode) + " -> " + std::to_string(ours.opcode);
    schema::Envelope first;
    schema::Envelope second;
    if (!first.ParseFromString(recorded.bytes) || !second.ParseFromString(ours.bytes))
        return "no valid protobuf";
    std::string report;
    google::protobuf::util::MessageDifferencer differencer;
    differencer.ReportDifferencesToString(&report);
    return differencer.Compare(first, second) ? std::string() : report;
}

/// One line or more for each field in which the two differ.
inline std::vector<std::string> differences(const client_traffic& recorded,
                                            const client_traffic& ours) {
    std::vector<std::string> found;
    const auto add_what_is_only_in = [&](const field_lines& here, const field_lines& there,
                                         const std::string& whose) {
        field_lines only;
        std::set_difference(here.begin(), here.end(), there.begin(), there.end(),
                            std::inserter(only, only.end()));
        for (const auto& line : only)
            found.push_back(whose + line);
    };
    const auto theirs = lines_of(recorded);
    const auto mine = lines_of(ours);
    add_what_is_only_in(theirs, mine, "only recorded: ");
    add_what_is_only_in(mine, theirs, "only ours: ");
    for (std::size_t i = 0; i < std::min(recorded.messages.size(), ours.messages.size()); ++i)
        if (const auto text = difference(recorded.messages[i], ours.messages[i]); !text.empty())
            found.push_back("message " + std::to_string(i) + ", recorded -> ours: " + text);
    return found;
}

} // namespace avatar::tests
