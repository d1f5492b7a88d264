#include "transport/node_context.hpp"

#include "config/error.hpp"
#include "transport/certificate_words.hpp"
#include "transport/tls.hpp"

#include <fmt/format.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <fcntl.h>
#include <new>
#include <string_view>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>
#include <vector>

namespace avatar::transport {
namespace {

constexpr std::size_t largest_file = 1024 * 1024;

/// One of the node's files, as errors name it.
struct node_file {
    const char* what;
    const std::string& path;
};

using certificate_list = std::vector<openssl_pointer<X509>>;

[[noreturn]] void refuse_file(const node_file& file, const std::string& why,
                              const std::string& expected) {
    ERR_clear_error(); // The thread's other connections have none of it.
    throw tls_error(fmt::format("cannot use {} \"{}\": {}; expected {}", file.what,
                                config::printable(file.path), why, expected));
}

std::string openssl_reason(unsigned long error) {
    const char* reason = ERR_reason_error_string(error);
    return reason ? reason : fmt::format("OpenSSL's error {:x}", error);
}

// -- reading ----------------------------------------------------------------------

class open_file {
public:
    explicit open_file(const node_file& file)
        : file_(file),
          descriptor_(::open(file.path.c_str(), O_RDONLY | O_CLOEXEC)) {
        if (descriptor_ < 0)
            refuse_errno();
    }
    ~open_file() { ::close(descriptor_); }
    open_file(const open_file&) = delete;
    open_file& operator=(const open_file&) = delete;

    /// Whoever reads the key can pass for the node. The rule is PostgreSQL's for its key
    /// (manual, "Secure TCP/IP Connections with SSL"): for its owner alone, or, where that
    /// is root, for a group too. So have distributions and Kubernetes' volumes keys that a
    /// service without root's rights can read.
    void refuse_if_shared() const {
        struct stat about {};
        if (::fstat(descriptor_, &about) != 0)
            refuse_errno();
        const mode_t others = about.st_mode & (S_IRWXG | S_IRWXO);
        const mode_t allowed = about.st_uid == 0 ? S_IRGRP : 0;
        if ((others & ~allowed) != 0)
            refuse_file(file_,
                        fmt::format("other users can use it (mode {:03o})", about.st_mode & 0777),
                        "a key for its owner alone (chmod 600)");
    }

    std::string content() const {
        std::string text;
        std::array<char, 4096> part{};
        for (;;) {
            const auto got = ::read(descriptor_, part.data(), part.size());
            if (got < 0 && errno == EINTR)
                continue;
            if (got < 0)
                refuse_errno();
            if (got == 0)
                break;
            text.append(part.data(), static_cast<std::size_t>(got));
            if (text.size() > largest_file)
                refuse_file(file_, "it is larger than 1 MiB", "a PEM file");
        }
        OPENSSL_cleanse(part.data(), part.size());
        if (text.empty())
            refuse_file(file_, "it is empty", "a PEM file");
        return text;
    }

private:
    [[noreturn]] void refuse_errno() const {
        refuse_file(file_, std::generic_category().message(errno), "a readable PEM file");
    }

