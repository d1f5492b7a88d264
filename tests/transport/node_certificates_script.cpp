// scripts/node-certificates makes what nodes take.
#include "tests/support/dsl.hpp"
#include "tests/support/process.hpp"
#include "tests/transport/made_certificates.hpp"
#include "tests/transport/node_link_fixture.hpp"

#include <fstream>
#include <iterator>
#include <string>
#include <sys/stat.h>
#include <unistd.h>

#define CAF_SUITE node_certificates_script

using namespace avatar;

namespace {

const std::string script = AVATAR_NODE_CERTIFICATES;

struct made_by_script {
    /// Into the test's directory; the exit code.
    int run(tests::arguments names) {
        names.insert(names.begin(), nodes);
        return run_plain(names);
    }

    int run_plain(const tests::arguments& with) {
        tests::process making(script, with);
        const int code = making.wait();
        out = making.out();
        err = making.err();
        return code;
    }

    void refuses(const tests::arguments& with, int code, const std::string& error) {
        CAF_CHECK_EQUAL(run_plain(with), code);
        CAF_CHECK_EQUAL(err, "scripts/node-certificates: " + error + "\n");
        CAF_CHECK_EQUAL(out, "");
    }

    std::string content(const std::string& file) const {
        std::ifstream from(nodes + "/" + file, std::ios::binary);
        return {std::istreambuf_iterator<char>(from), {}};
    }

    unsigned mode(const std::string& file) const {
        struct stat about {};
        return ::stat((nodes + "/" + file).c_str(), &about) == 0 ? about.st_mode & 0777 : 0;
    }

    transport::node_credentials node(const std::string& file) const {
        return transport::node_credentials(
            {nodes + "/" + file + ".pem", nodes + "/" + file + ".key", nodes + "/ca.pem"});
    }

    /// Whether one node agrees with another that it connects to under `host`.
    bool agree(const std::string& from, const std::string& to, const std::string& host) const {
        tests::node_link link(node(to), node(from), host);
        link.shake_hands();
        return link.agreed;
    }

