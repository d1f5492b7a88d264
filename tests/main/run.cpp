#include "tests/main/binary.hpp"
#include "tests/support/certificates.hpp"

#include <nlohmann/json.hpp>

#include <regex>

#define CAF_SUITE run

using namespace avatar;
using namespace avatar::tests;

namespace {

/// The report with every figure that differs from run to run replaced.
std::string without_figures(std::string text) {
    text = std::regex_replace(text, std::regex("[A-Za-z0-9_-]{20}\\.\\.\\."), "ID...");
    text = std::regex_replace(text, std::regex("=[0-9a-f-]{36}\\)"), "=ID)");
    text = std::regex_replace(text, std::regex("[0-9]+\\.[0-9]+"), "#");
    // Which connection is free first is a matter of chance.
    text = std::regex_replace(text, std::regex("ID\\.\\.\\.: [0-9]+ "), "ID...: N ");
    return std::regex_replace(text, std::regex(" +\n"), "\n");
}

} // namespace

CAF_TEST(prints the report of the seed line for line) {
    const auto result = run_binary(quick_run());
    CAF_CHECK_EQUAL(result.code, 0);
    check_contains(result.err, "Running against the embedded emulator at http://127.0.0.1:");
    auto text = without_figures(result.out);
    // Which connection opens first is a matter of chance, too.
    text = std::regex_replace(text, std::regex("Connection [01]: OK"), "Connection N: OK");
    text = std::regex_replace(text, std::regex("#( *)#( *)3 "), "# # 3 ");
    CAF_CHECK_EQUAL(text.substr(text.find("Initializing")),
                    R"(Initializing connection pool with 2 connections...
  Connection N: OK (connection_id=ID)
  Connection N: OK (connection_id=ID)
Pool initialized with 2/2 connections

============================================================
STARTING MULTI-ROUND TEST
============================================================
Rounds: 2
Requests per round: 3
Interval between rounds: 10ms
Expected total duration: ~# minutes
Pool size: 2 connections
============================================================

[Round 1/2] (elapsed: #s, pool: 2/2 available)
  Completed: 3 OK, 0 FAILED in #ms
  Waiting 10ms until next round...

[Round 2/2] (elapsed: #s, pool: 2/2 available)
  Completed: 3 OK, 0 FAILED in #ms

============================================================
MULTI-ROUND TEST COMPLETE
Total duration: #s (# minutes)
============================================================

============================================================
MULTI-ROUND SUMMARY
============================================================

Overall Statistics:
  Total rounds: 2
  Total requests: 6
  Successful: 6 (#%)
  Failed: 0 (#%)

Request Performance:
  Avg duration: #ms
  Min duration: #ms
  Max duration: #ms
  Avg frames: #
  p50 duration: #ms
  p95 duration: #ms
  p99 duration: #ms
  Avg time to first frame: #ms
  p50 time to first frame: #ms
  p95 time to first frame: #ms
  p99 time to first frame: #ms

Per-Round Breakdown:
  Round  Time(s)    Duration(ms)   OK     FAIL
  ------ ---------- -------------- ------ ------
  1      # # 3      0
  2      # # 3      0

Connection Usage Distribution:
  ID...: N requests (#%)
  ID...: N requests (#%)

Final Pool Statistics:
  Total requests served: 6
  Connections in pool: 2
  Connection ID...: N requests, age: #s (# min)
  Connection ID...: N requests, age: #s (# min)
  Connected time: # session-seconds

Closing connection pool...
Connection pool closed
)");
}

CAF_TEST(a pipe gets no escape codes and no live line) {
    const auto result = run_binary(quick_run());
    CAF_CHECK(!contains(result.out, "\x1b"));
    CAF_CHECK(!contains(result.out, "\r"));
}

CAF_TEST(a terminal gets one live line that the report takes the place of) {
    const auto command = quick_run_in_words({"--emulator.first-frame=0.5"});
    // util-linux's script gives its child a terminal.
    process shell("/usr/bin/script", {"-qefc", command, "/dev/null"}, {{"TERM", "xterm"}});
    CAF_CHECK_EQUAL(shell.wait(), 0);
    check_contains(shell.out(), "Round 1/2: 0/3 done");
    check_contains(shell.out(), "\x1b[");
    check_contains(shell.out(), "  Completed: 3 OK, 0 FAILED in ");
}

CAF_TEST(options go before the subcommand as well) {
    auto all = quick_run();
    std::rotate(all.begin(), all.begin() + 1, all.end());
    CAF_CHECK_EQUAL(run_binary(all).code, 0);
}

CAF_TEST(runs over TLS against an emulator of its own) {
    const auto result =
        run_binary(quick_run({"--emulator.tls-certificate=" + server_certificate,
                              "--emulator.tls-key=" + server_key, "--service.ca-file=" + ca_file}));
    CAF_CHECK_EQUAL(result.code, 0);
    check_contains(result.err, "https://127.0.0.1:");
    check_contains(result.out, "Pool initialized with 2/2 connections");
}

CAF_TEST(runs against the service the environment names) {
    local_service service;
    const auto result =
        run_binary({"run", "--pool.size=2", "--rounds.count=1"}, pointing_at(service));
    CAF_CHECK_EQUAL(result.code, 0);
    check_contains(result.out, "  Connection 0: OK (connection_id=connection-1)");
    check_contains(result.out, "  Completed: 5 OK, 0 FAILED in ");
}

CAF_TEST(the JSON report holds the figures of the text) {
    scratch_folder folder;
    const auto file = folder.path("report.json");
    CAF_CHECK_EQUAL(run_binary(quick_run({"--report.json=" + file})).code, 0);
    const auto json = nlohmann::json::parse(content_of(file), nullptr, false);
    CAF_REQUIRE(!json.is_discarded());
    CAF_CHECK_EQUAL(json.at("schema").get<int>(), 1);
    CAF_CHECK_EQUAL(json.at("requests").at("ok").get<int>(), 6);
    CAF_CHECK_EQUAL(json.at("rounds").size(), 2u);
    CAF_CHECK_EQUAL(json.at("pool").at("connections").size(), 2u);
    CAF_CHECK(!contains(content_of(file), "emulator-api-key"));
}

CAF_TEST(failed requests are told in words and make the exit code 1) {
    service_script script;
    script.request = [](transport::peer& peer, const protocol::message& message) {
        const auto& audio = std::get<protocol::audio_input>(message);
        send(peer, protocol::server_error{"connection-1", audio.req_id, 3, "no such voice"});
    };
    local_service service(std::move(script));
    const auto result =
        run_binary({"run", "--pool.size=1", "--rounds.count=1"}, pointing_at(service));
    CAF_CHECK_EQUAL(result.code, 1);
    check_contains(result.out, "  Completed: 0 OK, 5 FAILED in ");
    check_contains(result.out, "    ERROR: invalidRequest");
    check_contains(result.out, "  Failed: 5 (100.0%)");
}

CAF_TEST(a request over its timeout fails and its connection is replaced) {
    service_script script;
    script.request = [](transport::peer&, const protocol::message&) {};
    local_service service(std::move(script));
    const auto result =
        run_binary({"run", "--pool.size=1", "--rounds.count=1", "--rounds.concurrency=2",
                    "--pool.request-timeout=100ms", "--pool.late-timeout=100ms"},
                   pointing_at(service));
    CAF_CHECK_EQUAL(result.code, 1);
    check_contains(result.out, "    ERROR: request timed out after 100ms");
    check_contains(result.out, "  Completed: 0 OK, 2 FAILED in ");
}

CAF_TEST(connections that are all closed in the middle of a request do close) {
    // Each service's last frame comes with its answer to the close.
    const auto result = run_binary({"run", "--emulator", "--pool.size=200", "--rounds.count=1",
                                    "--rounds.concurrency=200", "--rounds.interrupt-after=500ms"});
    CAF_CHECK_EQUAL(result.code, 0);
    check_contains(result.out, "Connection pool closed\n");
}

CAF_TEST(requests that wait too long are told so) {
    service_script script;
    script.request = [](transport::peer&, const protocol::message&) {};
    local_service service(std::move(script));
    const auto result =
        run_binary({"run", "--pool.size=1", "--rounds.count=1", "--rounds.concurrency=2",
                    "--pool.request-timeout=400ms", "--pool.borrow-timeout=100ms"},
                   pointing_at(service));
    check_contains(result.out,
                   "    ERROR: timed out waiting for available connection (waited 100ms)");
}

CAF_TEST(a clip of the users own is sent) {
    scratch_folder folder;
    const auto file = folder.file("speech.pcm", std::string(3200, 'a'));
    const auto result = run_binary(quick_run({"--audio.file=" + file}));
    CAF_CHECK_EQUAL(result.code, 0);
    check_contains(result.out, "Loaded audio file: 3200 bytes\n");
}

CAF_TEST(says its version and helps) {
    const auto version = run_binary({"--version"});
    CAF_CHECK_EQUAL(version.code, 0);
    CAF_CHECK(version.out.starts_with("avatar-pool "));
    const auto help = run_binary({"--help"});
    CAF_CHECK_EQUAL(help.code, 0);
    for (auto part : {"--pool.size", "--service.ca-file", "AVATAR_API_KEY", "--emulator.port"})
        check_contains(help.out, part);
}

CAF_TEST(a JSON report that is lost makes the exit code 1) {
    // By an open descriptor: an error in the program must not replace the device.
    const auto command = quick_run_in_words({"--report.json=/dev/fd/3"}) + " 3> /dev/full";
    process shell("/bin/sh", {"-c", command});
    CAF_CHECK_EQUAL(shell.wait(), 1);
    check_contains(shell.out(), "Connection pool closed");
    check_contains(shell.err(), "/dev/fd/3");
    check_contains(shell.err(), "No space left on device");
}

CAF_TEST(a report that cannot be written to standard output makes the exit code 1) {
    process shell("/bin/sh", {"-c", quick_run_in_words() + " > /dev/full"});
    CAF_CHECK_EQUAL(shell.wait(), 1);
    check_contains(shell.err(), "could not be written");
}
