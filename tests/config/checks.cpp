#define CAF_SUITE config_checks

#include "config/checks.hpp"

#include "caf/test/dsl.hpp"
#include "config/settings.hpp"
#include "tests/config/support.hpp"

#include <sys/resource.h>

using namespace avatar::config;
using namespace avatar::config::test;
using namespace std::chrono_literals;

namespace {

settings complete() {
    settings values;
    values.service.api_key = "secret";
    values.service.app_id = "app";
    values.service.console_endpoint = "https://console.example.com/v1/console";
    values.service.ingress_endpoint = "wss://ingress.example.com";
    values.service.avatar_id = "avatar";
    return values;
}

std::string service_error(const settings& values) {
    return error_of([&] { check_service(values); });
}

std::string consistency_error(const settings& values) {
    return error_of([&] { check_consistency(values); });
}

std::string descriptor_error(std::size_t pool_size, bool embedded_emulator) {
    return error_of([&] { check_descriptors(pool_size, embedded_emulator); });
}

rlim_t soft_limit() {
    rlimit limit{};
    getrlimit(RLIMIT_NOFILE, &limit);
    return limit.rlim_cur;
}

} // namespace

CAF_TEST(a complete service passes) {
    CAF_CHECK_EQUAL(service_error(complete()), "no error");
}

CAF_TEST(a duration of arrivals needs a rate) {
    settings values;
    values.rounds.duration = std::chrono::seconds(60);
    CAF_CHECK_EQUAL(consistency_error(values),
                    "rounds.arrival-rate is missing: expected it with rounds.duration, such as "
                    "100/s");
    values.rounds.arrival_rate = 100;
    CAF_CHECK_EQUAL(consistency_error(values), "no error");
    values.rounds.arrival_rate = 100'000;
    CAF_CHECK_EQUAL(consistency_error(values),
                    "rounds.arrival-rate for rounds.duration=1min makes 6000000 requests a round: "
                    "expected at most 1000000");
}

CAF_TEST(all that is missing is named) {
    CAF_CHECK_EQUAL(service_error(settings()),
                    "missing required environment variables: AVATAR_API_KEY, AVATAR_APP_ID, "
                    "AVATAR_CONSOLE_ENDPOINT, AVATAR_INGRESS_ENDPOINT, AVATAR_SESSION_AVATAR_ID");
    auto values = complete();
    values.service.app_id.clear();
    CAF_CHECK_EQUAL(error_of([&] { check_service(values, " (or without)"); }),
                    "missing required environment variables: AVATAR_APP_ID (or without)");
}

CAF_TEST(endpoints without a scheme or with another are named with both their names) {
    const auto starts = [](const settings& values, const std::string& front) {
        const auto text = service_error(values);
        CAF_MESSAGE(text);
        return text.starts_with(front) && text.find("expected") != std::string::npos;
    };
    for (const auto url : {"console.example.com", "ftp://example.com", "wss://example.com"}) {
        auto values = complete();
        values.service.console_endpoint = url;
        CAF_CHECK(starts(values, "AVATAR_CONSOLE_ENDPOINT (service.console-endpoint): "));
    }
    for (const auto url : {"ingress.example.com", "ftp://example.com"}) {
        auto values = complete();
        values.service.ingress_endpoint = url;
        CAF_CHECK(starts(values, "AVATAR_INGRESS_ENDPOINT (service.ingress-endpoint): "));
    }
}

CAF_TEST(secrets leave this machine encrypted unless it is allowed otherwise) {
    struct pair {
        const char* console;
        const char* ingress;
        const char* refused; // Which of the two.
    };
    const std::vector<pair> table{
        {"http://console.example.com", "wss://h", "AVATAR_CONSOLE_ENDPOINT"},
        {"HTTP://10.0.0.1/v1", "wss://h", "AVATAR_CONSOLE_ENDPOINT"},
        {"https://h", "ws://ingress.example.com", "AVATAR_INGRESS_ENDPOINT"},
        {"https://h", "http://ingress.example.com", "AVATAR_INGRESS_ENDPOINT"},
        {"http://localhost.:1", "WS://localhost.example.com", "AVATAR_INGRESS_ENDPOINT"},
        {"http://127.0.0.1:1", "ws://[::1]:2", nullptr},
    };
    for (const auto& [console, ingress, refused] : table) {
        auto values = complete();
        values.service.console_endpoint = console;
        values.service.ingress_endpoint = ingress;
        const auto text = service_error(values);
        if (refused) {
            CAF_CHECK(text.starts_with(std::string(refused) + " (service."));
            CAF_CHECK(text.ends_with("or --service.allow-plaintext=true"));
            CAF_CHECK(text.find('\n') == std::string::npos);
        } else {
            CAF_CHECK_EQUAL(text, "no error");
        }
        values.service.allow_plaintext = true;
        CAF_CHECK_EQUAL(service_error(values), "no error");
    }
}

