#pragma once

#include "transport/node_tls.hpp"
#include "transport/openssl_pointers.hpp"

#include <memory>
#include <string>

namespace avatar::transport {

/// What all links of a node share. Nothing in it changes.
struct node_context {
    openssl_pointer<SSL_CTX> tls;
    std::string authority; ///< The file, for errors.
};

/// Reads and checks the files. Throws tls_error, one line: what, which file, what would be
/// right.
std::shared_ptr<const node_context> load_node_context(const node_certificate_files& files);

} // namespace avatar::transport
