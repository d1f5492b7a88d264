#pragma once

#include <openssl/x509.h>

#include <string>
#include <vector>

/// What people are told of certificates: each text is fit for one line, whatever the
/// certificate holds.
namespace avatar::transport {

/// The DNS names and IP addresses that a certificate is for (its subjectAltName), DNS names
/// first.
std::vector<std::string> names_of(const X509* certificate);

/// The first of `names_of`, else the common name of the subject; "" without any.
std::string name_of(const X509* certificate);

/// What is wrong with a certificate that OpenSSL has refused with `code` (X509_V_ERR_...), to
/// follow a subject: "has expired on 2026-01-31 12:00 UTC". `host` is what it was to be for,
/// and `authority` the file that was to have its issuer.
std::string certificate_fault(int code, const X509* certificate, const std::string& host,
                              const std::string& authority);

} // namespace avatar::transport
