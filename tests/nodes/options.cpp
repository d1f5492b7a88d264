#include "tests/nodes/node_certificates.hpp"
#include "tests/nodes/nodes_dsl.hpp"

#include <algorithm>

#define CAF_SUITE nodes_options

using namespace avatar;
using namespace avatar::tests;

namespace {

const environment service_of_nobody = {{"AVATAR_API_KEY", "key"},
                                       {"AVATAR_APP_ID", "app"},
                                       {"AVATAR_CONSOLE_ENDPOINT", "http://127.0.0.1:9/v1/console"},
                                       {"AVATAR_INGRESS_ENDPOINT", "http://127.0.0.1:9/v1/ingress"},
                                       {"AVATAR_SESSION_AVATAR_ID", "avatar"}};

void check_node_options_refused(const arguments& with, const std::string& part) {
    const auto result = run_binary(with, service_of_nobody);
    CAF_MESSAGE(result.err);
    CAF_CHECK_EQUAL(result.code, 2);
    CAF_CHECK_EQUAL(result.out, "");
    CAF_CHECK_EQUAL(std::ranges::count(result.err, '\n'), 1);
    check_contains(result.err, "avatar-pool: ");
    check_contains(result.err, part);
}

} // namespace

CAF_TEST(a worker is refused bad options with one line) {
    check_node_options_refused({"worker"}, "node.listen is missing");
    for (const std::string bad : {"here", "127.0.0.1", "127.0.0.1:70000", "localhost:7000",
                                  "127.0.0.1:-1", "::1:7000", "[::1]", "127.0.0.1:7000 "})
        check_node_options_refused({"worker", "--node.listen=" + bad}, "node.listen");
    check_node_options_refused({"worker", "--node.listen=0.0.0.0:0"}, "certificate");
    check_node_options_refused(
        {"worker", "--node.listen=127.0.0.1:0", "--node.certificate=/tmp/none"}, "node.key");
    check_node_options_refused({"worker", "--node.listen=127.0.0.1:0", "--node.certificate=/none/a",
                                "--node.key=/none/b", "--node.authority=/none/c"},
                               "/none/");
}

CAF_TEST(a run over nodes is refused bad options with one line) {
    for (const std::string bad :
         {"here", "127.0.0.1", "127.0.0.1:0", "127.0.0.1:70000", "a b:7000", "[::1:7000",
          "127.0.0.1:7000,127.0.0.1:7000", "127.0.0.1:7000,,127.0.0.1:7001"})
        check_node_options_refused({"run", "--nodes=" + bad}, "nodes");
    check_node_options_refused({"run", "--nodes=192.0.2.1:7000"}, "need certificates");
    check_node_options_refused({"run", "--nodes=127.0.0.1:1,127.0.0.1:2", "--pool.size=1"},
                               "too small for 2 nodes");
    check_node_options_refused({"run", "--nodes=127.0.0.1:7000", "--emulator"}, "exclude");
    check_node_options_refused({"run", "--nodes=127.0.0.1:7000", "--load.shape=ramp"}, "");
}

CAF_TEST(a worker says so when its port is taken) {
    node_worker first(service_of_nobody);
    check_node_options_refused({"worker", "--node.listen=" + first.address()}, "in use");
}

CAF_TEST(a worker is refused the key of another certificate) {
    const node_certificates pki({"127.0.0.1", "coordinator"});
    auto mixed = pki.options("127.0.0.1");
    mixed[1] = pki.options("coordinator")[1];
    check_node_options_refused(joined({"worker", "--node.listen=127.0.0.1:0"}, mixed), "key");
}
