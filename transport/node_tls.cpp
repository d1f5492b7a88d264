#include "transport/node_tls.hpp"

#include "config/error.hpp"
#include "transport/certificate_words.hpp"
#include "transport/node_context.hpp"
#include "transport/tls.hpp"

#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>

#include <arpa/inet.h>
#include <array>
#include <cerrno>
#include <new>
#include <sys/socket.h>
#include <system_error>

namespace avatar::transport {
namespace {

// -- the socket as OpenSSL sees it ------------------------------------------------
// OpenSSL's own socket BIO would raise SIGPIPE when the other side is gone.

struct node_socket {
    int descriptor;
    int error = 0; // The latest, of errno.
    bool ended = false;
};

int read_node_socket(BIO* bio, char* to, int size) {
    auto& from = *static_cast<node_socket*>(BIO_get_data(bio));
    BIO_clear_retry_flags(bio);
    const auto got = ::recv(from.descriptor, to, static_cast<std::size_t>(size), MSG_DONTWAIT);
    from.ended = got == 0;
    from.error = got < 0 ? errno : 0;
    if (from.error == EAGAIN || from.error == EINTR)
        BIO_set_retry_read(bio);
    return static_cast<int>(got);
}

int write_node_socket(BIO* bio, const char* from, int size) {
    auto& to = *static_cast<node_socket*>(BIO_get_data(bio));
    BIO_clear_retry_flags(bio);
    const auto put =
        ::send(to.descriptor, from, static_cast<std::size_t>(size), MSG_DONTWAIT | MSG_NOSIGNAL);
    to.error = put < 0 ? errno : 0;
    if (to.error == EAGAIN || to.error == EINTR)
        BIO_set_retry_write(bio);
    return static_cast<int>(put);
}

long control_node_socket(BIO* bio, int command, long, void*) {
    switch (command) {
    case BIO_CTRL_EOF:
        return static_cast<node_socket*>(BIO_get_data(bio))->ended;
    case BIO_CTRL_FLUSH: // Nothing is held back.
        return 1;
    default:
        return 0;
    }
}

BIO_METHOD* node_socket_method() {
    static const auto method = [] {
        auto* made = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "node socket");
        if (!made)
            throw std::bad_alloc();
        BIO_meth_set_read(made, read_node_socket);
        BIO_meth_set_write(made, write_node_socket);
        BIO_meth_set_ctrl(made, control_node_socket);
        return std::unique_ptr<BIO_METHOD, decltype(&BIO_meth_free)>(made, BIO_meth_free);
    }();
    return method.get();
}

// -- errors in words --------------------------------------------------------------

/// The certificate that this side refuses; `code` is X509_V_OK without any.
struct refused_certificate {
    int code = X509_V_OK;
    bool authority = false; // Not the other side's own, but one above it.
    openssl_pointer<X509> certificate;
};

std::string refusal_text(const refused_certificate& refused, const std::string& host,
                         const std::string& authority, bool accepting) {
    const auto* certificate = refused.certificate.get();
    const auto name = certificate ? name_of(certificate) : std::string();
    const auto subject = refused.authority
                             ? fmt::format("the certificate \"{}\" above the other node's", name)
                         : name.empty() ? std::string("the other node's certificate")
                                        : fmt::format("the other node's certificate ({})", name);
    if (!certificate)
        return subject + " cannot be verified";
    if (refused.code == X509_V_ERR_INVALID_PURPOSE && !refused.authority)
        return fmt::format("{} is not for {}", subject, accepting ? "clientAuth" : "serverAuth");
    return subject + " " + certificate_fault(refused.code, certificate, host, authority);
}

/// An alert of the other side, by its number (RFC 8446, 6.2). OpenSSL sends
/// bad_certificate for a name that does not fit and for a time that has not come.
std::string alert_text(int alert) {
    const auto refused = [](const char* why) {
        return fmt::format("the other node refuses this node's certificate: {}", why);
    };
    switch (alert) {
    case SSL_AD_CERTIFICATE_EXPIRED:
        return refused("it has expired, by the other node's clock");
    case SSL_AD_UNKNOWN_CA:
        return refused("the other node has another authority");
    case SSL_AD_UNSUPPORTED_CERTIFICATE:
        return refused("it is not for this use");
    case SSL_AD_BAD_CERTIFICATE:
        return refused("it is for another name, or not valid yet by the other node's clock");
    case SSL_AD_CERTIFICATE_REQUIRED:
        return "the other node asks for a certificate";
    case SSL_AD_PROTOCOL_VERSION:
        return "the other side does not speak TLS 1.3";
    default:
        return fmt::format("the other side has ended the link: {}",
                           SSL_alert_desc_string_long(alert));
    }
}

/// OpenSSL's reasons that people meet when something else is at the other end.
std::string tls_error_text(int reason) {
    if (reason >= SSL_AD_REASON_OFFSET && reason < SSL_AD_REASON_OFFSET + 256)
        return alert_text(reason - SSL_AD_REASON_OFFSET);
    switch (reason) {
    case SSL_R_PEER_DID_NOT_RETURN_A_CERTIFICATE:
        return "the other side shows no certificate";
    case SSL_R_UNSUPPORTED_PROTOCOL:
    case SSL_R_WRONG_SSL_VERSION:
        return "the other side does not speak TLS 1.3";
    case SSL_R_WRONG_VERSION_NUMBER:
    case SSL_R_HTTP_REQUEST:
    case SSL_R_HTTPS_PROXY_REQUEST:
        return "the other side does not speak TLS";
    default:
        return {};
    }
}

/// Of an IPv6 address without its brackets and zone; of a name without its last dot.
std::string plain_host(std::string host) {
    if (host.size() >= 2 && host.front() == '[' && host.back() == ']')
        host = host.substr(1, host.size() - 2);
    if (host.find(':') != std::string::npos) // The zone is of this machine.
        return host.substr(0, host.find('%'));
    if (host.size() > 1 && host.back() == '.')
        host.pop_back();
    return host;
}

bool is_address(const std::string& host) {
    std::array<unsigned char, 16> bytes{};
    return inet_pton(AF_INET, host.c_str(), bytes.data()) == 1 ||
           inet_pton(AF_INET6, host.c_str(), bytes.data()) == 1;
}

} // namespace

