#pragma once

#include "../config/settings.hpp"

#include <memory>
#include <string>

namespace avatar::transport {

/// PEM files of one node.
struct node_certificate_files {
    std::string
        certificate;       ///< The node's own; after it those between it and the authority, if any.
    std::string key;       ///< Of the node's certificate, without a passphrase.
    std::string authority; ///< Who signs the certificates of nodes; nobody else is trusted.
};

class node_tls;
struct node_context;

/// A node's certificate, key and authority: loaded and checked once, shared by all its links.
/// Copies share them. May be used by several threads.
class node_credentials {
public:
    /// Throws tls_error (transport/tls.hpp), one line: what, which file, what would be right.
    /// Blocks while it reads the files.
    explicit node_credentials(const node_certificate_files& files);

    /// The other side of `socket` has connected: any node of the authority.
    std::unique_ptr<node_tls> accept(int socket) const;

    /// `host` as the user wrote it: the peer's certificate must be for it. A DNS name or an
    /// IP address; IPv6 with or without brackets and zone. Throws tls_error where `host` is
    /// neither.
    std::unique_ptr<node_tls> connect(int socket, const std::string& host) const;

private:
    std::shared_ptr<const node_context> context_;
};

/// Those of this node; null where the settings name none. Throws as node_credentials does.
std::shared_ptr<const node_credentials> load_credentials(const config::node_settings& node);

} // namespace avatar::transport
