// A node's own files: what is wrong with them is said before anything starts.
#include "tests/support/dsl.hpp"
#include "tests/transport/made_certificates.hpp"
#include "tests/transport/node_link_fixture.hpp"
#include "transport/tls.hpp"

#include <openssl/err.h>
#include <openssl/pem.h>

#include <cstdio>
#include <ctime>
#include <string>
#include <sys/stat.h>
#include <unistd.h>

#define CAF_SUITE node_credentials

using namespace avatar;
using namespace std::chrono_literals;

namespace {

std::chrono::seconds until_march(int year) {
    std::tm t{};
    t.tm_year = year - 1900;
    t.tm_mon = 2;
    t.tm_mday = 4;
    t.tm_sec = 30; // The minute stays right where the clock moves on meanwhile.
    return std::chrono::seconds(::timegm(&t) - ::time(nullptr));
}

struct node_files {
    /// What loading the files throws; "" without.
    std::string error() const {
        try {
            const transport::node_credentials loaded(files);
            return {};
        } catch (const transport::tls_error& e) {
            const std::string text = e.what();
            CAF_CHECK_EQUAL(text.find('\n'), std::string::npos);
            CAF_CHECK_EQUAL(ERR_peek_error(), 0u);
            return text;
        }
    }

    void check_certificate(const std::string& fault) const {
        CAF_CHECK_EQUAL(error(),
                        "cannot use node certificate \"" + files.certificate + "\": " + fault);
    }
    void check_key(const std::string& fault) const {
        CAF_CHECK_EQUAL(error(), "cannot use node key \"" + files.key + "\": " + fault);
    }
    void check_authority(const std::string& fault) const {
        CAF_CHECK_EQUAL(error(), "cannot use node authority \"" + files.authority + "\": " + fault);
    }

    void use(const tests::certificate_request& how) {
        files = directory.write("node", tests::make_certificate(how, &authority), authority);
    }

    tests::certificate_directory directory;
    tests::made_certificate authority = tests::make_authority("nodes");
    tests::made_certificate own = tests::make_certificate({}, &authority);
    transport::node_certificate_files files = directory.write("node", own, authority);
};

const std::string to_be_readable = "; expected a readable PEM file";

} // namespace

CAF_TEST_FIXTURE_SCOPE(node_credentials_tests, node_files)

CAF_TEST(good files are taken) {
    CAF_CHECK_EQUAL(error(), "");
}

CAF_TEST(a file that is missing or cannot be read is named) {
    const auto good = files;
    const auto missing = directory.path() + "/missing";
    const auto loop = directory.path() + "/loop";
    CAF_REQUIRE_EQUAL(::symlink(loop.c_str(), loop.c_str()), 0);
    for (const auto& [path, why] : {std::pair{missing, "No such file or directory"},
                                    std::pair{loop, "Too many levels of symbolic links"},
                                    std::pair{good.key + "/x", "Not a directory"},
                                    std::pair{std::string(), "No such file or directory"}}) {
        files = good;
        files.certificate = path;
        check_certificate(why + to_be_readable);
        files = good;
        files.key = path;
        check_key(why + to_be_readable);
        files = good;
        files.authority = path;
        check_authority(why + to_be_readable);
    }
    files = good;
    files.certificate = files.authority = directory.path();
    check_certificate("Is a directory" + to_be_readable);
}

CAF_TEST(a file that its user may not read is named) {
    if (::geteuid() == 0)
        return; // Root may.
    ::chmod(files.key.c_str(), 0);
    check_key("Permission denied" + to_be_readable);
}

CAF_TEST(an empty file and one that is too large are refused) {
    directory.write("node.pem", "");
    check_certificate("it is empty; expected a PEM file");
    directory.write("node.pem", std::string(1024 * 1024 + 1, ' '));
    check_certificate("it is larger than 1 MiB; expected a PEM file");
    directory.write("node.pem", own.certificate_pem());
    directory.write("node.key", "");
    check_key("it is empty; expected a PEM file");
    directory.write("node.key", own.key_pem());
    directory.write("node-ca.pem", "");
    check_authority("it is empty; expected a PEM file");
}

CAF_TEST(a file that is not PEM is refused) {
    const std::string certificate = "it is not PEM, or holds no certificate; expected a PEM file "
                                    "with \"-----BEGIN CERTIFICATE-----\"";
    directory.write("node.pem", "worker-1\n");
    check_certificate(certificate);
    directory.write("node.pem", own.certificate_pem());
    directory.write("node.key", std::string("\x30\x82\0\x01", 4));
    check_key("it is not PEM, or holds no key; expected a PEM file with \"-----BEGIN PRIVATE "
              "KEY-----\"");
    directory.write("node.key", own.key_pem());
    directory.write("node-ca.pem", "none");
    check_authority(certificate);
}

