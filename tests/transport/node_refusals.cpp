// What nodes refuse at the other end of a link, and what they say of it.
#include "tests/support/dsl.hpp"
#include "tests/transport/made_certificates.hpp"
#include "tests/transport/node_link_fixture.hpp"
#include "tests/transport/raw_tls_peer.hpp"
#include "transport/tls.hpp"

#include <openssl/err.h>

#include <cstdlib>
#include <ctime>
#include <string>
#include <string_view>
#include <utility>

#define CAF_SUITE node_refusals

using namespace avatar;
using namespace std::chrono_literals;
using tests::raw_tls_peer;
using transport::tls_progress;

namespace {

struct one_node {
    /// The error of the node that accepts a link from a peer with that certificate.
    std::string accepting(const tests::made_certificate* peer, int version = TLS1_3_VERSION) {
        tests::socket_pair sockets;
        const auto link = node.accept(sockets.ends[0]);
        raw_tls_peer other(raw_tls_peer::connects, sockets.ends[1], peer, version);
        return shake_hands(*link, other);
    }

    /// The same of the node that connects to "worker-1", or to `host`.
    std::string connecting(const tests::made_certificate* peer,
                           const std::string& host = "worker-1", int version = TLS1_3_VERSION) {
        tests::socket_pair sockets;
        const auto link = node.connect(sockets.ends[1], host);
        raw_tls_peer other(raw_tls_peer::accepts, sockets.ends[0], peer, version);
        return shake_hands(*link, other);
    }

    static std::string shake_hands(transport::node_tls& link, raw_tls_peer& other) {
        auto progress = tls_progress::again;
        for (int turns = 0; turns < 20 && progress == tls_progress::again; ++turns) {
            other.handshake();
            progress = link.handshake();
        }
        ERR_clear_error();
        CAF_CHECK_EQUAL(progress == tls_progress::done, link.error().empty());
        return link.error();
    }

    /// The error of the node that gets those bytes during the handshake.
    std::string accepting_bytes(std::string_view bytes) {
        tests::socket_pair sockets;
        const auto link = node.accept(sockets.ends[0]);
        CAF_CHECK(link->handshake() == tls_progress::again);
        CAF_CHECK(::write(sockets.ends[1], bytes.data(), bytes.size()) > 0);
        CAF_CHECK(link->handshake() == tls_progress::failed);
        return link->error();
    }

    std::string connecting_bytes(std::string_view bytes) {
        tests::socket_pair sockets;
        const auto link = node.connect(sockets.ends[1], "worker-1");
        CAF_CHECK(link->handshake() == tls_progress::again);
        CAF_CHECK(::write(sockets.ends[0], bytes.data(), bytes.size()) > 0);
        CAF_CHECK(link->handshake() == tls_progress::failed);
        return link->error();
    }

    tests::made_certificate made(const tests::certificate_request& how) {
        return tests::make_certificate(how, &authority);
    }

    /// Fails the test where the node does not say why the host cannot be verified.
    void refuses_host(const std::string& host, const std::string& shown) {
        tests::socket_pair sockets;
        std::string error;
        try {
            node.connect(sockets.ends[0], host);
        } catch (const transport::tls_error& e) {
            error = e.what();
        }
        CAF_CHECK_EQUAL(error, "cannot verify a node as \"" + shown +
                                   "\"; expected a host name or an IP address");
    }

