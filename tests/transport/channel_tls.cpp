#include "tests/support/certificates.hpp"
#include "tests/transport/channel_fixture.hpp"

#define CAF_SUITE channel_tls

using namespace avatar;
using tests::code;

namespace {

tests::service_script with(const std::string& certificate, const std::string& key) {
    tests::service_script script;
    script.tls = transport::make_server_tls(certificate, key);
    return script;
}

} // namespace

CAF_TEST_FIXTURE_SCOPE(channel_tls_tests, tests::channel_fixture)

CAF_TEST(carries requests over TLS when the certificate is trusted) {
    tests::local_service service(with(tests::server_certificate, tests::server_key));
    auto settings = settings_for(service);
    settings.service.ca_file = tests::ca_file;
    open(settings);
    next<channel_opened>();
    channel->send("r-1", audio_clip(std::string(700'000, 'a')));
    CAF_CHECK_EQUAL(next<exchange_finished>().frames, 3u);
    channel->close(leave::normally);
    CAF_CHECK(!next<channel_closed>().failure);
}

CAF_TEST(what ended a session is told though the service goes on talking) {
    auto script = with(tests::server_certificate, tests::server_key);
    script.request = [](transport::peer& peer, const protocol::message&) {
        peer.send(std::make_shared<const std::string>(std::string(500'000, 'x')));
    };
    tests::local_service service(std::move(script));
    auto settings = settings_for(service);
    settings.service.ca_file = tests::ca_file;
    settings.service.max_message_size = 1000;
    open(settings);
    next<channel_opened>();
    channel->send("r-1", audio_clip("a"));
    CAF_CHECK_EQUAL(describe(next<channel_closed>().failure),
                    "protocolError: message larger than 1000 bytes (service.max-message-size)");
}

CAF_TEST(verifies the host name and sends it) {
    tests::local_service service(with(tests::server_certificate, tests::server_key));
    auto settings = settings_for(service);
    settings.service.ca_file = tests::ca_file;
    const auto by_name = "https://localhost:" + std::to_string(service.port());
    settings.service.console_endpoint = by_name;
    settings.service.ingress_endpoint = by_name;
    open(settings);
    next<channel_opened>();
}

CAF_TEST(refuses a certificate of another authority) {
    tests::local_service service(with(tests::server_certificate, tests::server_key));
    auto settings = settings_for(service);
    settings.service.ca_file = tests::other_ca_file;
    open(settings);
    const auto failure = next<channel_closed>().failure;
    CAF_CHECK_EQUAL(code(failure), "connectionFailed");
    CAF_CHECK(failure.detail.starts_with("TLS handshake: certificate not trusted: "));
}

CAF_TEST(refuses a certificate for another host) {
    tests::local_service service(with(tests::other_host_certificate, tests::other_host_key));
    auto settings = settings_for(service);
    settings.service.ca_file = tests::ca_file;
    open(settings);
    const auto failure = next<channel_closed>().failure;
    CAF_CHECK_EQUAL(failure.detail, "TLS handshake: certificate not trusted: IP address mismatch");
}

CAF_TEST(refuses a service whose certificate the system does not know) {
    tests::local_service service(with(tests::server_certificate, tests::server_key));
    open(settings_for(service));
    CAF_CHECK_EQUAL(code(next<channel_closed>().failure), "connectionFailed");
}

CAF_TEST(a CA file that cannot be used is told by name) {
    tests::local_service service(with(tests::server_certificate, tests::server_key));
    auto settings = settings_for(service);
    settings.service.ca_file = "/no/such/file.pem";
    try {
        open(settings);
        CAF_FAIL("accepted");
    } catch (const transport::tls_error& e) {
        CAF_CHECK(std::string(e.what()).find("\"/no/such/file.pem\"") != std::string::npos);
    }
}

CAF_TEST_FIXTURE_SCOPE_END()
