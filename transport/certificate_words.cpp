#include "transport/certificate_words.hpp"

#include "config/error.hpp"
#include "transport/openssl_pointers.hpp"

#include <fmt/format.h>
#include <openssl/asn1.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <ctime>
#include <string_view>

namespace avatar::transport {
namespace {

std::string_view bytes_of(const ASN1_STRING* s) {
    return {reinterpret_cast<const char*>(ASN1_STRING_get0_data(s)),
            static_cast<std::size_t>(ASN1_STRING_length(s))};
}

/// 4 or 16 bytes (RFC 5280, 4.2.1.6).
std::string address_text(std::string_view bytes) {
    std::array<char, INET6_ADDRSTRLEN> text{};
    const int family = bytes.size() == 4 ? AF_INET : AF_INET6;
    if ((bytes.size() != 4 && bytes.size() != 16) ||
        !inet_ntop(family, bytes.data(), text.data(), text.size()))
        return "?";
    return text.data();
}

std::string common_name(const X509* certificate) {
    const X509_NAME* subject = X509_get_subject_name(certificate);
    const int at = X509_NAME_get_index_by_NID(subject, NID_commonName, -1);
    if (at < 0)
        return {};
    const auto* value = X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, at));
    return config::printable(bytes_of(value));
}

std::string time_text(const ASN1_TIME* time) {
    std::tm t{};
    if (ASN1_TIME_to_tm(time, &t) != 1)
        return "an unknown date";
    return fmt::format("{:04}-{:02}-{:02} {:02}:{:02} UTC", t.tm_year + 1900, t.tm_mon + 1,
                       t.tm_mday, t.tm_hour, t.tm_min);
}

std::string wrong_name(const X509* certificate, const std::string& host) {
    const auto names = names_of(certificate);
    if (names.empty())
        return fmt::format("is for no host at all (it has no subjectAltName), not for {}", host);
    return fmt::format("is for {}, not for {}",
                       config::printable(fmt::format("{}", fmt::join(names, ", "))), host);
}

} // namespace

std::vector<std::string> names_of(const X509* certificate) {
    std::vector<std::string> names, addresses;
    const openssl_pointer<GENERAL_NAMES> all(static_cast<GENERAL_NAMES*>(
        X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)));
    for (int i = 0; i < sk_GENERAL_NAME_num(all.get()); ++i) { // -1 of none
        const auto* name = sk_GENERAL_NAME_value(all.get(), i);
        if (name->type == GEN_DNS)
            names.push_back(config::printable(bytes_of(name->d.dNSName)));
        else if (name->type == GEN_IPADD)
            addresses.push_back(address_text(bytes_of(name->d.iPAddress)));
    }
    names.insert(names.end(), addresses.begin(), addresses.end());
    return names;
}

std::string name_of(const X509* certificate) {
    const auto names = names_of(certificate);
    return names.empty() ? common_name(certificate) : names.front();
}

std::string certificate_fault(int code, const X509* certificate, const std::string& host,
                              const std::string& authority) {
    switch (code) {
    case X509_V_ERR_CERT_HAS_EXPIRED:
        return "has expired on " + time_text(X509_get0_notAfter(certificate));
    case X509_V_ERR_CERT_NOT_YET_VALID:
        return "is not valid before " + time_text(X509_get0_notBefore(certificate));
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH:
        return wrong_name(certificate, host);
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
    case X509_V_ERR_CERT_SIGNATURE_FAILURE:
        return fmt::format("is not signed by the authority in \"{}\"",
                           config::printable(authority));
    default:
        return fmt::format("cannot be used: {}", X509_verify_cert_error_string(code));
    }
}

} // namespace avatar::transport
