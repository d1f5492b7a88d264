#pragma once

#include "config/settings.hpp"
#include "transport/node_credentials.hpp"

#include <memory>

namespace avatar {

/// The certificate of this node, checked; null where the settings name none. Throws
/// transport::tls_error.
inline std::shared_ptr<const transport::node_credentials>
load_credentials(const config::node_settings& node) {
    if (!node.has_certificate())
        return nullptr;
    return std::make_shared<const transport::node_credentials>(
        transport::node_certificate_files{node.certificate, node.key, node.authority});
}

} // namespace avatar