    tests::certificate_directory directory;
    tests::made_certificate authority = tests::make_authority("nodes");
    tests::made_certificate good = made({});
    transport::node_certificate_files files = directory.write("own", good, authority);
    transport::node_credentials node{files};
};

/// Seconds from now to noon and a half of the 3rd of February of a year.
std::chrono::seconds until_february(int year) {
    std::tm t{};
    t.tm_year = year - 1900;
    t.tm_mon = 1;
    t.tm_mday = 3;
    t.tm_hour = 12;
    t.tm_min = 30;
    t.tm_sec = 30; // The minute stays right where the clock moves on meanwhile.
    return std::chrono::seconds(::timegm(&t) - ::time(nullptr));
}

tests::certificate_request expired() {
    tests::certificate_request how;
    how.begins = until_february(2000);
    how.ends = until_february(2001);
    return how;
}

tests::certificate_request not_valid_yet() {
    tests::certificate_request how;
    how.begins = until_february(2198);
    how.ends = until_february(2199);
    return how;
}

tests::certificate_request only_for(const std::string& uses) {
    tests::certificate_request how;
    how.uses = uses;
    return how;
}

tests::certificate_request with_names(const std::string& names) {
    tests::certificate_request how;
    how.names = names;
    return how;
}

} // namespace

CAF_TEST_FIXTURE_SCOPE(node_refusals_tests, one_node)

CAF_TEST(both sides take a good certificate and one that names no use) {
    const auto for_any = made(only_for(""));
    for (const tests::made_certificate* peer : {&std::as_const(good), &for_any}) {
        CAF_CHECK_EQUAL(accepting(peer), "");
        CAF_CHECK_EQUAL(connecting(peer), "");
    }
}

CAF_TEST(a peer without a certificate is refused) {
    CAF_CHECK_EQUAL(accepting(nullptr), "the other side shows no certificate");
    // An accepting side without one cannot even begin.
    CAF_CHECK_EQUAL(connecting(nullptr).empty(), false);
}

CAF_TEST(a peer of another authority is refused) {
    const auto other = tests::make_authority("others");
    const auto stranger = tests::make_certificate({}, &other);
    const auto error =
        "the other node's certificate (worker-1) is not signed by the authority in \"" +
        files.authority + "\"";
    CAF_CHECK_EQUAL(accepting(&stranger), error);
    CAF_CHECK_EQUAL(connecting(&stranger), error);
    const auto own_word = tests::make_certificate({});
    CAF_CHECK_EQUAL(accepting(&own_word), error);
    CAF_CHECK_EQUAL(connecting(&own_word), error);
}

CAF_TEST(an authority of the same name is still another) {
    const auto same_name = tests::make_authority("nodes");
    const auto stranger = tests::make_certificate({}, &same_name);
    const auto error =
        "the other node's certificate (worker-1) is not signed by the authority in \"" +
        files.authority + "\"";
    CAF_CHECK_EQUAL(accepting(&stranger), error);
    CAF_CHECK_EQUAL(connecting(&stranger), error);
}

CAF_TEST(what the system trusts is not trusted) {
    const auto other = tests::make_authority("others");
    const auto stranger = tests::make_certificate({}, &other);
    const auto theirs = directory.write("system.pem", other.certificate_pem());
    ::setenv("SSL_CERT_FILE", theirs.c_str(), 1); // OpenSSL's place of the system's.
    const transport::node_credentials loaded_now(files);
    ::unsetenv("SSL_CERT_FILE");
    tests::socket_pair sockets;
    const auto link = loaded_now.accept(sockets.ends[0]);
    raw_tls_peer peer(raw_tls_peer::connects, sockets.ends[1], &stranger);
    CAF_CHECK(shake_hands(*link, peer).find("is not signed by the authority") != std::string::npos);
}

CAF_TEST(a peer signed by a node is refused) {
    const auto signed_by_node = tests::make_certificate({}, &good);
    CAF_CHECK(accepting(&signed_by_node).find("is not signed by the authority") !=
              std::string::npos);
}

CAF_TEST(peers whose time is over or has not come are refused) {
    const auto old = made(expired());
    const auto early = made(not_valid_yet());
    const std::string was = "the other node's certificate (worker-1) has expired on "
                            "2001-02-03 12:30 UTC";
    const std::string will_be = "the other node's certificate (worker-1) is not valid before "
                                "2198-02-03 12:30 UTC";
    CAF_CHECK_EQUAL(accepting(&old), was);
    CAF_CHECK_EQUAL(connecting(&old), was);
    CAF_CHECK_EQUAL(accepting(&early), will_be);
    CAF_CHECK_EQUAL(connecting(&early), will_be);
}

