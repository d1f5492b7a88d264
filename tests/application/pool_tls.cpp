// A program without actors, and a service that is reached over TLS.
#include "tests/application/pool_fixture.hpp"
#include "tests/support/certificates.hpp"
#include "transport/tls.hpp"

#include <atomic>
#include <chrono>
#include <string>
#include <thread>
#include <vector>

#define CAF_SUITE application_pool_tls
#include "caf/test/dsl.hpp"

using namespace avatar;
using namespace avatar::tests;
using namespace std::chrono_literals;

namespace {

/// An emulator with a certificate for localhost and 127.0.0.1.
config::emulator_settings over_tls() {
    auto values = pool_fixture::fast();
    values.tls_certificate = server_certificate;
    values.tls_key = server_key;
    return values;
}

/// A pool of that service, all of whose connections are encrypted.
config::settings trusting(const std::string& ca, const pool_fixture& service,
                          std::size_t size = 1) {
    auto settings = service.settings(size);
    settings.service.allow_plaintext = false;
    settings.service.ca_file = ca;
    return settings;
}

/// Why no pool could be made with these settings.
protocol::failure failure_of_opening(config::settings settings) {
    settings.service.connect_timeout = 10min; // Whatever is told sooner was not that.
    const auto begun = std::chrono::steady_clock::now();
    try {
        application::pool pool(settings);
    } catch (const application::pool_error& e) {
        CAF_CHECK(std::chrono::steady_clock::now() - begun < 1min);
        return e.why();
    }
    return {};
}

/// Every frame as it came.
std::vector<std::string> frames_of(application::any_animation& animation) {
    std::vector<std::string> all;
    while (const auto frame = animation.next())
        all.emplace_back(*frame);
    return all;
}

} // namespace

CAF_TEST(clips and speech bring frames over TLS) {
    const pool_fixture service(over_tls());
    application::pool pool(trusting(ca_file, service));
    auto clip = pool.animate(audio_clip(silence(32'000)));
    CAF_CHECK_EQUAL(frames_of(clip).size(), 10u);
    CAF_CHECK(clip.wait().ok());

    auto speech = pool.speak();
    for (int i = 0; i < 10; ++i)
        CAF_CHECK(speech.write(silence(3'200)));
    speech.finish();
    const auto frames = frames_of(speech);
    const auto& result = speech.wait();
    CAF_CHECK(result.ok());
    CAF_CHECK(result.streamed);
    CAF_CHECK_EQUAL(frames.size(), 10u);
    std::size_t bytes = 0;
    for (const auto& frame : frames)
        bytes += frame.size();
    CAF_CHECK_EQUAL(bytes, result.bytes);
}

CAF_TEST(the turns of a conversation run on one session over TLS) {
    const pool_fixture service(over_tls());
    application::pool pool(trusting(ca_file, service, 2));
    auto session = pool.acquire(30s);
    for (int turn = 0; turn < 3; ++turn) {
        auto clip = session.animate(audio_clip(silence(3'200)));
        CAF_CHECK(clip.wait().ok());
        CAF_CHECK_EQUAL(clip.wait().connection_id, session.connection_id());
    }
    auto cut = session.speak();
    cut.write(silence(3'200));
    cut.cancel();
    CAF_CHECK(cut.wait().interrupted());
    auto speech = session.speak();
    speech.write(silence(3'200));
    speech.finish();
    CAF_CHECK(speech.wait().ok());
    CAF_CHECK_EQUAL(speech.wait().connection_id, session.connection_id());
}

CAF_TEST(threads share a pool whose sessions are over TLS on several threads) {
    const pool_fixture service(over_tls());
    auto settings = trusting(ca_file, service, 6);
    settings.runtime.threads = 2;
    application::pool pool(settings);
    std::atomic<int> ok = 0;
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i)
        threads.emplace_back([&] {
            for (int request = 0; request < 10; ++request)
                ok += pool.animate(audio_clip(silence(32'000))).wait().ok() ? 1 : 0;
        });
    for (auto& thread : threads)
        thread.join();
    CAF_CHECK_EQUAL(ok, 40);
    const auto now = pool.status();
    CAF_CHECK_EQUAL(now.served, 40u);
    CAF_CHECK_EQUAL(now.connections.size(), 6u);
}

CAF_TEST(a certificate of another authority leaves a pool without a session) {
    const pool_fixture service(over_tls());
    for (const std::size_t size : {std::size_t{1}, std::size_t{5}}) {
        const auto why = failure_of_opening(trusting(other_ca_file, service, size));
        CAF_CHECK_EQUAL(to_string(why.code), "connectionFailed");
        CAF_CHECK_EQUAL(to_string(why.phase), "session_token"); // No secret has gone out yet.
        CAF_CHECK(why.detail.starts_with("TLS handshake: certificate not trusted: "));
    }
}

CAF_TEST(without a CA file the certificates of the system count) {
    const pool_fixture service(over_tls());
    const auto why = failure_of_opening(trusting("", service));
    CAF_CHECK_EQUAL(to_string(why.code), "connectionFailed");
    CAF_CHECK(why.detail.starts_with("TLS handshake: certificate not trusted: "));
}

CAF_TEST(a certificate for another host leaves a pool without a session) {
    auto elsewhere = over_tls();
    elsewhere.tls_certificate = other_host_certificate;
    elsewhere.tls_key = other_host_key;
    const pool_fixture service(elsewhere);
    const auto why = failure_of_opening(trusting(ca_file, service));
    CAF_CHECK_EQUAL(to_string(why.code), "connectionFailed");
    CAF_CHECK_EQUAL(why.detail, "TLS handshake: certificate not trusted: IP address mismatch");
}

CAF_TEST(a CA file that cannot be used is refused before anything opens) {
    const pool_fixture service(over_tls());
    try {
        application::pool pool(trusting("/no/such/file.pem", service));
        CAF_FAIL("accepted");
    } catch (const transport::tls_error& e) {
        CAF_CHECK(std::string(e.what()).find("\"/no/such/file.pem\"") != std::string::npos);
    }
}
