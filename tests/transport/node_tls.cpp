#include "transport/node_tls.hpp"

#include "tests/support/dsl.hpp"
#include "tests/transport/made_certificates.hpp"
#include "tests/transport/node_link_fixture.hpp"

#include <string>

#define CAF_SUITE node_tls

using namespace avatar;
using transport::node_credentials;
using transport::tls_progress;

namespace {

/// A coordinator and a worker of one authority.
struct two_nodes {
    tests::certificate_directory directory;
    tests::made_certificate authority = tests::make_authority("nodes");
    node_credentials worker{files_of("worker", "DNS:worker-1,IP:10.1.2.3,IP:fd00::1")};
    node_credentials coordinator{files_of("coordinator", "DNS:coordinator")};

    transport::node_certificate_files files_of(const std::string& file, const std::string& names) {
        tests::certificate_request how;
        how.names = names;
        return directory.write(file, tests::make_certificate(how, &authority), authority);
    }
};

/// What a read gives at once, up to 100 bytes.
std::string read_text(transport::node_tls& from) {
    std::string text(100, '\0');
    std::size_t count = 0;
    from.read(text.data(), text.size(), count);
    text.resize(count);
    return text;
}

bool write_text(transport::node_tls& to, const std::string& text) {
    std::size_t count = 0;
    return to.write(text.data(), text.size(), count) == tls_progress::done && count == text.size();
}

} // namespace

CAF_TEST_FIXTURE_SCOPE(node_tls_tests, two_nodes)

CAF_TEST(two nodes of one authority agree and know the name of each other) {
    tests::node_link link(worker, coordinator, "worker-1");
    link.shake_hands();
    CAF_CHECK(link.agreed);
    CAF_CHECK_EQUAL(link.connecting->peer(), "worker-1");
    CAF_CHECK_EQUAL(link.accepting->peer(), "coordinator");
    CAF_CHECK_EQUAL(link.connecting->error(), "");
    CAF_CHECK_EQUAL(link.accepting->error(), "");
    CAF_CHECK(write_text(*link.connecting, "ping"));
    CAF_CHECK_EQUAL(read_text(*link.accepting), "ping");
    CAF_CHECK(write_text(*link.accepting, "pong"));
    CAF_CHECK_EQUAL(read_text(*link.connecting), "pong");
}

CAF_TEST(a node is verified by any of its names and addresses as users write them) {
    for (const char* host : {"worker-1", "WORKER-1", "worker-1.", "10.1.2.3", "fd00::1",
                             "[fd00::1]", "fd00:0:0::1", "fd00::1%eth0"}) {
        tests::node_link link(worker, coordinator, host);
        link.shake_hands();
        CAF_MESSAGE(host << ": " << link.connecting->error());
        CAF_CHECK(link.agreed);
    }
}

CAF_TEST_FIXTURE_SCOPE_END()
