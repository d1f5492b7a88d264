#pragma once

#include "messages/request_figures.hpp"
#include "messages/run_report.hpp"
#include "messages/shares.hpp"
#include "protocol/failure.hpp"
#include "protocol/text.hpp"

#include <algorithm>
#include <string>

/// What nodes tell each other is cut to its bounds where it is sent, so that it fits a message,
/// and again where it arrives.
namespace avatar {

/// For people.
inline std::string told_text(const std::string& text) {
    return protocol::on_one_line(protocol::shortened(text, longest_told_text));
}

inline protocol::failure told_failure(protocol::failure failure) {
    shorten(failure, longest_told_text);
    return failure;
}

inline void shorten_id(std::string& connection_id) {
    connection_id.resize(protocol::shortened(connection_id, longest_connection_id).size());
}

/// The first of its connections.
inline void shorten_connections(pool_status& pool) {
    auto& connections = pool.connections;
    connections.resize(std::min(connections.size(), most_connections_told));
    for (auto& each : connections)
        shorten_id(each.connection_id);
}

} // namespace avatar