CAF_TEST(files in the place of one another are told as such) {
    const auto good = files;
    files.certificate = good.key;
    check_certificate("it holds a key and no certificate; expected a PEM file with \"-----BEGIN "
                      "CERTIFICATE-----\"");
    files = good;
    files.key = good.certificate;
    check_key("it holds a certificate and no key; expected a PEM file with \"-----BEGIN PRIVATE "
              "KEY-----\"");
    files = good;
    files.authority = good.certificate;
    check_authority("the certificate \"worker-1\" in it is no certificate authority; expected the "
                    "certificate that signs "
                    "those of the nodes (basicConstraints CA:TRUE)");
}

CAF_TEST(a damaged certificate is told by its number) {
    auto damaged = own.certificate_pem();
    damaged.resize(damaged.size() / 2);
    directory.write("node.pem", damaged);
    CAF_CHECK(error().find("\": certificate 1 in it is damaged: ") != std::string::npos);
    directory.write("node.pem", own.certificate_pem() + damaged);
    CAF_CHECK(error().find("\": certificate 2 in it is damaged: ") != std::string::npos);
}

CAF_TEST(a certificate out of its time is refused) {
    tests::certificate_request how;
    how.begins = until_march(2000);
    how.ends = until_march(2001);
    use(how);
    check_certificate("it has expired on 2001-03-04 00:00 UTC; expected a certificate of the "
                      "authority that is valid now");
    how.begins = until_march(2197);
    how.ends = until_march(2198);
    use(how);
    check_certificate("it is not valid before 2197-03-04 00:00 UTC; expected a certificate of "
                      "the authority that is valid now");
}

CAF_TEST(an authority out of its time is refused) {
    tests::certificate_request how;
    how.common_name = "old nodes";
    how.names = how.uses = {};
    how.constraints = "critical,CA:TRUE";
    how.begins = until_march(2000);
    how.ends = until_march(2001);
    authority = tests::make_certificate(how);
    use({});
    check_authority("the certificate \"old nodes\" in it has expired on 2001-03-04 00:00 UTC; "
                    "expected certificates "
                    "that are valid now");
}

CAF_TEST(a key that belongs to another certificate is refused) {
    directory.write("node.key", tests::make_certificate({}, &authority).key_pem());
    check_key("it does not belong to the certificate in \"" + files.certificate +
              "\"; expected the key that the certificate was made for");
}

CAF_TEST(an encrypted key is refused without a question) {
    const std::string fault = "it is encrypted; expected a key without a passphrase (openssl pkey "
                              "-in FILE -out FILE)";
    directory.write("node.key", own.key_pem("secret"));
    check_key(fault);
    BIO* to = BIO_new(BIO_s_mem()); // As OpenSSL wrote keys before PKCS 8.
    const std::string secret = "secret";
    CAF_REQUIRE_EQUAL(PEM_write_bio_PrivateKey_traditional(
                          to, own.key.get(), EVP_aes_128_cbc(),
                          reinterpret_cast<const unsigned char*>(secret.data()), // NOLINT: its type
                          static_cast<int>(secret.size()), nullptr, nullptr),
                      1);
    char* data = nullptr;
    const auto size = BIO_get_mem_data(to, &data);
    directory.write("node.key", {data, static_cast<std::size_t>(size)});
    BIO_free(to);
    check_key(fault);
}

CAF_TEST(a certificate has to be for both uses or for any) {
    const std::string expected = "; expected a certificate with both extended key usages";
    tests::certificate_request how;
    how.uses = "serverAuth";
    use(how);
    check_certificate("it is for serverAuth and not for clientAuth" + expected);
    how.uses = "clientAuth";
    use(how);
    check_certificate("it is for clientAuth and not for serverAuth" + expected);
    how.uses = "codeSigning";
    use(how);
    check_certificate("it is neither for serverAuth nor for clientAuth" + expected);
    how.uses = {};
    use(how);
    CAF_CHECK_EQUAL(error(), "");
}

CAF_TEST(a certificate of another authority is refused) {
    const auto other = tests::make_authority("nodes");
    directory.write("node-ca.pem", other.certificate_pem());
    const auto fault = "it is not signed by the authority in \"" + files.authority +
                       "\"; expected a certificate of the authority that is valid now";
    check_certificate(fault);
    files = directory.write("node", tests::make_certificate({}), authority); // By itself.
    check_certificate(fault);
}