CAF_TEST(bounds may not cross) {
    settings values;
    CAF_CHECK_EQUAL(consistency_error(values), "no error");
    values.pool.reconnect_min = values.pool.reconnect_max;
    CAF_CHECK_EQUAL(consistency_error(values), "no error");
    values.pool.reconnect_min += 1ms;
    CAF_CHECK_EQUAL(consistency_error(values),
                    "pool.reconnect-min=30001ms is longer than pool.reconnect-max=30s: expected at "
                    "most that");
}

CAF_TEST(certificate and key come together) {
    settings values;
    values.emulator.tls_certificate = "cert.pem";
    CAF_CHECK_EQUAL(consistency_error(values),
                    "emulator.tls-key is missing: expected emulator.tls-certificate and "
                    "emulator.tls-key together, or neither");
    values.emulator.tls_key = "key.pem";
    CAF_CHECK_EQUAL(consistency_error(values), "no error");
    values.emulator.tls_certificate.clear();
    CAF_CHECK_EQUAL(consistency_error(values),
                    "emulator.tls-certificate is missing: expected emulator.tls-certificate and "
                    "emulator.tls-key together, or neither");
}

CAF_TEST(the files of a certificate come together) {
    const std::string together = " is missing: expected node.certificate, node.key and "
                                 "node.authority together, or none of them";
    const auto error = [](const std::string& certificate, const std::string& key,
                          const std::string& authority) {
        settings values;
        values.node.certificate = certificate;
        values.node.key = key;
        values.node.authority = authority;
        return error_of([&] { check_consistency(values); });
    };
    CAF_CHECK_EQUAL(error("c", "k", "a"), "no error");
    CAF_CHECK_EQUAL(error("", "k", "a"), "node.certificate" + together);
    CAF_CHECK_EQUAL(error("c", "", "a"), "node.key" + together);
    CAF_CHECK_EQUAL(error("c", "k", ""), "node.authority" + together);
}

CAF_TEST(nodes beyond this machine need certificates) {
    settings values;
    const auto error = [&] { return error_of([&] { check_nodes(values); }); };
    values.node.nodes = {{"127.0.0.1", 1}, {"localhost", 2}, {"::1", 3}};
    CAF_CHECK_EQUAL(error(), "no error");
    values.node.nodes.push_back({"worker-1", 4});
    CAF_CHECK_EQUAL(error(), "nodes=worker-1:4: nodes beyond this machine need certificates: "
                             "expected node.certificate, node.key and node.authority, which "
                             "scripts/node-certificates makes");
    values.node.certificate = "c";
    CAF_CHECK_EQUAL(error(), "no error");
}

CAF_TEST(each node gets a connection) {
    settings values;
    values.node.nodes = {{"127.0.0.1", 1}, {"127.0.0.1", 2}};
    values.pool.size = 1;
    CAF_CHECK_EQUAL(error_of([&] { check_nodes(values); }),
                    "pool.size=1 is too small for 2 nodes: expected a connection for each");
    values.pool.size = 2;
    CAF_CHECK_EQUAL(error_of([&] { check_nodes(values); }), "no error");
}

CAF_TEST(one egress at most) {
    settings values;
    values.egress.livekit.url = "wss://livekit.example.com";
    CAF_CHECK_EQUAL(consistency_error(values), "no error");
    values.egress.agora.channel_name = "channel";
    CAF_CHECK_EQUAL(consistency_error(values),
                    "egress.livekit.url and egress.agora.channel-name exclude each other: expected "
                    "one egress at most");
    values.egress.livekit = {};
    CAF_CHECK_EQUAL(consistency_error(values), "no error");
}

CAF_TEST(an egress with its destination takes all its settings) {
    settings values;
    values.egress.livekit.url = "wss://livekit.example.com";
    values.egress.livekit.room_name = "room";
    values.egress.livekit.publisher_id = "avatar";
    values.egress.livekit.attributes = {{"role", "avatar"}};
    values.egress.livekit.idle_timeout = 30s;
    values.egress.livekit.api_token = "token";
    CAF_CHECK_EQUAL(consistency_error(values), "no error");
    values = {};
    values.egress.agora.channel_name = "channel";
    values.egress.agora.publisher_id = "avatar";
    values.egress.agora.uid = 7;
    values.egress.agora.token = "token";
    CAF_CHECK_EQUAL(consistency_error(values), "no error");
}