CAF_TEST(each side has to have a certificate for its use) {
    const auto serves = made(only_for("serverAuth"));
    const auto connects = made(only_for("clientAuth"));
    CAF_CHECK_EQUAL(accepting(&serves),
                    "the other node's certificate (worker-1) is not for clientAuth");
    CAF_CHECK_EQUAL(connecting(&connects),
                    "the other node's certificate (worker-1) is not for serverAuth");
    CAF_CHECK_EQUAL(accepting(&connects), "");
    CAF_CHECK_EQUAL(connecting(&serves), "");
}

CAF_TEST(the connecting side refuses a certificate for another host) {
    const auto two = made(with_names("IP:10.0.0.1,DNS:worker-1,DNS:worker-3"));
    CAF_CHECK_EQUAL(connecting(&two, "worker-2"), "the other node's certificate (worker-1) is for "
                                                  "worker-1, worker-3, 10.0.0.1, not for worker-2");
    CAF_CHECK_EQUAL(connecting(&two, "10.0.0.2"), "the other node's certificate (worker-1) is for "
                                                  "worker-1, worker-3, 10.0.0.1, not for 10.0.0.2");
    CAF_CHECK_EQUAL(connecting(&two, "worker-1.elsewhere").empty(), false);
    CAF_CHECK_EQUAL(connecting(&two, "::1").empty(), false);
    CAF_CHECK_EQUAL(connecting(&two, "10.0.0.1"), "");
    CAF_CHECK_EQUAL(accepting(&two), ""); // Any name will do.
    const auto text = made(with_names("DNS:10.0.0.1"));
    CAF_CHECK_EQUAL(connecting(&text, "10.0.0.1").empty(), false); // A name is no address.
}

CAF_TEST(the common name is no name of a host) {
    auto how = with_names("");
    how.common_name = "worker-1";
    const auto nameless = made(how);
    CAF_CHECK_EQUAL(connecting(&nameless),
                    "the other node's certificate (worker-1) is for no host at all (it has no "
                    "subjectAltName), not for worker-1");
    CAF_CHECK_EQUAL(accepting(&nameless), "");
}

CAF_TEST(a wildcard stands for a whole label) {
    const auto all = made(with_names("DNS:*.nodes.example"));
    CAF_CHECK_EQUAL(connecting(&all, "worker-1.nodes.example"), "");
    CAF_CHECK_EQUAL(connecting(&all, "a.worker-1.nodes.example").empty(), false);
    const auto some = made(with_names("DNS:w*.nodes.example"));
    CAF_CHECK_EQUAL(connecting(&some, "worker-1.nodes.example").empty(), false);
}

CAF_TEST(what a certificate holds stays on one line) {
    auto how = expired();
    how.names = {};
    how.common_name = "a\nb";
    const auto odd = made(how);
    CAF_CHECK_EQUAL(accepting(&odd),
                    "the other node's certificate (a b) has expired on 2001-02-03 12:30 UTC");
}

CAF_TEST(a certificate without any name is told without) {
    auto how = expired();
    how.names = how.common_name = {};
    const auto nameless = made(how);
    CAF_CHECK_EQUAL(accepting(&nameless),
                    "the other node's certificate has expired on 2001-02-03 12:30 UTC");
}

CAF_TEST(an address of a wrong size is no address) {
    for (const char* five_or_seventeen :
         {"DER:30:07:87:05:01:02:03:04:05",
          "DER:30:13:87:11:01:02:03:04:05:06:07:08:09:0a:0b:0c:0d:0e:0f:10:11"}) {
        const auto odd = made(with_names(five_or_seventeen));
        CAF_CHECK_EQUAL(connecting(&odd),
                        "the other node's certificate (?) is for ?, not for worker-1");
    }
}

