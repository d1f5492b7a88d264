#pragma once

#include "transport/node_tls.hpp"

#include <openssl/evp.h>
#include <openssl/x509.h>

#include <chrono>
#include <memory>
#include <string>

namespace avatar::tests {

/// A certificate and its key, made while the test runs.
struct made_certificate {
    std::shared_ptr<X509> certificate;
    std::shared_ptr<EVP_PKEY> key;

    std::string certificate_pem() const;
    /// Encrypted where there is a passphrase.
    std::string key_pem(const std::string& passphrase = {}) const;
};

/// How a certificate is to be; extensions in the syntax of OpenSSL's configuration files
/// (x509v3_config), left out where they are empty.
struct certificate_request {
    std::string common_name = "node";
    std::string names = "DNS:worker-1";
    std::string uses = "serverAuth,clientAuth";
    std::string constraints = "critical,CA:FALSE";
    std::chrono::seconds begins = std::chrono::hours(-1); // From now.
    std::chrono::seconds ends = std::chrono::hours(1);
};

/// Signed by `issuer`, or by itself without.
made_certificate make_certificate(const certificate_request& how,
                                  const made_certificate* issuer = nullptr);
made_certificate make_authority(const std::string& name);

/// A directory of its own for a test's files.
class certificate_directory {
public:
    certificate_directory();
    ~certificate_directory();
    certificate_directory(const certificate_directory&) = delete;
    certificate_directory& operator=(const certificate_directory&) = delete;

    const std::string& path() const { return path_; }

    /// The path of the file that now has that content, for its owner alone.
    std::string write(const std::string& name, const std::string& content) const;

    /// NAME.pem and NAME.key, and NAME-ca.pem.
    transport::node_certificate_files write(const std::string& name, const made_certificate& node,
                                            const made_certificate& authority) const;

private:
    std::string path_;
};

} // namespace avatar::tests