// -- the stream -------------------------------------------------------------------

struct node_tls::impl {
    impl(std::shared_ptr<const node_context> own, int descriptor);

    void check_host(const std::string& as_written);
    tls_progress handshake();
    template <class Call>
    tls_progress transfer(std::size_t size, std::size_t& count, Call call);
    tls_progress outcome(int result);
    tls_progress fail(std::string why);
    void forget_errors();
    void take_peer();
    std::string failure_text(int kind) const;
    void find_reason_of_refusal();
    static int on_verify(int ok, X509_STORE_CTX* context);

    std::shared_ptr<const node_context> context;
    node_socket socket;
    openssl_pointer<SSL> tls;
    std::string host; // Whom it connects to.
    refused_certificate refused;
    bool agreed = false; // The handshake is done.
    bool wants_write = false;
    std::string peer;
    std::string error;
};

node_tls::impl::impl(std::shared_ptr<const node_context> own, int descriptor)
    : context(std::move(own)),
      socket{descriptor},
      tls(SSL_new(context->tls.get())) {
    BIO* bio = tls ? BIO_new(node_socket_method()) : nullptr;
    if (!bio)
        throw std::bad_alloc();
    BIO_set_data(bio, &socket);
    BIO_set_init(bio, 1);
    SSL_set_bio(tls.get(), bio, bio);
    SSL_set_app_data(tls.get(), this);
    SSL_set_verify(tls.get(), SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, on_verify);
}

/// An empty name would switch the check off, in OpenSSL.
void node_tls::impl::check_host(const std::string& as_written) {
    host = plain_host(as_written);
    auto* terms = SSL_get0_param(tls.get());
    // Names stand in subjectAltName only (RFC 9525, 6.3).
    X509_VERIFY_PARAM_set_hostflags(terms, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS |
                                               X509_CHECK_FLAG_NEVER_CHECK_SUBJECT);
    const bool set = is_address(host)
                         ? X509_VERIFY_PARAM_set1_ip_asc(terms, host.c_str()) == 1
                         : !host.empty() && host.find(':') == std::string::npos &&
                               X509_VERIFY_PARAM_set1_host(terms, host.data(), host.size()) == 1;
    if (!set)
        throw tls_error(
            fmt::format("cannot verify a node as \"{}\"; expected a host name or an IP address",
                        config::printable(as_written)));
}

/// Keeps what is wrong; the words are for later, since nothing may throw through OpenSSL.
int node_tls::impl::on_verify(int ok, X509_STORE_CTX* context) {
    if (ok == 1)
        return ok;
    auto* tls = static_cast<SSL*>(
        X509_STORE_CTX_get_ex_data(context, SSL_get_ex_data_X509_STORE_CTX_idx()));
    auto& refused = static_cast<impl*>(SSL_get_app_data(tls))->refused;
    refused.code = X509_STORE_CTX_get_error(context);
    refused.authority = X509_STORE_CTX_get_error_depth(context) > 0;
    if (X509* certificate = X509_STORE_CTX_get_current_cert(context)) {
        X509_up_ref(certificate);
        refused.certificate.reset(certificate);
    }
    return ok;
}

tls_progress node_tls::impl::handshake() {
    if (!error.empty())
        return tls_progress::failed;
    if (agreed)
        return tls_progress::done;
    forget_errors();
    const auto progress = outcome(SSL_do_handshake(tls.get()));
    if (progress == tls_progress::done) {
        agreed = true;
        take_peer();
    }
    return progress;
}

void node_tls::impl::take_peer() {
    const openssl_pointer<X509> certificate(SSL_get1_peer_certificate(tls.get()));
    peer = name_of(certificate.get());
}

