#include "tests/support/certificates.hpp"
#include "tests/transport/channel_fixture.hpp"

#include <boost/asio/ssl/context.hpp>
#include <openssl/ssl.h>

#include <atomic>

#define CAF_SUITE channel_tls

using namespace avatar;
using tests::code;

namespace {

tests::service_script with(const std::string& certificate, const std::string& key) {
    tests::service_script script;
    script.tls = transport::make_server_tls(certificate, key);
    return script;
}

/// What a client said in the first message of its TLS handshake.
struct hello {
    std::string name;     // Server name indication; empty: none.
    bool resumes = false; // Offers an earlier session.
};

/// Notes the clients' hellos, and refuses them on demand. To outlive the service.
struct doorkeeper {
    explicit doorkeeper(tests::service_script& of) {
        SSL_CTX_set_client_hello_cb(of.tls->native_handle(), on_hello, this);
    }

    static int on_hello(SSL* ssl, int* alert, void* self) {
        auto& door = *static_cast<doorkeeper*>(self);
        hello said;
        const unsigned char* data = nullptr;
        std::size_t size = 0;
        if (SSL_client_hello_get0_ext(ssl, TLSEXT_TYPE_psk, &data, &size) == 1)
            said.resumes = true;
        // RFC 6066, section 3: lengths of the list, a type, the length of the name.
        if (SSL_client_hello_get0_ext(ssl, TLSEXT_TYPE_server_name, &data, &size) == 1 && size > 5)
            said.name.assign(reinterpret_cast<const char*>(data) + 5, size - 5);
        door.heard.put(said);
        *alert = SSL_AD_INTERNAL_ERROR;
        return door.refuses ? SSL_CLIENT_HELLO_ERROR : SSL_CLIENT_HELLO_SUCCESS;
    }

    tests::inbox<hello> heard;
    std::atomic<bool> refuses = false;
};

struct channel_tls_fixture : tests::channel_fixture {
    transport::channel_settings trusting(const std::string& console, const std::string& ingress) {
        auto settings = settings_for(tests::local_service());
        settings.service.ca_file = tests::ca_file;
        settings.service.console_endpoint = console;
        settings.service.ingress_endpoint = ingress;
        return settings;
    }

    /// Another channel of the same factory: they share their TLS sessions.
    void open_from(const transport::channel_factory& make) {
        channel = make([this](channel_event event) { events.put(std::move(event)); });
        channel->open();
    }

    void close() {
        channel->close(close_reason::normal);
        CAF_CHECK(!next<channel_closed>().failure);
    }

    hello next_hello(doorkeeper& of) {
        auto said = of.heard.take();
        CAF_REQUIRE(said.has_value());
        return *said;
    }
};

std::string at(const std::string& host, const tests::local_service& service) {
    return "https://" + host + ":" + std::to_string(service.port());
}

} // namespace

CAF_TEST_FIXTURE_SCOPE(channel_tls_tests, channel_tls_fixture)

