#include "tests/transport/made_certificates.hpp"

#include <openssl/bio.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <sys/stat.h>

namespace avatar::tests {
namespace {

void require_made(bool made) {
    if (!made)
        throw std::runtime_error("OpenSSL cannot make the certificate of a test");
}

std::string text_of(BIO* bio) {
    char* data = nullptr;
    const auto size = BIO_get_mem_data(bio, &data);
    std::string text(data, static_cast<std::size_t>(size));
    BIO_free(bio);
    return text;
}

void add_extension(X509* to, X509* issuer, int kind, const std::string& value) {
    if (value.empty())
        return;
    X509V3_CTX context;
    X509V3_set_ctx(&context, issuer, to, nullptr, nullptr, 0);
    X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, kind, value.c_str());
    require_made(extension && X509_add_ext(to, extension, -1) == 1);
    X509_EXTENSION_free(extension);
}

} // namespace

std::string made_certificate::certificate_pem() const {
    BIO* to = BIO_new(BIO_s_mem());
    require_made(PEM_write_bio_X509(to, certificate.get()) == 1);
    return text_of(to);
}

std::string made_certificate::key_pem(const std::string& passphrase) const {
    BIO* to = BIO_new(BIO_s_mem());
    const auto* cipher = passphrase.empty() ? nullptr : EVP_aes_128_cbc();
    require_made(PEM_write_bio_PKCS8PrivateKey(to, key.get(), cipher, passphrase.data(),
                                               static_cast<int>(passphrase.size()), nullptr,
                                               nullptr) == 1);
    return text_of(to);
}

made_certificate make_certificate(const certificate_request& how, const made_certificate* issuer) {
    static long serial = 0;
    made_certificate made{{X509_new(), X509_free}, {EVP_EC_gen("P-256"), EVP_PKEY_free}};
    X509* x = made.certificate.get();
    X509* by = issuer ? issuer->certificate.get() : x;
    require_made(x && made.key);
    X509_set_version(x, X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(x), ++serial);
    X509_gmtime_adj(X509_getm_notBefore(x), static_cast<long>(how.begins.count()));
    X509_gmtime_adj(X509_getm_notAfter(x), static_cast<long>(how.ends.count()));
    if (!how.common_name.empty())
        X509_NAME_add_entry_by_txt(X509_get_subject_name(x), "CN", MBSTRING_UTF8,
                                   reinterpret_cast<const unsigned char*>(how.common_name.c_str()),
                                   -1, -1, 0);
    X509_set_issuer_name(x, X509_get_subject_name(by));
    X509_set_pubkey(x, made.key.get());
    add_extension(x, by, NID_subject_alt_name, how.names);
    add_extension(x, by, NID_ext_key_usage, how.uses);
    add_extension(x, by, NID_basic_constraints, how.constraints);
    require_made(X509_sign(x, issuer ? issuer->key.get() : made.key.get(), EVP_sha256()) > 0);
    return made;
}

made_certificate make_authority(const std::string& name) {
    certificate_request how;
    how.common_name = name;
    how.names = {};
    how.uses = {};
    how.constraints = "critical,CA:TRUE";
    return make_certificate(how);
}

certificate_directory::certificate_directory() {
    auto name = (std::filesystem::temp_directory_path() / "avatar-nodes-XXXXXX").string();
    if (!::mkdtemp(name.data()))
        throw std::runtime_error("no temporary directory");
    path_ = name;
}

certificate_directory::~certificate_directory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
}

std::string certificate_directory::write(const std::string& name,
                                         const std::string& content) const {
    const auto file = path_ + "/" + name;
    std::ofstream(file, std::ios::trunc | std::ios::binary) << content;
    ::chmod(file.c_str(), 0600);
    return file;
}

transport::node_certificate_files
certificate_directory::write(const std::string& name, const made_certificate& node,
                             const made_certificate& authority) const {
    return {write(name + ".pem", node.certificate_pem()), write(name + ".key", node.key_pem()),
            write(name + "-ca.pem", authority.certificate_pem())};
}

} // namespace avatar::tests