CAF_TEST(nothing that is no host can be connected to) {
    for (const char* host : {"", "[]", "worker-1:4711", "fd00::zz", "%eth0:"})
        refuses_host(host, host);
    refuses_host(std::string("worker-1\0.evil", 14), "worker-1 .evil");
}

CAF_TEST(TLS 1.2 is refused) {
    CAF_CHECK_EQUAL(accepting(&good, TLS1_2_VERSION), "the other side does not speak TLS 1.3");
    CAF_CHECK_EQUAL(connecting(&good, "worker-1", TLS1_2_VERSION),
                    "the other side does not speak TLS 1.3");
}

CAF_TEST(bytes that are no TLS are refused) {
    for (const std::string_view bytes :
         {"GET / HTTP/1.1\r\nHost: worker-1\r\n\r\n", "POST /", "CONNECT worker-1:443 HTTP/1.1\r\n",
          "SSH-2.0-OpenSSH_9.2p1\r\n"})
        CAF_CHECK_EQUAL(accepting_bytes(bytes), "the other side does not speak TLS");
    CAF_CHECK_EQUAL(accepting_bytes({"\0\0\0\x30 basp", 9}), "the other side does not speak TLS");
    CAF_CHECK_EQUAL(connecting_bytes("HTTP/1.1 400 Bad Request\r\n\r\n"),
                    "the other side does not speak TLS");
    // A header of TLS, and nothing that fits it.
    CAF_CHECK_EQUAL(accepting_bytes({"\x16\x03\x01\x00\x05nonsense", 13}).substr(0, 5), "TLS: ");
    CAF_CHECK_EQUAL(accepting_bytes({"\x16\x03\x01\xff\xff nonsense", 14}).substr(0, 5), "TLS: ");
}

CAF_TEST(silence is again for ever) {
    tests::socket_pair sockets;
    const auto accepts = node.accept(sockets.ends[0]);
    for (int turns = 0; turns < 1000; ++turns)
        CAF_REQUIRE(accepts->handshake() == tls_progress::again);
    CAF_CHECK(!accepts->wants_write());
    tests::socket_pair others;
    const auto connects = node.connect(others.ends[0], "worker-1");
    for (int turns = 0; turns < 1000; ++turns)
        CAF_REQUIRE(connects->handshake() == tls_progress::again);
    CAF_CHECK(!connects->wants_write());
    CAF_CHECK_EQUAL(connects->error(), "");
}

CAF_TEST(a byte at a time is again until the handshake is done) {
    tests::socket_pair near;
    tests::socket_pair far;
    const auto accepts = node.accept(near.ends[0]);
    const auto connects = node.connect(far.ends[0], "worker-1");
    auto a = tls_progress::again;
    auto c = tls_progress::again;
    for (int turns = 0; turns < 20'000 && (a == tls_progress::again || c == tls_progress::again);
         ++turns) {
        c = connects->handshake();
        a = accepts->handshake();
        char byte = 0;
        if (::read(far.ends[1], &byte, 1) == 1)
            CAF_REQUIRE(::write(near.ends[1], &byte, 1) == 1);
        if (::read(near.ends[1], &byte, 1) == 1)
            CAF_REQUIRE(::write(far.ends[1], &byte, 1) == 1);
    }
    CAF_CHECK(a == tls_progress::done);
    CAF_CHECK(c == tls_progress::done);
}

