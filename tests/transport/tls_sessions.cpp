#include "transport/tls_sessions.hpp"

#include "tests/support/dsl.hpp"
#include "tests/transport/tls_pair.hpp"

#include <boost/asio/buffer.hpp>
#include <openssl/ssl.h>

#include <string>

#define CAF_SUITE tls_sessions

using namespace avatar;
using namespace std::chrono_literals;

namespace {

transport::tls_sessions::time_point now{24h};

struct resuming_pair : tests::tls_pair {
    /// Opens a connection and lets one byte through: with TLS 1.3 the server hands
    /// out its sessions after the handshake. True when an earlier one was resumed.
    bool resumes(const std::string& host) {
        connect(&sessions, host);
        char byte = 0;
        server->async_write_some(boost::asio::buffer("x", 1),
                                 [](auto ec, std::size_t) { CAF_CHECK(!ec); });
        client->async_read_some(boost::asio::buffer(&byte, 1),
                                [](auto ec, std::size_t) { CAF_CHECK(!ec); });
        run();
        CAF_CHECK_EQUAL(byte, 'x');
        return SSL_session_reused(client->native_handle()) == 1;
    }

    /// Both sides agree TLS 1.2 at most from now on.
    void without_tls_1_3() {
        for (auto* tls : {&server_tls, &client_tls})
            SSL_CTX_set_max_proto_version((*tls)->native_handle(), TLS1_2_VERSION);
    }

    transport::tls_sessions sessions{[] { return now; }};
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(tls_sessions_tests, resuming_pair)

CAF_TEST(every connection but the first resumes the session with its host) {
    CAF_CHECK(!resumes("here 443"));
    CAF_CHECK(resumes("here 443"));
    CAF_CHECK(resumes("here 443"));
}

CAF_TEST(sessions of TLS 1.2 are resumed too) {
    without_tls_1_3();
    CAF_CHECK(!resumes("here 443"));
    CAF_CHECK(resumes("here 443"));
    CAF_CHECK(resumes("here 443"));
}

CAF_TEST(a session is for one host only) {
    CAF_CHECK(!resumes("here 443"));
    CAF_CHECK(!resumes("there 443"));
    CAF_CHECK(!resumes("here 8443"));
}

CAF_TEST(a connection that broke does not spoil its session) {
    CAF_CHECK(!resumes("here 443"));
    client->next_layer().close();
    server->next_layer().close();
    CAF_CHECK(resumes("here 443"));
}

CAF_TEST(a server that knows the session no more agrees a new one) {
    CAF_CHECK(!resumes("here 443"));
    server_tls = transport::make_server_tls(tests::server_certificate, tests::server_key);
    CAF_CHECK(!resumes("here 443"));
    CAF_CHECK(resumes("here 443"));
}

CAF_TEST(the certificate is seen again after an hour of resuming) {
    CAF_CHECK(!resumes("here 443"));
    now += 59min;
    CAF_CHECK(resumes("here 443"));
    now += 2min;
    CAF_CHECK(!resumes("here 443"));
    CAF_CHECK(resumes("here 443"));
}

CAF_TEST(an hour to the moment is still within it) {
    CAF_CHECK(!resumes("here 443"));
    now += 1h;
    CAF_CHECK(resumes("here 443"));
    now += 1ns; // The certificate was not seen again meanwhile.
    CAF_CHECK(!resumes("here 443"));
}

CAF_TEST(after a failed handshake the session is offered no more) {
    CAF_CHECK(!resumes("here 443"));
    transport::tls_sessions::forget(client->native_handle());
    CAF_CHECK(!resumes("here 443"));
}

CAF_TEST_FIXTURE_SCOPE_END()