    const node_file& file_;
    int descriptor_;
};

/// OpenSSL's own would ask on the terminal.
int no_passphrase(char*, int, int, void* asked) {
    if (asked)
        *static_cast<bool*>(asked) = true;
    return -1;
}

openssl_pointer<BIO> reader_of(const std::string& text) {
    ERR_clear_error();
    openssl_pointer<BIO> reader(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
    if (!reader)
        throw std::bad_alloc();
    return reader;
}

/// One at least.
certificate_list read_certificates(const node_file& file) {
    const auto text = open_file(file).content();
    const auto reader = reader_of(text);
    certificate_list all;
    while (X509* read = PEM_read_bio_X509(reader.get(), nullptr, no_passphrase, nullptr))
        all.emplace_back(read);
    const auto error = ERR_peek_last_error();
    ERR_clear_error();
    if (ERR_GET_REASON(error) != PEM_R_NO_START_LINE) // What stands at the end of every file.
        refuse_file(file,
                    fmt::format("certificate {} in it is damaged: {}", all.size() + 1,
                                openssl_reason(error)),
                    "PEM certificates");
    if (all.empty())
        refuse_file(file,
                    text.find("PRIVATE KEY-----") == std::string::npos
                        ? "it is not PEM, or holds no certificate"
                        : "it holds a key and no certificate",
                    "a PEM file with \"-----BEGIN CERTIFICATE-----\"");
    return all;
}

openssl_pointer<EVP_PKEY> read_key(const node_file& file) {
    const open_file opened(file);
    opened.refuse_if_shared();
    auto text = opened.content();
    const auto reader = reader_of(text);
    bool encrypted = false;
    openssl_pointer<EVP_PKEY> key(
        PEM_read_bio_PrivateKey(reader.get(), nullptr, no_passphrase, &encrypted));
    ERR_clear_error();
    const bool has_certificate = text.find("CERTIFICATE-----") != std::string::npos;
    OPENSSL_cleanse(text.data(), text.size());
    if (encrypted)
        refuse_file(file, "it is encrypted",
                    "a key without a passphrase (openssl pkey -in FILE -out FILE)");
    if (!key)
        refuse_file(file,
                    has_certificate ? "it holds a certificate and no key"
                                    : "it is not PEM, or holds no key",
                    "a PEM file with \"-----BEGIN PRIVATE KEY-----\"");
    return key;
}

// -- checking ---------------------------------------------------------------------

/// Every node accepts links and makes them. A certificate that names no use is for any
/// (RFC 5280, 4.2.1.12).
void require_both_uses(const node_file& file, X509* certificate) {
    const bool serves = X509_check_purpose(certificate, X509_PURPOSE_SSL_SERVER, 0) == 1;
    const bool connects = X509_check_purpose(certificate, X509_PURPOSE_SSL_CLIENT, 0) == 1;
    if (serves && connects)
        return;
    refuse_file(file,
                serves     ? "it is for serverAuth and not for clientAuth"
                : connects ? "it is for clientAuth and not for serverAuth"
                           : "it is neither for serverAuth nor for clientAuth",
                "a certificate with both extended key usages");
}

/// The file may hold several, as while one replaces another.
void require_authorities(const node_file& file, const certificate_list& all) {
    for (const auto& authority : all)
        if (X509_check_ca(authority.get()) != 1)
            refuse_file(file,
                        fmt::format("the certificate \"{}\" in it is no certificate authority",
                                    name_of(authority.get())),
                        "the certificate that signs those of the nodes (basicConstraints CA:TRUE)");
}

/// The node's certificate as other nodes will verify it.
class own_verification {
public:
    own_verification(const node_file& certificate, const node_file& authority,
                     const certificate_list& chain, const certificate_list& authorities)
        : certificate_(certificate),
          authority_(authority),
          chain_(chain),
          authorities_(authorities) {}

    void require(SSL_CTX* tls, int purpose) const {
        const openssl_pointer<X509_STORE_CTX> context(X509_STORE_CTX_new());
        if (!context || X509_STORE_CTX_init(context.get(), SSL_CTX_get_cert_store(tls),
                                            chain_.front().get(), nullptr) != 1)
            throw std::bad_alloc();
        STACK_OF(X509)* others = nullptr;
        SSL_CTX_get0_chain_certs(tls, &others);
        X509_STORE_CTX_set0_untrusted(context.get(), others);
        auto* terms = X509_STORE_CTX_get0_param(context.get());
        X509_VERIFY_PARAM_set_purpose(terms, purpose);
        X509_VERIFY_PARAM_set_auth_level(terms, SSL_CTX_get_security_level(tls));
        if (X509_verify_cert(context.get()) != 1)
            refuse(X509_STORE_CTX_get_error(context.get()),
                   X509_STORE_CTX_get_current_cert(context.get()));
        ERR_clear_error();
    }

private:
    [[noreturn]] void refuse(int code, const X509* at) const {
        const auto fault = certificate_fault(code, at, "", authority_.path);
        if (X509_cmp(at, chain_.front().get()) == 0)
            refuse_file(certificate_, "it " + fault,
                        "a certificate of the authority that is valid now");
        const bool trusted = std::any_of(authorities_.begin(), authorities_.end(),
                                         [&](const auto& a) { return X509_cmp(a.get(), at) == 0; });
        refuse_file(trusted ? authority_ : certificate_,
                    fmt::format("the certificate \"{}\" in it {}", name_of(at), fault),
                    "certificates that are valid now");
    }

    const node_file& certificate_;
    const node_file& authority_;
    const certificate_list& chain_;
    const certificate_list& authorities_;
};

// -- the context ------------------------------------------------------------------

openssl_pointer<SSL_CTX> make_node_tls() {
    openssl_pointer<SSL_CTX> tls(SSL_CTX_new(TLS_method()));
    if (!tls || SSL_CTX_set_min_proto_version(tls.get(), TLS1_3_VERSION) != 1 ||
        SSL_CTX_set_max_proto_version(tls.get(), TLS1_3_VERSION) != 1)
        throw tls_error("cannot use OpenSSL: it has no TLS 1.3");
    // A resumed link would not verify the certificates again.
    SSL_CTX_set_session_cache_mode(tls.get(), SSL_SESS_CACHE_OFF);
    SSL_CTX_set_options(tls.get(), SSL_OP_NO_TICKET);
    SSL_CTX_set_num_tickets(tls.get(), 0);
    // A write that had to wait is repeated from a buffer that may have moved meanwhile.
    SSL_CTX_set_mode(tls.get(),
                     SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    return tls;
}

void trust(SSL_CTX* tls, const certificate_list& authorities) {
    X509_STORE* store = SSL_CTX_get_cert_store(tls);
    for (const auto& authority : authorities)
        if (X509_STORE_add_cert(store, authority.get()) != 1)
            throw std::bad_alloc();
    // The authority may itself be signed by another, which then is nobody to the nodes.
    X509_STORE_set_flags(store, X509_V_FLAG_PARTIAL_CHAIN);
}

void present(SSL_CTX* tls, const node_file& file, const certificate_list& chain) {
    ERR_clear_error();
    if (SSL_CTX_use_certificate(tls, chain.front().get()) != 1)
        refuse_file(file, openssl_reason(ERR_peek_error()), "another certificate");
    for (auto at = chain.begin() + 1; at != chain.end(); ++at)
        if (SSL_CTX_add1_chain_cert(tls, at->get()) != 1)
            refuse_file(file, "a certificate in it: " + openssl_reason(ERR_peek_error()),
                        "other certificates");
}

void use_key(SSL_CTX* tls, const node_file& file, const node_file& certificate,
             X509* certificate_of_node) {
    const auto key = read_key(file);
    if (X509_check_private_key(certificate_of_node, key.get()) != 1 ||
        SSL_CTX_use_PrivateKey(tls, key.get()) != 1)
        refuse_file(file,
                    fmt::format("it does not belong to the certificate in \"{}\"",
                                config::printable(certificate.path)),
                    "the key that the certificate was made for");
    ERR_clear_error();
}

} // namespace

std::shared_ptr<const node_context> load_node_context(const node_certificate_files& files) {
    const node_file certificate{"node certificate", files.certificate};
    const node_file key{"node key", files.key};
    const node_file authority{"node authority", files.authority};
    const auto chain = read_certificates(certificate);
    const auto authorities = read_certificates(authority);
    require_both_uses(certificate, chain.front().get());
    require_authorities(authority, authorities);

    auto tls = make_node_tls();
    trust(tls.get(), authorities);
    present(tls.get(), certificate, chain);
    use_key(tls.get(), key, certificate, chain.front().get());
    const own_verification own(certificate, authority, chain, authorities);
    for (const int purpose : {X509_PURPOSE_SSL_SERVER, X509_PURPOSE_SSL_CLIENT})
        own.require(tls.get(), purpose);
    return std::make_shared<node_context>(node_context{std::move(tls), files.authority});
}

} // namespace avatar::transport
