#include "tests/nodes/node_certificates.hpp"
#include "tests/nodes/nodes_dsl.hpp"
#include "tests/nodes/tcp_proxy.hpp"
#include "tests/transport/made_certificates.hpp"

#define CAF_SUITE nodes_certificates

using namespace avatar;
using namespace avatar::tests;
using namespace std::chrono_literals;

namespace {

arguments options_of(const transport::node_certificate_files& files) {
    return {"--node.certificate=" + files.certificate, "--node.key=" + files.key,
            "--node.authority=" + files.authority};
}

/// A worker with a good certificate, and a coordinator that has one.
struct certificates_fixture {
    /// A run over the good worker and another: that one takes no part, for a reason that has
    /// these words, and the good one is not disturbed.
    void check_refused(const std::string& other, const std::string& why) {
        node_run run({good.address(), other},
                     joined({"--rounds.count=2"}, pki.options("coordinator")));
        const auto end = run.finish(30s);
        check_end(end, 1);
        CAF_REQUIRE(end.books);
        check_that(end.books->node(other).all() == 0, "nothing was given to it", end);
        check_that(end.books->node(good.address()).ok == 24, "the good one did all", end);
        check_contains(end.books->node(other).last_loss, why);
        CAF_CHECK(service.wait_for_no_session(close_limit));
    }

    /// A run with these options over the good worker does not come about.
    void check_stranger(const arguments& with) {
        node_run run({good.address()}, with);
        const auto end = run.finish(20s);
        check_that(end.code == 3, "no connection", end);
        CAF_CHECK_EQUAL(service.sessions(), 0u);
    }

    void check_good_one() {
        node_run run({good.address()}, joined({"--rounds.count=1"}, pki.options("coordinator")));
        check_end(run.finish(20s), 0);
        CAF_CHECK(service.wait_for_no_session(close_limit));
    }

    node_certificates pki{{"127.0.0.1", "coordinator", "elsewhere.example"}};
    node_certificates other_pki{{"127.0.0.1", "coordinator"}};
    node_service service{100ms};
    node_worker good{service.variables(), pki.options("127.0.0.1")};
};

/// Certificates that no script makes.
struct expired_certificates {
    expired_certificates() {
        certificate_request how;
        how.names = "IP:127.0.0.1";
        how.begins = -2h;
        how.ends = -1h;
        files = folder.write("expired", make_certificate(how, &authority), authority);
        how.ends = 1h;
        valid = folder.write("valid", make_certificate(how, &authority), authority);
    }

    certificate_directory folder;
    made_certificate authority = make_authority("expired nodes");
    transport::node_certificate_files files;
    transport::node_certificate_files valid;
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(certificate_tests, certificates_fixture)

CAF_TEST(nodes with certificates of one authority work together) {
    node_worker second(service.variables(), pki.options("127.0.0.1"));
    node_run run({good.address(), second.address()}, pki.options("coordinator"));
    const auto end = run.finish(20s);
    check_end(end, 0);
    CAF_REQUIRE(end.books);
    for (const auto& node : end.books->nodes)
        CAF_CHECK_EQUAL(node.ok, 18u);
    CAF_CHECK(service.wait_for_no_session(close_limit));
}

CAF_TEST(a worker of another authority is refused) {
    node_worker other(service.variables(), other_pki.options("127.0.0.1"));
    check_refused(other.address(), "authority");
}

CAF_TEST(a worker with a certificate for another name is refused) {
    node_worker other(service.variables(), pki.options("elsewhere.example"));
    check_refused(other.address(), "127.0.0.1");
}

CAF_TEST(a worker without TLS is refused) {
    node_worker other(service.variables());
    check_refused(other.address(), "TLS");
}

CAF_TEST(a coordinator of another authority is refused) {
    check_stranger(other_pki.options("coordinator"));
    check_good_one();
}

CAF_TEST(a coordinator without TLS is refused) {
    check_stranger({});
    check_good_one();
}

CAF_TEST(an expired certificate is refused by its own node or by the others) {
    const expired_certificates expired;
    node_worker worker(service.variables(), options_of(expired.valid));
    node_run run({worker.address()}, options_of(expired.files));
    const auto end = run.finish(20s);
    check_that(end.code == 2 || end.code == 3, "it is refused", end);
    check_contains(end.err, "expired");
    node_run again({worker.address()}, joined({"--rounds.count=1"}, options_of(expired.valid)));
    check_end(again.finish(20s), 0);
}

CAF_TEST(a network that changes bytes costs links and no books) {
    tcp_proxy network(good.port());
    node_worker near(service.variables(), pki.options("127.0.0.1"));
    node_run run({near.address(), network.address()},
                 joined({"--rounds.count=1000"}, pki.options("coordinator")));
    CAF_REQUIRE(run.wait_for_output("[Round 2/"));
    network.corrupt();
    CAF_REQUIRE(run.wait_for_output("which was lost"));
    network.mend();
    CAF_REQUIRE(wait_until([&] { return service.sessions() == 6; }, 20s));
    run.signal(SIGINT);
    const auto end = run.finish(20s);
    check_end(end, 1);
    check_that(end.books && end.books->node(near.address()).lost == 0, "of one node alone", end);
    CAF_CHECK(service.wait_for_no_session(close_limit));
}

CAF_TEST_FIXTURE_SCOPE_END()