    tests::certificate_directory directory;
    std::string nodes = directory.path() + "/the nodes";
    std::string out;
    std::string err;
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(node_certificates_script_tests, made_by_script)

CAF_TEST(makes nodes that agree) {
    CAF_REQUIRE_EQUAL(run({"coordinator", "worker-1.example.org", "10.1.2.3", "fd00::1"}), 0);
    CAF_CHECK_EQUAL(err, "");
    CAF_CHECK(agree("coordinator", "worker-1.example.org", "worker-1.example.org"));
    CAF_CHECK(agree("coordinator", "10.1.2.3", "10.1.2.3"));
    CAF_CHECK(agree("10.1.2.3", "fd00__1", "fd00::1"));
    CAF_CHECK(agree("fd00__1", "coordinator", "coordinator"));
    CAF_CHECK(!agree("coordinator", "10.1.2.3", "worker-1.example.org"));
    for (const char* key : {"ca.key", "coordinator.key", "10.1.2.3.key", "fd00__1.key"})
        CAF_CHECK_EQUAL(mode(key), 0600u);
    CAF_CHECK_EQUAL(mode("ca.pem"), 0644u);
    for (const char* told :
         {"ca.pem   the authority, made now", "ca.key   its key",
          "fd00__1.pem, fd00__1.key   certificate and key of fd00::1, for 30 days"})
        CAF_CHECK(out.find(told) != std::string::npos);
}

CAF_TEST(adds nodes to an authority that is there) {
    CAF_REQUIRE_EQUAL(run({"worker-1"}), 0);
    const auto authority = content("ca.pem");
    const auto key = content("ca.key");
    const auto first = content("worker-1.pem");
    CAF_REQUIRE_EQUAL(run_plain({"--days", "7", "--", nodes, "worker-2", "worker-1"}), 0);
    CAF_CHECK(out.find("ca.pem   the authority, as it was") != std::string::npos);
    CAF_CHECK(out.find("of worker-2, for 7 days") != std::string::npos);
    CAF_CHECK_EQUAL(content("ca.pem"), authority);
    CAF_CHECK_EQUAL(content("ca.key"), key);
    CAF_CHECK_NOT_EQUAL(content("worker-1.pem"), first);
    CAF_CHECK(agree("worker-2", "worker-1", "worker-1"));
}

CAF_TEST(two directories have authorities that do not know each other) {
    CAF_REQUIRE_EQUAL(run({"worker-1"}), 0);
    const auto one = node("worker-1");
    nodes += "-2";
    CAF_REQUIRE_EQUAL(run({"worker-1"}), 0);
    tests::node_link link(one, node("worker-1"), "worker-1");
    link.shake_hands();
    CAF_CHECK(!link.agreed);
}

CAF_TEST(says how it is used) {
    CAF_CHECK_EQUAL(run_plain({"--help"}), 0);
    CAF_CHECK(out.find("scripts/node-certificates [--days N] DIR NAME...") != std::string::npos);
    CAF_CHECK_EQUAL(out.find("#!"), std::string::npos);
    CAF_CHECK_EQUAL(out.find("set -e"), std::string::npos);
    refuses({}, 2, "no directory; expected DIR NAME...");
    refuses({nodes}, 2, "no names; expected the host name or IP address of each node after DIR");
    refuses({"--force", nodes, "a"}, 2, "unknown option \"--force\"; expected --days N or --help");
    refuses({"--days"}, 2, "--days needs a number");
    for (const char* days : {"0", "-1", "x", "3651", "99999"})
        refuses({std::string("--days=") + days, nodes, "a"}, 2,
                "bad --days \"" + std::string(days) + "\"; expected a number from 1 to 3650");
    CAF_CHECK_EQUAL(run_plain({"--days=3650", nodes, "a"}), 0);
}

CAF_TEST(makes nothing where a name is none) {
    for (const char* name : {"",
                             "-a",
                             "a b",
                             "a/b",
                             "..",
                             "a..b",
                             "a,DNS:b",
                             "*",
                             "*.example.org",
                             "10.0.0",
                             "10.0.0.256",
                             "10.0.0.01",
                             "1.2.3.4.5",
                             "fd00:::1",
                             "1::2::3",
                             "fd00::zz",
                             "1:2:3:4:5:6:7",
                             "1:2:3:4:5:6:7:8:9",
                             "12345::",
                             "[::1]",
                             "::1%eth0",
                             ":",
                             "a\nb"})
        refuses({nodes, "good", name}, 2,
                "bad name \"" + std::string(name) + "\"; expected a host name or an IP address");
    refuses({nodes, "ca"}, 2, "bad name \"ca\": that is the authority's");
    CAF_CHECK_EQUAL(mode("."), 0u);
}

CAF_TEST(takes each way to write an address) {
    CAF_REQUIRE_EQUAL(run({"::", "::1", "1::", "1:2:3:4:5:6:7:8", "1:2:3::6:7:8", "FD00::A",
                           "0.0.0.0", "255.249.199.99"}),
                      0);
    CAF_CHECK(agree("__", "1__", "1::"));
    CAF_CHECK(agree("__1", "FD00__A", "fd00::a"));
    CAF_CHECK(agree("0.0.0.0", "1_2_3_4_5_6_7_8", "1:2:3:4:5:6:7:8"));
    CAF_CHECK(agree("255.249.199.99", "1_2_3__6_7_8", "1:2:3:0:0:6:7:8"));
}

CAF_TEST(takes names that are too long for a common name) {
    const std::string label(60, 'a');
    const auto name = label + "." + label + ".example.org";
    CAF_REQUIRE_EQUAL(run({name}), 0);
    CAF_CHECK(agree(name, name, name));
}

CAF_TEST(says in a line why it cannot begin) {
    const auto file = directory.write("file", "x");
    refuses({file + "/nodes", "a"}, 1, "cannot make the directory \"" + file + "/nodes\"");
    refuses({file, "a"}, 1, "cannot make the directory \"" + file + "\"");
    tests::process without("/bin/bash",
                           {"-c", "PATH=/nowhere; exec /bin/bash \"$0\" \"$1\" a", script, nodes});
    CAF_CHECK_EQUAL(without.wait(), 1);
    CAF_CHECK_EQUAL(without.err(), "scripts/node-certificates: no openssl; install it (Debian: "
                                   "apt-get install openssl)\n");
}

CAF_TEST(leaves an authority alone that it cannot use) {
    CAF_REQUIRE_EQUAL(run({"a"}), 0);
    const auto here = "the authority in \"" + nodes + "\"";
    const auto authority = content("ca.pem");
    const auto put = [&](const std::string& name, const std::string& text) {
        directory.write("the nodes/" + name, text);
    };

    put("ca.key", content("a.key"));
    refuses({nodes, "b"}, 1, "cannot use " + here + ": ca.key does not belong to ca.pem");
    const auto own = tests::make_authority("own");
    put("ca.key", own.key_pem("secret"));
    const auto no_key =
        "cannot use " + here + ": ca.key is no readable PEM key without a passphrase";
    refuses({nodes, "b"}, 1, no_key);
    put("ca.key", "");
    refuses({nodes, "b"}, 1, no_key);
    CAF_CHECK_EQUAL(::unlink((nodes + "/ca.key").c_str()), 0);
    refuses({nodes, "b"}, 1, here + " has ca.pem and no ca.key; restore it or take another DIR");
    CAF_CHECK_EQUAL(content("ca.pem"), authority);

    put("ca.key", own.key_pem());
    put("ca.pem", own.certificate_pem()); // For an hour.
    refuses({"--days=1", nodes, "b"}, 1,
            here + " ends within 1 days; take fewer --days or another DIR");
    put("ca.pem", "");
    refuses({nodes, "b"}, 1, "cannot use " + here + ": ca.pem is no readable PEM certificate");
    CAF_CHECK_EQUAL(::unlink((nodes + "/ca.pem").c_str()), 0);
    refuses({nodes, "b"}, 1, here + " has ca.key and no ca.pem; restore it or take another DIR");
    CAF_CHECK_EQUAL(mode("b.pem"), 0u);
}

CAF_TEST_FIXTURE_SCOPE_END()