template <class Call>
tls_progress node_tls::impl::transfer(std::size_t size, std::size_t& count, Call call) {
    count = 0;
    if (const auto progress = handshake(); progress != tls_progress::done)
        return progress;
    if (size == 0)
        return tls_progress::done;
    forget_errors();
    const auto progress = outcome(call(count));
    if (progress != tls_progress::done)
        count = 0;
    return progress;
}

/// `failure_text` asks for those of the latest call.
void node_tls::impl::forget_errors() {
    ERR_clear_error();
    socket.error = 0;
}

tls_progress node_tls::impl::outcome(int result) {
    if (result > 0)
        return tls_progress::done;
    const int kind = SSL_get_error(tls.get(), result);
    if (kind == SSL_ERROR_WANT_READ || kind == SSL_ERROR_WANT_WRITE) {
        wants_write = kind == SSL_ERROR_WANT_WRITE;
        return tls_progress::again;
    }
    return fail(failure_text(kind));
}

tls_progress node_tls::impl::fail(std::string why) {
    error = std::move(why);
    ERR_clear_error(); // Other connections of the thread have none of it.
    return tls_progress::failed;
}

std::string node_tls::impl::failure_text(int kind) const {
    if (refused.code != X509_V_OK)
        return refusal_text(refused, host, context->authority, SSL_is_server(tls.get()) == 1);
    if (kind == SSL_ERROR_ZERO_RETURN)
        return "the other node has closed the link";
    const auto code = ERR_peek_error();
    // First, since the alert that OpenSSL answers may fail in its turn.
    const bool ended = ERR_GET_REASON(code) == SSL_R_UNEXPECTED_EOF_WHILE_READING;
    const bool gone = ended || socket.error == EPIPE || socket.error == ECONNRESET;
    if (gone && !agreed)
        return "the other side has closed the connection during the TLS handshake";
    if (ended)
        return "the connection was cut: it has ended without the close_notify of TLS";
    if (socket.error != 0)
        return "connection lost: " + std::generic_category().message(socket.error);
    if (auto known = tls_error_text(ERR_GET_REASON(code)); !known.empty())
        return known;
    const char* reason = ERR_reason_error_string(code);
    return fmt::format("TLS: {}", reason ? reason : "an error without a reason");
}

/// A node that was refused may notice by a write that finds the connection gone; the
/// alert that came before says why.
void node_tls::impl::find_reason_of_refusal() {
    char byte = 0;
    std::size_t count = 0;
    forget_errors();
    if (SSL_read_ex(tls.get(), &byte, 1, &count) == 1)
        return;
    const int reason = ERR_GET_REASON(ERR_peek_error());
    if (reason >= SSL_AD_REASON_OFFSET)
        error = tls_error_text(reason);
    ERR_clear_error();
}

node_tls::node_tls(std::unique_ptr<impl> made) : impl_(std::move(made)) {}
node_tls::~node_tls() = default;

tls_progress node_tls::handshake() {
    return impl_->handshake();
}

tls_progress node_tls::read(void* into, std::size_t size, std::size_t& count) {
    return impl_->transfer(
        size, count, [&](std::size_t& n) { return SSL_read_ex(impl_->tls.get(), into, size, &n); });
}

tls_progress node_tls::write(const void* from, std::size_t size, std::size_t& count) {
    const bool failed_before = !impl_->error.empty();
    const auto progress = impl_->transfer(size, count, [&](std::size_t& n) {
        return SSL_write_ex(impl_->tls.get(), from, size, &n);
    });
    if (progress == tls_progress::failed && !failed_before && impl_->agreed)
        impl_->find_reason_of_refusal();
    return progress;
}

void node_tls::close() {
    if (!impl_->agreed || !impl_->error.empty())
        return;
    impl_->forget_errors();
    SSL_shutdown(impl_->tls.get());
    ERR_clear_error();
}

bool node_tls::wants_write() const {
    return impl_->wants_write;
}

std::size_t node_tls::pending() const {
    return static_cast<std::size_t>(SSL_pending(impl_->tls.get()));
}

const std::string& node_tls::peer() const {
    return impl_->peer;
}

const std::string& node_tls::error() const {
    return impl_->error;
}

// -- the credentials --------------------------------------------------------------

node_credentials::node_credentials(const node_certificate_files& files)
    : context_(load_node_context(files)) {}

std::unique_ptr<node_tls> node_credentials::accept(int socket) const {
    auto made = std::make_unique<node_tls::impl>(context_, socket);
    SSL_set_accept_state(made->tls.get());
    return std::make_unique<node_tls>(std::move(made));
}

std::unique_ptr<node_tls> node_credentials::connect(int socket, const std::string& host) const {
    auto made = std::make_unique<node_tls::impl>(context_, socket);
    made->check_host(host);
    SSL_set_connect_state(made->tls.get());
    return std::make_unique<node_tls>(std::move(made));
}

std::shared_ptr<const node_credentials> load_credentials(const config::node_settings& node) {
    if (!node.has_certificate())
        return nullptr;
    return std::make_shared<const node_credentials>(
        node_certificate_files{node.certificate, node.key, node.authority});
}

} // namespace avatar::transport