CAF_TEST(carries requests over TLS when the certificate is trusted) {
    tests::local_service service(with(tests::server_certificate, tests::server_key));
    auto settings = settings_for(service);
    settings.service.ca_file = tests::ca_file;
    open(settings);
    next<channel_opened>();
    channel->send("r-1", audio_clip(std::string(700'000, 'a')));
    CAF_CHECK_EQUAL(next<exchange_finished>().frames, 3u);
    channel->close(close_reason::normal);
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
    settings.service.max_message_size = 1024;
    open(settings);
    next<channel_opened>();
    channel->send("r-1", audio_clip("a"));
    CAF_CHECK_EQUAL(describe(next<channel_closed>().failure),
                    "protocolError: message larger than 1024 bytes (service.max-message-size)");
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

CAF_TEST(refuses a certificate for another name at console and ingress) {
    const std::string problem = "TLS handshake: certificate not trusted: hostname mismatch";
    tests::local_service wrong(with(tests::other_host_certificate, tests::other_host_key));
    tests::local_service right(with(tests::server_certificate, tests::server_key));
    open(trusting(at("localhost", wrong), at("localhost", right)));
    CAF_CHECK_EQUAL(next<channel_closed>().failure.detail, problem);
    open(trusting(at("localhost", right), at("localhost", wrong)));
    CAF_CHECK_EQUAL(next<channel_closed>().failure.detail, problem);
}

CAF_TEST(tells the server its name but never an address) {
    auto script = with(tests::server_certificate, tests::server_key);
    doorkeeper door(script);
    tests::local_service service(std::move(script));
    open(trusting(at("localhost", service), at("127.0.0.1", service)));
    next<channel_opened>();
    CAF_CHECK_EQUAL(next_hello(door).name, "localhost");
    CAF_CHECK_EQUAL(next_hello(door).name, "");
}

CAF_TEST(a session is offered to the host and port that it was agreed with) {
    auto one_script = with(tests::server_certificate, tests::server_key);
    auto other_script = with(tests::server_certificate, tests::server_key);
    doorkeeper one_door(one_script);
    doorkeeper other_door(other_script);
    tests::local_service one(std::move(one_script));
    tests::local_service other(std::move(other_script));
    open(trusting(at("localhost", one), at("localhost", one)));
    next<channel_opened>();
    CAF_CHECK(!next_hello(one_door).resumes);
    CAF_CHECK(next_hello(one_door).resumes);
    close();
    // Another port, ...
    open(trusting(at("localhost", one), at("localhost", other)));
    next<channel_opened>();
    CAF_CHECK(!next_hello(one_door).resumes);
    CAF_CHECK(!next_hello(other_door).resumes);
    close();
    // ... and another host.
    open(trusting(at("localhost", one), at("127.0.0.1", one)));
    next<channel_opened>();
    CAF_CHECK(!next_hello(one_door).resumes);
    CAF_CHECK(!next_hello(one_door).resumes);
}

CAF_TEST(a session that was refused is not offered again) {
    auto script = with(tests::server_certificate, tests::server_key);
    doorkeeper door(script);
    tests::local_service service(std::move(script));
    const auto by_name = at("localhost", service);
    const auto make = transport::make_avatar_channels(io, trusting(by_name, by_name));
    open_from(make);
    next<channel_opened>();
    CAF_CHECK(!next_hello(door).resumes);
    CAF_CHECK(next_hello(door).resumes);
    close();

    door.refuses = true;
    open_from(make);
    CAF_CHECK_EQUAL(code(next<channel_closed>().failure), "connectionFailed");
    CAF_CHECK(next_hello(door).resumes);

    door.refuses = false;
    open_from(make);
    next<channel_opened>();
    CAF_CHECK(!next_hello(door).resumes);
}

CAF_TEST(sessions that open in turn share one connection to the console) {
    auto console_script = with(tests::server_certificate, tests::server_key);
    doorkeeper console_door(console_script);
    std::atomic<int> tokens = 0;
    console_script.token = [&](const transport::http_request&) {
        ++tokens;
        return transport::http_reply{200, protocol::token_response("token-1")};
    };
    tests::local_service console(std::move(console_script));
    tests::local_service ingress(with(tests::server_certificate, tests::server_key));
    auto settings = trusting(at("localhost", console), at("localhost", ingress));
    settings.service.max_opening = 1;
    open_twenty(settings);
    CAF_CHECK_EQUAL(tokens, 20);
    next_hello(console_door);
    CAF_CHECK(!console_door.heard.take(std::chrono::seconds(0)));
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

CAF_TEST(a host is verified in whichever form it is written) {
    auto script = with(tests::server_certificate, tests::server_key);
    doorkeeper door(script);
    tests::local_service service(std::move(script));
    open(trusting(at("LocalHost.", service), at("127.1", service)));
    next<channel_opened>();
    CAF_CHECK_EQUAL(next_hello(door).name, "LocalHost");
    CAF_CHECK_EQUAL(next_hello(door).name, "");
    close();
}

CAF_TEST_FIXTURE_SCOPE_END()
