#include "transport/node_tls.hpp"

#include "tests/support/dsl.hpp"
#include "tests/transport/made_certificates.hpp"
#include "tests/transport/node_link_fixture.hpp"
#include "tests/transport/raw_tls_peer.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <array>
#include <csignal>
#include <memory>
#include <string>
#include <thread>
#include <utility>

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

/// A megabyte on its way over a link, from wherever it stands at each write.
struct transfer {
    transfer(transport::node_tls& from, transport::node_tls& to, char seed)
        : source(from),
          target(to),
          sent(1'000'000, '\0') {
        for (std::size_t i = 0; i < sent.size(); ++i)
            sent[i] = static_cast<char>(seed + i % 251);
    }

    bool written() const { return write_failed || at == sent.size(); }
    bool done() const { return read_failed || arrived.size() == sent.size(); }

    /// False when it has to wait.
    bool write_some() {
        if (written())
            return false;
        const auto rest = sent.substr(at, 50'000);
        std::size_t count = 0;
        const auto progress = source.write(rest.data(), rest.size(), count);
        write_failed = progress == tls_progress::failed;
        at += count;
        waits += progress == tls_progress::again ? 1 : 0;
        return progress == tls_progress::done;
    }

    bool read_some() {
        std::array<char, 3000> part{};
        std::size_t count = 0;
        read_failed = target.read(part.data(), part.size(), count) == tls_progress::failed;
        arrived.append(part.data(), count);
        return count > 0;
    }

    transport::node_tls& source;
    transport::node_tls& target;
    std::string sent;
    std::string arrived;
    std::size_t at = 0;
    int waits = 0;
    // Of one thread each, which may not be the test's own: only that one may check.
    bool write_failed = false;
    bool read_failed = false;
};

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

CAF_TEST(steps before the end of the handshake do it) {
    tests::node_link link(worker, coordinator, "worker-1");
    CAF_CHECK(!write_text(*link.connecting, "ping"));
    CAF_CHECK_EQUAL(read_text(*link.accepting), "");
    CAF_CHECK(write_text(*link.connecting, "ping"));
    CAF_CHECK_EQUAL(read_text(*link.accepting), "ping");
    CAF_CHECK_EQUAL(link.accepting->peer(), "coordinator");
    CAF_CHECK_EQUAL(link.connecting->peer(), "worker-1");
}

CAF_TEST(a megabyte goes each way at once through small buffers) {
    tests::node_link link(worker, coordinator, "worker-1");
    for (const int end : link.sockets.ends) {
        const int small = 8 * 1024;
        CAF_CHECK_EQUAL(::setsockopt(end, SOL_SOCKET, SO_SNDBUF, &small, sizeof small), 0);
    }
    transfer there{*link.connecting, *link.accepting, 't'};
    transfer back{*link.accepting, *link.connecting, 'b'};
    for (int turns = 0; turns < 10'000 && (!there.done() || !back.done()); ++turns) {
        there.write_some();
        back.write_some();
        there.read_some();
        back.read_some();
    }
    CAF_CHECK(there.arrived == there.sent);
    CAF_CHECK(back.arrived == back.sent);
    CAF_CHECK(there.waits > 0);
    CAF_CHECK(back.waits > 0);
}

CAF_TEST(a megabyte crosses loopback between threads that poll) {
    tests::socket_pair sockets(true);
    const auto accepting = worker.accept(sockets.ends[0]);
    const auto connecting = coordinator.connect(sockets.ends[1], "10.1.2.3");
    transfer there{*connecting, *accepting, 't'};
    std::thread writer([&] {
        while (!there.written())
            if (!there.write_some())
                tests::wait_for(sockets.ends[1], connecting->wants_write());
    });
    while (!there.done())
        if (!there.read_some())
            tests::wait_for(sockets.ends[0], accepting->wants_write());
    writer.join();
    CAF_CHECK(!there.write_failed && !there.read_failed);
    CAF_CHECK(there.arrived == there.sent);
    CAF_CHECK_EQUAL(accepting->error(), "");
}

CAF_TEST(what is decrypted and not read is pending) {
    tests::node_link link(worker, coordinator, "worker-1");
    link.shake_hands();
    CAF_CHECK_EQUAL(link.accepting->pending(), 0u);
    CAF_CHECK(write_text(*link.connecting, "ping"));
    CAF_CHECK_EQUAL(link.accepting->pending(), 0u);
    char byte = 0;
    std::size_t count = 0;
    CAF_CHECK(link.accepting->read(&byte, 1, count) == tls_progress::done);
    CAF_CHECK_EQUAL(count, 1u);
    CAF_CHECK_EQUAL(link.accepting->pending(), 3u);
    CAF_CHECK_EQUAL(read_text(*link.accepting), "ing");
    CAF_CHECK_EQUAL(link.accepting->pending(), 0u);
    CAF_CHECK(link.accepting->read(&byte, 1, count) == tls_progress::again);
    CAF_CHECK_EQUAL(count, 0u);
}

CAF_TEST(nothing of nothing is done at once) {
    tests::node_link link(worker, coordinator, "worker-1");
    link.shake_hands();
    std::size_t count = 1;
    CAF_CHECK(link.connecting->write("", 0, count) == tls_progress::done);
    CAF_CHECK_EQUAL(count, 0u);
    count = 1;
    CAF_CHECK(link.connecting->read(nullptr, 0, count) == tls_progress::done);
    CAF_CHECK_EQUAL(count, 0u);
}

CAF_TEST(a write that waits says so and goes on where the socket is writable) {
    tests::node_link link(worker, coordinator, "worker-1");
    link.shake_hands();
    const std::string much(64 * 1024, 'm');
    std::size_t count = 0;
    while (link.connecting->write(much.data(), much.size(), count) == tls_progress::done)
        CAF_CHECK(count > 0);
    CAF_CHECK_EQUAL(count, 0u);
    CAF_CHECK(link.connecting->wants_write());
    CAF_CHECK_EQUAL(link.connecting->error(), "");
    while (!read_text(*link.accepting).empty()) {
        // Until there is room.
    }
    const std::string moved = much + "more";
    CAF_CHECK(link.connecting->write(moved.data(), moved.size(), count) == tls_progress::done);
    CAF_CHECK(!read_text(*link.accepting).empty());
    char byte = 0;
    while (link.connecting->read(&byte, 1, count) == tls_progress::done) {
    }
    CAF_CHECK(!link.connecting->wants_write());
}

CAF_TEST(an agreed end differs from a cut) {
    for (const bool agreed : {false, true}) {
        tests::node_link link(worker, coordinator, "worker-1");
        link.shake_hands();
        CAF_CHECK(write_text(*link.connecting, "last"));
        if (agreed)
            link.connecting->close();
        link.connecting.reset();
        link.sockets.close(1);
        CAF_CHECK_EQUAL(read_text(*link.accepting), "last");
        char byte = 0;
        std::size_t count = 1;
        CAF_CHECK(link.accepting->read(&byte, 1, count) == tls_progress::failed);
        CAF_CHECK_EQUAL(count, 0u);
        const std::string error = agreed ? "the other node has closed the link"
                                         : "the connection was cut: it has ended without the "
                                           "close_notify of TLS";
        CAF_CHECK_EQUAL(link.accepting->error(), error);
        CAF_CHECK(!write_text(*link.accepting, "x")); // Whatever comes next fails.
        CAF_CHECK(link.accepting->handshake() == tls_progress::failed);
        CAF_CHECK_EQUAL(link.accepting->error(), error);
    }
}

CAF_TEST(closing where nothing is agreed or all has failed does nothing) {
    tests::node_link link(worker, coordinator, "worker-1");
    link.connecting->close();
    link.shake_hands();
    CAF_CHECK(link.agreed);
    link.sockets.close(0);
    CAF_CHECK(!write_text(*link.connecting, "x"));
    link.connecting->close();
    CAF_CHECK_EQUAL(link.connecting->error(), "connection lost: Broken pipe");
}

CAF_TEST(a connection that is gone raises no signal) {
    ::signal(SIGPIPE, SIG_DFL); // It would end this program.
    tests::node_link early(worker, coordinator, "worker-1");
    early.sockets.close(0);
    CAF_CHECK(early.connecting->handshake() == tls_progress::failed);
    CAF_CHECK_EQUAL(early.connecting->error(),
                    "the other side has closed the connection during the TLS handshake");

    tests::node_link link(worker, coordinator, "worker-1");
    link.shake_hands();
    link.sockets.close(0);
    CAF_CHECK(!write_text(*link.connecting, "x"));
    CAF_CHECK_EQUAL(link.connecting->error(), "connection lost: Broken pipe");
}

CAF_TEST(a peer that asks for new keys gets them) {
    tests::socket_pair sockets;
    const auto link = worker.accept(sockets.ends[0]);
    const auto own = tests::make_certificate({}, &authority);
    tests::raw_tls_peer other(tests::raw_tls_peer::connects, sockets.ends[1], &own);
    other.handshake();
    link->handshake();
    CAF_CHECK(other.handshake());
    CAF_CHECK(link->handshake() == tls_progress::done);
    CAF_CHECK_EQUAL(SSL_key_update(other.native_handle(), SSL_KEY_UPDATE_REQUESTED), 1);
    CAF_CHECK(other.write("ping"));
    CAF_CHECK_EQUAL(read_text(*link), "ping");
    CAF_CHECK(write_text(*link, "pong"));
    CAF_CHECK_EQUAL(other.read(), "pong");
}

CAF_TEST(no link can be resumed) {
    tests::socket_pair sockets;
    const auto link = worker.accept(sockets.ends[0]);
    const auto own = tests::make_certificate({}, &authority);
    tests::raw_tls_peer other(tests::raw_tls_peer::connects, sockets.ends[1], &own);
    other.handshake();
    link->handshake();
    CAF_CHECK(other.handshake());
    CAF_CHECK(link->handshake() == tls_progress::done);
    CAF_CHECK(write_text(*link, "ping"));
    CAF_CHECK_EQUAL(other.read(), "ping"); // Tickets would have come before it.
    CAF_CHECK_EQUAL(other.tickets(), 0);
    CAF_CHECK_EQUAL(std::string(SSL_get_version(other.native_handle())), "TLSv1.3");
}

CAF_TEST(an error that another connection left behind is no error of this one) {
    const auto leave_error = [] { ERR_raise(ERR_LIB_SSL, SSL_R_BAD_LENGTH); };
    tests::node_link link(worker, coordinator, "worker-1");
    leave_error();
    CAF_CHECK(link.connecting->handshake() == tls_progress::again);
    leave_error();
    CAF_CHECK(link.accepting->handshake() == tls_progress::again);
    link.shake_hands();
    leave_error();
    CAF_CHECK_EQUAL(read_text(*link.accepting), "");
    CAF_CHECK_EQUAL(link.accepting->error(), "");
    link.connecting->close();
    CAF_CHECK_EQUAL(read_text(*link.accepting), "");
    CAF_CHECK_EQUAL(ERR_peek_error(), 0u); // And it leaves none.
}

CAF_TEST(a link outlives the credentials that made it) {
    auto own = std::make_unique<node_credentials>(files_of("third", "DNS:third"));
    const auto copy = std::make_unique<node_credentials>(*own);
    tests::node_link link(*own, *copy, "third");
    own.reset();
    link.shake_hands();
    CAF_CHECK(link.agreed);
    CAF_CHECK_EQUAL(link.accepting->peer(), "third");
}

CAF_TEST(the name of a peer is its first DNS name or address or its common name) {
    for (const auto& [names, expected] : {std::pair{"IP:10.1.1.1,DNS:b,DNS:a", "b"},
                                          {"IP:fd00::7", "fd00::7"},
                                          {"IP:10.1.1.1", "10.1.1.1"},
                                          {"email:a@example.org", "node"},
                                          {"", "node"}}) {
        const node_credentials named(files_of("named", names));
        tests::node_link link(worker, named, "worker-1");
        link.shake_hands();
        CAF_CHECK_EQUAL(link.accepting->peer(), expected);
    }
}

CAF_TEST_FIXTURE_SCOPE_END()
