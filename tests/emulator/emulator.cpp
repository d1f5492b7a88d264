#include "emulator/emulator.hpp"

#include "protocol/endpoint.hpp"
#include "transport/server.hpp"

#include <boost/asio/io_context.hpp>

#include <string>

#define CAF_SUITE emulator
#include "caf/test/dsl.hpp"

using avatar::config::emulator_settings;

namespace {

emulator_settings at_address(std::string address) {
    emulator_settings settings;
    settings.address = std::move(address);
    return settings;
}

emulator_settings at_port(std::uint16_t port) {
    emulator_settings settings;
    settings.port = port;
    return settings;
}

emulator_settings with_tls(std::string certificate, std::string key) {
    emulator_settings settings;
    settings.tls_certificate = std::move(certificate);
    settings.tls_key = std::move(key);
    return settings;
}

/// The text of the error that starting with these settings ends in.
std::string error_of(const emulator_settings& settings) {
    boost::asio::io_context io;
    try {
        avatar::emulator::emulator started(io, settings);
    } catch (const std::exception& e) {
        return e.what();
    }
    return "no error";
}

} // namespace

CAF_TEST(the endpoints name the port that was taken) {
    boost::asio::io_context io;
    avatar::emulator::emulator started(io, emulator_settings());
    const auto base = "http://127.0.0.1:" + std::to_string(started.port());
    CAF_CHECK_NOT_EQUAL(started.port(), 0);
    CAF_CHECK_EQUAL(started.console_endpoint(), base + "/v1/console");
    CAF_CHECK_EQUAL(started.ingress_endpoint(), base + "/v1/ingress");
}

CAF_TEST(an IPv6 address is in brackets) {
    boost::asio::io_context io;
    avatar::emulator::emulator started(io, at_address("::1"));
    CAF_CHECK_EQUAL(started.console_endpoint(),
                    "http://[::1]:" + std::to_string(started.port()) + "/v1/console");
    CAF_CHECK_EQUAL(avatar::protocol::token_endpoint(started.console_endpoint()).host, "::1");
}

CAF_TEST(an emulator on every address is reached by loopback) {
    boost::asio::io_context io;
    avatar::emulator::emulator started(io, at_address("0.0.0.0"));
    CAF_CHECK_EQUAL(started.ingress_endpoint(),
                    "http://127.0.0.1:" + std::to_string(started.port()) + "/v1/ingress");
}

CAF_TEST(the export lines point a client at it) {
    boost::asio::io_context io;
    avatar::emulator::emulator started(io, emulator_settings());
    const auto port = std::to_string(started.port());
    CAF_CHECK_EQUAL(export_lines(started),
                    "export AVATAR_API_KEY=\"emulator-api-key\"\n"
                    "export AVATAR_APP_ID=\"emulator-app\"\n"
                    "export AVATAR_CONSOLE_ENDPOINT=\"http://127.0.0.1:" +
                        port +
                        "/v1/console\"\n"
                        "export AVATAR_INGRESS_ENDPOINT=\"http://127.0.0.1:" +
                        port +
                        "/v1/ingress\"\n"
                        "export AVATAR_SESSION_AVATAR_ID=\"emulator-avatar\"\n");
}

CAF_TEST(a certificate without a key and a key without a certificate are errors) {
    CAF_CHECK_EQUAL(error_of(with_tls("cert.pem", "")),
                    "emulator.tls-key is missing: expected emulator.tls-certificate and "
                    "emulator.tls-key together, or neither");
    CAF_CHECK_EQUAL(error_of(with_tls("", "key.pem")),
                    "emulator.tls-certificate is missing: expected emulator.tls-certificate and "
                    "emulator.tls-key together, or neither");
}

CAF_TEST(a certificate that cannot be read is an error that names it) {
    const auto error = error_of(with_tls("no-such-file.pem", "neither.pem"));
    CAF_CHECK_NOT_EQUAL(error.find("no-such-file.pem"), std::string::npos);
    CAF_CHECK_EQUAL(error.find('\n'), std::string::npos);
}

CAF_TEST(a port that is taken is an error that names it) {
    boost::asio::io_context io;
    avatar::emulator::emulator first(io, emulator_settings());
    const auto port = first.port();
    const auto error = error_of(at_port(port));
    CAF_CHECK_NOT_EQUAL(error.find("127.0.0.1:" + std::to_string(port)), std::string::npos);
    CAF_CHECK_EQUAL(error.find('\n'), std::string::npos);
}

CAF_TEST(a stopped emulator leaves its io_context nothing to do) {
    boost::asio::io_context io;
    avatar::emulator::emulator started(io, emulator_settings());
    started.stop();
    io.run();
    CAF_CHECK(io.stopped());
}