CAF_TEST(an egress without its destination is refused) {
    settings values;
    values.egress.livekit.room_name = "room";
    CAF_CHECK_EQUAL(consistency_error(values),
                    "egress.livekit.url is missing: expected it where other settings of "
                    "egress.livekit are given");
    values = {};
    values.egress.agora.token = "token"; // In the environment, for other runs.
    values.egress.livekit.api_key = "key";
    CAF_CHECK_EQUAL(consistency_error(values), "no error");
    values.egress.agora.publisher_id = "avatar";
    CAF_CHECK_EQUAL(consistency_error(values),
                    "egress.agora.channel-name is missing: expected it where other settings of "
                    "egress.agora are given");
}

CAF_TEST(no setting of an egress goes unnoticed without its destination) {
    settings values;
    values.egress.livekit.attributes = {{"role", "avatar"}};
    CAF_CHECK(consistency_error(values).starts_with("egress.livekit.url is missing"));
    values = {};
    values.egress.livekit.publisher_id = "avatar";
    CAF_CHECK(consistency_error(values).starts_with("egress.livekit.url is missing"));
    values = {};
    values.egress.livekit.idle_timeout = 1ms;
    CAF_CHECK(error_of([&] { check_egress(values.egress); }).starts_with("egress.livekit."));
    values = {};
    values.egress.livekit.idle_timeout = 1s;
    CAF_CHECK(consistency_error(values).starts_with("egress.livekit.url is missing"));
    values = {};
    values.egress.agora.uid = 1;
    CAF_CHECK(consistency_error(values).starts_with("egress.agora.channel-name is missing"));
}

CAF_TEST(with a token a key without its secret may lie around) {
    settings values;
    values.egress.livekit.url = "wss://livekit.example.com";
    values.egress.livekit.api_token = "token";
    values.egress.livekit.api_key = "key";
    CAF_CHECK_EQUAL(consistency_error(values), "no error");
}

CAF_TEST(a LiveKit key and its secret come together) {
    settings values;
    values.egress.livekit.url = "wss://livekit.example.com";
    values.egress.livekit.api_key = "key";
    CAF_CHECK_EQUAL(consistency_error(values),
                    "egress.livekit.api-secret is missing: expected key and secret together, or "
                    "egress.livekit.api-token instead of both");
    values.egress.livekit.api_secret = "secret";
    CAF_CHECK_EQUAL(consistency_error(values), "no error");
    values.egress.livekit.api_key.clear();
    CAF_CHECK_EQUAL(consistency_error(values),
                    "egress.livekit.api-key is missing: expected key and secret together, or "
                    "egress.livekit.api-token instead of both");
    values.egress.livekit.api_secret.clear();
    CAF_CHECK_EQUAL(consistency_error(values), "no error");
}

CAF_TEST(the descriptor limit is raised as far as needed and allowed and then bounds the pool) {
    const rlimit low{100, 264};
    CAF_REQUIRE_EQUAL(setrlimit(RLIMIT_NOFILE, &low), 0);
    CAF_CHECK_EQUAL(descriptor_error(36, false), "no error");
    CAF_CHECK_EQUAL(soft_limit(), 100u);
    CAF_CHECK_EQUAL(descriptor_error(37, false), "no error");
    CAF_CHECK_EQUAL(soft_limit(), 101u);
    CAF_CHECK_EQUAL(descriptor_error(200, false), "no error");
    CAF_CHECK_EQUAL(soft_limit(), 264u);
    CAF_CHECK_EQUAL(descriptor_error(201, false),
                    "pool.size=201 is too much for the limit of 264 open files (ulimit -n): "
                    "expected at most 200 (1 for each connection, 64 in reserve)");
    CAF_CHECK_EQUAL(descriptor_error(100, true), "no error");
    CAF_CHECK_EQUAL(descriptor_error(101, true),
                    "pool.size=101 is too much for the limit of 264 open files (ulimit -n): "
                    "expected at most 100 (2 for each connection, 64 in reserve)");
    CAF_CHECK_EQUAL(descriptor_error(SIZE_MAX, true),
                    "pool.size=18446744073709551615 is too much for the limit of 264 open files "
                    "(ulimit -n): expected at most 100 (2 for each connection, 64 in reserve)");
    // Lower than the reserve: no pool at all.
    for (const rlim_t limit : {64, 32}) {
        const rlimit lowest{limit, limit};
        CAF_REQUIRE_EQUAL(setrlimit(RLIMIT_NOFILE, &lowest), 0);
        for (const std::size_t size : {1, 2, 64})
            CAF_CHECK_EQUAL(descriptor_error(size, false),
                            "pool.size=" + std::to_string(size) + " is too much for the limit of " +
                                std::to_string(limit) +
                                " open files (ulimit -n): expected at most 0 (1 for each "
                                "connection, 64 in reserve)");
        CAF_CHECK_EQUAL(descriptor_error(0, false), "no error");
    }
}