CAF_TEST(an authority that is none is refused wherever it stands) {
    const std::string expected =
        " is no certificate authority; expected the certificate that signs "
        "those of the nodes (basicConstraints CA:TRUE)";
    tests::certificate_request how;
    how.common_name = "nobody";
    how.names = how.constraints = {};
    const auto none = tests::make_certificate(how);
    directory.write("node-ca.pem", authority.certificate_pem() + none.certificate_pem());
    check_authority("the certificate \"nobody\" in it" + expected);
}

CAF_TEST(a key that others can use is refused) {
    const std::string expected = "; expected a key for its owner alone (chmod 600)";
    for (const auto& [mode, shown] :
         {std::pair{0644, "644"}, std::pair{0604, "604"}, std::pair{0602, "602"},
          std::pair{0620, "620"}, std::pair{0660, "660"}, std::pair{0444, "444"}}) {
        ::chmod(files.key.c_str(), static_cast<mode_t>(mode));
        check_key(std::string("other users can use it (mode ") + shown + ")" + expected);
    }
    for (const mode_t mode : {0600, 0400, 0700}) {
        ::chmod(files.key.c_str(), mode);
        CAF_CHECK_EQUAL(error(), "");
    }
    ::chmod(files.key.c_str(), 0640); // The owner of a test's file is who runs the test.
    CAF_CHECK_EQUAL(error().empty(), ::geteuid() == 0);
    ::chmod(files.certificate.c_str(), 0644); // No secret.
    ::chmod(files.key.c_str(), 0600);
    CAF_CHECK_EQUAL(error(), "");
}

CAF_TEST(one file may hold certificate and key) {
    files.certificate = files.key =
        directory.write("both.pem", own.key_pem() + own.certificate_pem());
    CAF_CHECK_EQUAL(error(), "");
    files.certificate = files.key =
        directory.write("both.pem", own.certificate_pem() + own.key_pem());
    CAF_CHECK_EQUAL(error(), "");
}

CAF_TEST(a key may have its curve before it) {
    // As `openssl ecparam -genkey` writes it: the parameters are P-256.
    directory.write("node.key", "-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC "
                                "PARAMETERS-----\n" +
                                    own.key_pem());
    CAF_CHECK_EQUAL(error(), "");
}

CAF_TEST(text around the certificates does not matter) {
    directory.write("node.pem", "subject=worker-1\r\n" + own.certificate_pem() + "\n# end\n");
    CAF_CHECK_EQUAL(error(), "");
}

CAF_TEST(several authorities stand next to each other) {
    const auto other = tests::make_authority("next");
    directory.write("node-ca.pem", other.certificate_pem() + authority.certificate_pem());
    CAF_CHECK_EQUAL(error(), "");
}

CAF_TEST(a certificate is linked to the authority by those after it) {
    tests::certificate_request how;
    how.common_name = "between";
    how.names = how.uses = {};
    how.constraints = "critical,CA:TRUE";
    const auto between = tests::make_certificate(how, &authority);
    const auto node = tests::make_certificate({}, &between);
    files = directory.write("node", node, authority);
    check_certificate("it is not signed by the authority in \"" + files.authority +
                      "\"; expected a certificate of the authority that is valid now");
    directory.write("node.pem", node.certificate_pem() + between.certificate_pem());
    CAF_CHECK_EQUAL(error(), "");
    const transport::node_credentials chained(files);
    tests::node_link link(chained, chained, "worker-1");
    link.shake_hands();
    CAF_CHECK(link.agreed);

    files = directory.write("node", node, between); // Nobody above it is trusted then.
    CAF_CHECK_EQUAL(error(), "");
    const transport::node_credentials direct(files);
    tests::node_link next(direct, direct, "worker-1");
    next.shake_hands();
    CAF_CHECK(next.agreed);
}

CAF_TEST(what stands between and is out of its time is told by its name) {
    tests::certificate_request how;
    how.common_name = "between";
    how.names = how.uses = {};
    how.constraints = "critical,CA:TRUE";
    how.begins = until_march(2000);
    how.ends = until_march(2001);
    const auto between = tests::make_certificate(how, &authority);
    const auto node = tests::make_certificate({}, &between);
    files = directory.write("node", node, authority);
    directory.write("node.pem", node.certificate_pem() + between.certificate_pem());
    check_certificate("the certificate \"between\" in it has expired on 2001-03-04 00:00 UTC; "
                      "expected certificates "
                      "that are valid now");
}

CAF_TEST_FIXTURE_SCOPE_END()