CAF_TEST(a peer that closes during the handshake is told as such) {
    const std::string error = "the other side has closed the connection during the TLS handshake";
    for (const bool begun : {false, true}) {
        tests::socket_pair sockets;
        const auto link = node.accept(sockets.ends[0]);
        if (begun) {
            raw_tls_peer other(raw_tls_peer::connects, sockets.ends[1], &good);
            other.handshake();
            CAF_CHECK(link->handshake() == tls_progress::again);
        }
        char byte = 0;
        while (::read(sockets.ends[1], &byte, 1) == 1) {
            // Else the end is a reset.
        }
        sockets.close(1);
        CAF_CHECK(link->handshake() == tls_progress::failed);
        CAF_CHECK_EQUAL(link->error(), error);
    }
    tests::socket_pair sockets;
    const auto link = node.connect(sockets.ends[0], "worker-1");
    CAF_CHECK(link->handshake() == tls_progress::again);
    CAF_CHECK_EQUAL(::shutdown(sockets.ends[1], SHUT_WR), 0);
    CAF_CHECK(link->handshake() == tls_progress::failed);
    CAF_CHECK_EQUAL(link->error(), error);
}

CAF_TEST(a node that is refused learns why by reading) {
    const auto other = tests::make_authority("others");
    const transport::node_credentials stranger(
        directory.write("stranger", tests::make_certificate({}, &other), other));
    tests::socket_pair sockets;
    const auto refuses = stranger.accept(sockets.ends[0]);
    const auto refused = node.connect(sockets.ends[1], "worker-1");
    refused->handshake();
    refuses->handshake();
    refused->handshake(); // Refuses in its turn, since it verifies first.
    CAF_CHECK(refuses->handshake() == tls_progress::failed);
    CAF_CHECK_EQUAL(refuses->error(),
                    "the other node refuses this node's certificate: the other node has another "
                    "authority");
}

CAF_TEST(a node that the accepting side refuses learns why whatever it does next) {
    // Its authority knows both, the other side's only its own.
    const auto other = tests::make_authority("others");
    auto mixed = directory.write("mixed", tests::make_certificate({}, &other), authority);
    directory.write("mixed-ca.pem", authority.certificate_pem() + other.certificate_pem());
    const transport::node_credentials stranger(mixed);
    for (const bool tcp : {false, true})
        for (const bool writes : {false, true}) {
            tests::socket_pair sockets(tcp);
            const auto refuses = node.accept(sockets.ends[0]);
            const auto refused = stranger.connect(sockets.ends[1], "worker-1");
            refused->handshake();
            refuses->handshake();
            CAF_CHECK(refused->handshake() == tls_progress::done); // It cannot know yet.
            CAF_CHECK(refuses->handshake() == tls_progress::failed);
            sockets.close(0);
            char byte = 'x';
            std::size_t count = 1;
            auto progress = tls_progress::done; // As TCP has it until it hears of the end.
            for (int turns = 0; turns < 1000 && progress != tls_progress::failed; ++turns)
                progress =
                    writes ? refused->write(&byte, 1, count) : refused->read(&byte, 1, count);
            CAF_CHECK(progress == tls_progress::failed);
            CAF_CHECK_EQUAL(count, 0u);
            CAF_CHECK_EQUAL(refused->error(),
                            "the other node refuses this node's certificate: the other node has "
                            "another authority");
        }
}

CAF_TEST(alerts of the other side are told in words) {
    struct alert_case {
        unsigned char number; // RFC 8446, 6.2
        std::string error;
    };
    const std::string refuses = "the other node refuses this node's certificate: ";
    for (const auto& [number, error] : {
             alert_case{42, refuses + "it is for another name, or not valid yet by the other "
                                      "node's clock"},
             alert_case{43, refuses + "it is not for this use"},
             alert_case{45, refuses + "it has expired, by the other node's clock"},
             alert_case{48, refuses + "the other node has another authority"},
             alert_case{70, "the other side does not speak TLS 1.3"},
             alert_case{80, "the other side has ended the link: internal error"},
             alert_case{116, "the other node asks for a certificate"},
         }) {
        const char fatal[] = {0x15, 3, 3, 0, 2, 2, static_cast<char>(number)};
        CAF_CHECK_EQUAL(connecting_bytes({fatal, sizeof fatal}), error);
    }
}

CAF_TEST_FIXTURE_SCOPE_END()
