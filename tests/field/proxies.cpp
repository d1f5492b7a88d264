// The program behind the reverse proxies that services stand behind.
#include "tests/field/reverse_proxy.hpp"
#include "tests/support/certificates.hpp"

#include <csignal>

#define CAF_SUITE field_proxies

using namespace avatar;
using namespace avatar::tests;
using namespace std::chrono_literals;

namespace {

arguments run_of(const arguments& more = {}) {
    return joined({"run", "--pool.size=3", "--rounds.count=3", "--rounds.concurrency=6",
                   "--rounds.interval=200ms", "--service.ca-file=" + ca_file},
                  more);
}

/// TLS in front of the service, with the proxy's usual timeouts.
std::string tls_server(const reserved_port& port, const std::string& locations) {
    return "server {\nlisten 127.0.0.1:" + port.text() + " ssl reuseport;\nssl_certificate " +
           server_certificate + ";\nssl_certificate_key " + server_key + ";\n" + locations + "}\n";
}

std::string passed_to(const service_program& service) {
    return "location / {\nproxy_pass http://127.0.0.1:" + service.port() +
           ";\nproxy_http_version 1.1;\nproxy_set_header Upgrade $http_upgrade;\n"
           "proxy_set_header Connection $http_connection;\nproxy_set_header Host $host;\n}\n";
}

std::string balanced(const reserved_port& port, const service_program& service) {
    return "global\n  maxconn 100\ndefaults\n  mode http\n  timeout connect 5s\n"
           "  timeout client 30s\n  timeout server 30s\n  timeout tunnel 1h\n"
           "frontend front\n  bind 127.0.0.1:" +
           port.text() +
           "\n  default_backend back\nbackend back\n  server one 127.0.0.1:" + service.port() +
           "\n";
}

outcome run_through(const environment& variables, const arguments& more = {}) {
    return run_binary(run_of(more), variables);
}

} // namespace

CAF_TEST(a run goes through nginx with TLS) {
    const service_program service;
    const reserved_port port;
    const auto proxy = reverse_proxy::nginx(tls_server(port, passed_to(service)), port);
    const auto end = run_through(service.variables_at("https", "localhost", port));
    CAF_CHECK_EQUAL(end.code, 0);
    check_contains(end.out, "Successful: 18 (100.0%)");
    if (end.code != 0)
        CAF_ERROR(end.out << end.err);
}

CAF_TEST(what nginx says when the service is gone is told) {
    const service_program service;
    const reserved_port port;
    const auto gone = "location / {\nproxy_pass http://127.0.0.1:1;\n}\n";
    const auto proxy = reverse_proxy::nginx(tls_server(port, gone), port);
    const auto end = run_through(service.variables_at("https", "localhost", port));
    CAF_CHECK_EQUAL(end.code, 3);
    check_contains(end.err, "HTTP 502");
}

CAF_TEST(a run goes through HAProxy) {
    const service_program service;
    const reserved_port port;
    const auto proxy = reverse_proxy::haproxy(balanced(port, service), port);
    const auto end = run_through(service.variables_at("http", "127.0.0.1", port));
    CAF_CHECK_EQUAL(end.code, 0);
    check_contains(end.out, "Successful: 18 (100.0%)");
}

CAF_TEST(a proxy that is restarted under load costs what was under way at most) {
    const service_program service;
    const reserved_port port;
    auto proxy = reverse_proxy::haproxy(balanced(port, service), port);
    process run(
        AVATAR_POOL_BINARY,
        run_of({"--rounds.count=20", "--rounds.interval=100ms", "--pool.retry-accepted=true"}),
        service.variables_at("http", "127.0.0.1", port));
    CAF_REQUIRE(run.wait_for_output("[Round 3/"));
    proxy.restart();
    CAF_CHECK_EQUAL(run.wait(), 0);
    check_contains(run.out(), "Successful: 120 (100.0%)");
}
