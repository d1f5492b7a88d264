#include "tests/main/binary.hpp"

#define CAF_SUITE every_error

using namespace avatar;
using namespace avatar::tests;

namespace {

/// One request on an emulator that meets it with the errors of the shipped scenario.
outcome run_with(const std::string& setting) {
    return run_binary({"run", "--emulator", "--pool.size=1", "--rounds.count=1",
                       "--rounds.concurrency=1", "--emulator.first-frame=0",
                       "--emulator.frame-interval=1ms", "--emulator.scenario=" SCENARIO_FILE,
                       setting});
}

/// What an avatar of the scenario makes a run say, and its exit code.
struct row {
    std::string avatar;
    int code;
    std::string said;
};

} // namespace

CAF_TEST(every error of a session is named in the report) {
    for (const auto& [avatar, code, said] : std::vector<row>{
             {"sessionTokenExpired", 3, "sessionTokenExpired (HTTP 401): Session token expired"},
             {"sessionTokenInvalid", 3, "sessionTokenInvalid (HTTP 400): Invalid session token"},
             {"appIDUnrecognized", 3, "appIDUnrecognized (HTTP 404): App ID unrecognized"},
             {"appIDMismatch", 3, "appIDMismatch (HTTP 400): App ID mismatch"},
             {"avatarNotFound", 3, "avatarNotFound (HTTP 404): Avatar not found: avatarNotFound"},
             {"billingRequired", 3, "billingRequired (HTTP 402): Session denied"},
             {"creditsExhausted", 3, "creditsExhausted (server code 4001): credits exhausted"},
             {"sessionDurationExceeded", 1,
              "sessionDurationExceeded (server code 4002): session time limit reached"},
             {"concurrencyLimit", 3,
              "concurrencyLimit (server code 4003): concurrent session limit reached"},
             {"creditsExhausted-closed", 1,
              "creditsExhausted (close code 4001): closed by the service: credits exhausted"},
             {"sessionDurationExceeded-closed", 1,
              "sessionDurationExceeded (close code 4002): closed by the service: session time "
              "limit reached"},
             {"concurrencyLimit-closed", 3,
              "concurrencyLimit (close code 4003): closed by the service: concurrent session "
              "limit reached"},
             {"sessionTokenInvalid-closed", 3,
              "sessionTokenInvalid (close code 4010): closed by the service: session token "
              "revoked"},
             {"upstreamError-closed", 1,
              "upstreamError (close code 4503): closed by the service: driver is gone"},
             {"rateLimited", 3, "rateLimited (HTTP 429): Too many requests"},
             {"unsupportedSampleRate", 3,
              "unsupportedSampleRate (server code 2): unsupported sample rate: 16000"},
             {"invalidEgressConfig", 3, "invalidEgressConfig (server code 16): unauthorized"},
             {"egressUnavailable", 3,
              "egressUnavailable (server code 14): failed to create egress connection"},
             {"idleTimeout", 1, "idleTimeout (server code 4): livekit silence timeout"},
             {"upstreamError", 1,
              "upstreamError (server code 13): driven server returned non-200 status code: 503"},
             {"invalidRequest", 1, "invalidRequest (server code 3): audio input is too loud"},
             {"connectionClosed", 1,
              "connectionClosed (close code 1011): closed by the service: worker restarted"},
             {"connectionReset", 1, "connectionClosed: "},
             {"protocolError", 3, "protocolError: text frame instead of a binary one"},
             {"protocolError-garbage", 3, "protocolError: message that is no valid protobuf"},
             {"protocolError-empty-id", 3, "protocolError: confirmation without a connection id"},
             {"protocolError-unexpected", 3,
              "protocolError: unexpected message instead of the confirmation"},
             {"protocolError-later", 1, "protocolError: message that is no valid protobuf"},
             {"serverError", 1, "serverError (server code 13): internal error"},
             {"serverError-upgrade", 3, "serverError (HTTP 503)"},
         }) {
        const auto result = run_with("--emulator.avatars=" + avatar);
        CAF_CHECK_EQUAL(result.code, code);
        check_contains(result.out, said);
    }
}

CAF_TEST(errors of the console are named in the report) {
    const auto odd = run_with("--emulator.accounts=unknown:app");
    CAF_CHECK_EQUAL(odd.code, 3);
    check_contains(odd.err, "unknown (HTTP 200): Odd: Mercury is retrograde");
    const auto down = run_with("--emulator.accounts=serverError:app");
    CAF_CHECK_EQUAL(down.code, 3);
    check_contains(down.err, "serverError (HTTP 500): token store is down");
}

CAF_TEST(a scenario that cannot be used ends the run before it begins) {
    const scratch_folder folder;
    const auto file = folder.file("odd.json", "{\"faults\": [{\"at\": \"lunch\"}]}");
    const auto result = run_binary({"run", "--emulator", "--emulator.scenario=" + file});
    CAF_CHECK_EQUAL(result.code, 2);
    CAF_CHECK_EQUAL(result.out, "");
    CAF_CHECK_EQUAL(result.err, "avatar-pool: scenario " + file +
                                    ": fault 1: at is missing or unknown: expected accept, token, "
                                    "upgrade, handshake, idle, audio or frames\n");
    const auto option = run_binary({"run", "--emulator", "--emulator.faults=reset:often"});
    CAF_CHECK_EQUAL(option.code, 2);
    CAF_CHECK_EQUAL(
        option.err,
        "avatar-pool: emulator.faults: \"reset:often\": \"often\" says no time: expected "
        "a percentage such as 5%, a window such as 20s-30s or 20s-30s/2min, or both as "
        "5%@20s-30s\n");
}

CAF_TEST(faults by chance say with which seed they can be repeated) {
    const auto request = [](const std::string& faults, const std::string& seed) {
        return run_binary({"run", "--emulator", "--pool.size=1", "--rounds.count=1",
                           "--rounds.concurrency=1", "--emulator.first-frame=0",
                           "--emulator.frame-interval=1ms", "--emulator.faults=" + faults,
                           "--emulator.seed=" + seed});
    };
    const auto chosen = request("error:100%", "0");
    CAF_CHECK_EQUAL(chosen.code, 1);
    check_contains(chosen.out, "serverError (server code 13): failed on purpose");
    check_contains(chosen.err, "faults come at random; --emulator.seed=");
    CAF_CHECK(!contains(request("error:100%", "7").err, "--emulator.seed="));
    CAF_CHECK(!contains(request("no-handshake:10s-20s", "0").err, "--emulator.seed="));
}
