#pragma once

#include <string>

/// Certificates for tests, made once by the build with OpenSSL's command line
/// (tests/support/CMakeLists.txt): a CA of their own, and a server certificate
/// for localhost and 127.0.0.1.
namespace avatar::tests {

inline const std::string ca_file = AVATAR_TEST_CERTIFICATES "/ca.pem";
inline const std::string other_ca_file = AVATAR_TEST_CERTIFICATES "/other-ca.pem";
inline const std::string server_certificate = AVATAR_TEST_CERTIFICATES "/server.pem";
inline const std::string server_key = AVATAR_TEST_CERTIFICATES "/server.key";
/// For the name elsewhere.example, of the same CA.
inline const std::string other_host_certificate = AVATAR_TEST_CERTIFICATES "/elsewhere.pem";
inline const std::string other_host_key = AVATAR_TEST_CERTIFICATES "/elsewhere.key";

} // namespace avatar::tests
