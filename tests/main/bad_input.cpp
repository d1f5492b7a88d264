#include "tests/main/binary.hpp"

#define CAF_SUITE bad_input

using namespace avatar;
using namespace avatar::tests;

namespace {

/// A refusal says one line on standard error, nothing on standard output, and
/// has the exit code of a configuration error.
void check_refused(const arguments& with, const arguments& parts,
                   const environment& variables = {}) {
    const auto result = run_binary(with, variables);
    CAF_CHECK_EQUAL(result.code, 2);
    CAF_CHECK_EQUAL(result.out, "");
    CAF_CHECK_EQUAL(std::count(result.err.begin(), result.err.end(), '\n'), 1);
    for (const auto& part : parts)
        check_contains(result.err, part);
}

void check_audio_refused(const std::string& file, const arguments& parts) {
    check_refused(quick_run({"--audio.file=" + file}), joined({"avatar-pool: ", file}, parts));
}

/// A WAV header for 16-bit PCM and as many zero samples.
std::string wav(std::uint16_t channels, std::uint32_t rate, std::uint32_t frames) {
    const auto number = [](std::uint32_t value, int bytes) {
        std::string text;
        for (int i = 0; i < bytes; ++i)
            text += static_cast<char>(value >> (8 * i) & 0xff);
        return text;
    };
    const std::uint32_t block = 2u * channels;
    const std::uint32_t size = block * frames;
    std::string file = "RIFF";
    file += number(36 + size, 4) + "WAVEfmt " + number(16, 4) + number(1, 2);
    file += number(channels, 2) + number(rate, 4) + number(rate * block, 4);
    file += number(block, 2) + number(16, 2) + "data" + number(size, 4);
    return file + std::string(size, '\0');
}

} // namespace

CAF_TEST(missing environment variables are named all of them) {
    check_refused({"run"}, {"missing required environment variables: ", "AVATAR_API_KEY",
                            "AVATAR_APP_ID", "AVATAR_CONSOLE_ENDPOINT", "AVATAR_INGRESS_ENDPOINT",
                            "AVATAR_SESSION_AVATAR_ID", "--emulator"});
    const auto some = run_binary({"run"}, {{"AVATAR_API_KEY", "k"}, {"AVATAR_APP_ID", "a"}});
    CAF_CHECK_EQUAL(some.code, 2);
    CAF_CHECK(!contains(some.err, "AVATAR_APP_ID"));
    check_contains(some.err, "AVATAR_SESSION_AVATAR_ID");
}

CAF_TEST(an endpoint that would take a secret in plain text to another machine is refused) {
    environment variables{{"AVATAR_API_KEY", "very-secret"},
                          {"AVATAR_APP_ID", "a"},
                          {"AVATAR_CONSOLE_ENDPOINT", "http://console.invalid"},
                          {"AVATAR_INGRESS_ENDPOINT", "wss://ingress.invalid"},
                          {"AVATAR_SESSION_AVATAR_ID", "a"}};
    check_refused({"run"}, {"AVATAR_CONSOLE_ENDPOINT", "https", "--service.allow-plaintext"},
                  variables);
    variables["AVATAR_CONSOLE_ENDPOINT"] = "https://console.invalid";
    variables["AVATAR_INGRESS_ENDPOINT"] = "ws://ingress.invalid";
    check_refused({"run"}, {"AVATAR_INGRESS_ENDPOINT", "wss", "--service.allow-plaintext"},
                  variables);

    // Allowed, it fails at the names, which do not exist.
    scratch_folder folder;
    const auto file = folder.file("pool.toml", "[service]\nallow-plaintext = true\n");
    variables["AVATAR_CONSOLE_ENDPOINT"] = "http://console.invalid";
    for (const arguments& allowed :
         {arguments{"run", "--service.allow-plaintext=true", "--pool.size=1"},
          arguments{"run", "--config=" + file, "--pool.size=1"}})
        CAF_CHECK_EQUAL(run_binary(allowed, variables).code, 3);
}

CAF_TEST(unknown options and bad values name source and key and what would be right) {
    check_refused(quick_run({"--pool.sise=3"}), {"--pool.sise", "--pool.size"});
    check_refused(quick_run({"--pool.size=many"}), {"command line", "pool.size", "many"});
    check_refused(quick_run({"--rounds.concurrency=18446744073709551615"}),
                  {"rounds.concurrency", "1000000"});
    check_refused(quick_run({"--rounds.interval=5"}), {"rounds.interval", "30s"});
    scratch_folder folder;
    const auto file = folder.file("pool.toml", "[pool]\nsize = \"x\"\n");
    check_refused(quick_run({"--config=" + file}), {file, "pool.size"});
}

CAF_TEST(the API key is not taken from the command line) {
    check_refused(quick_run({"--service.api-key=very-secret"}), {"AVATAR_API_KEY"});
    const auto result = run_binary(quick_run({"--service.api-key=very-secret"}));
    CAF_CHECK(!contains(result.err, "very-secret"));
}

CAF_TEST(audio files that cannot be sent are refused) {
    scratch_folder folder;
    check_audio_refused(folder.path("missing.wav"), {});
    check_audio_refused(folder.file("empty.pcm", ""), {"empty"});
    check_audio_refused(folder.file("odd.pcm", "abc"), {"odd"});
    check_audio_refused(folder.file("stereo.wav", wav(2, 16000, 100)), {"2", "mono"});
    check_audio_refused(folder.file("rate.wav", wav(1, 11025, 100)), {"11025", "16000"});
    check_audio_refused(folder.file("noise.wav", "this is no sound"), {});
    check_refused(
        quick_run({"--audio.file=" + folder.file("raw.pcm", "abcd"), "--audio.sample-rate=11025"}),
        {"audio.sample-rate", "11025", "16000"});
}

CAF_TEST(pool sizes that cannot be are refused with both numbers) {
    check_refused(quick_run({"--pool.size=0"}), {"pool.size"});
    check_refused(quick_run({"--pool.size=50000000"}), {"50000000"});
}

CAF_TEST(endpoints without scheme or with another are refused) {
    environment variables{{"AVATAR_API_KEY", "k"},
                          {"AVATAR_APP_ID", "a"},
                          {"AVATAR_CONSOLE_ENDPOINT", "console.example.com/v1"},
                          {"AVATAR_INGRESS_ENDPOINT", "https://ingress.example.com"},
                          {"AVATAR_SESSION_AVATAR_ID", "i"}};
    check_refused({"run"}, {"AVATAR_CONSOLE_ENDPOINT", "console.example.com/v1"}, variables);
    variables["AVATAR_CONSOLE_ENDPOINT"] = "https://console.example.com";
    variables["AVATAR_INGRESS_ENDPOINT"] = "ftp://ingress.example.com";
    check_refused({"run"}, {"AVATAR_INGRESS_ENDPOINT", "ftp"}, variables);
}

CAF_TEST(a port that is taken is refused) {
    local_service taken;
    const auto port = std::to_string(taken.port());
    check_refused({"emulator", "--emulator.port=" + port}, {"127.0.0.1:" + port, "in use"});
    check_refused(quick_run({"--emulator.port=" + port}), {"127.0.0.1:" + port, "in use"});
}

CAF_TEST(a report path that cannot be written is refused before the run) {
    scratch_folder folder;
    check_refused(quick_run({"--report.json=" + folder.path("no/such/folder/report.json")}),
                  {"report.json"});
    check_refused(quick_run({"--report.json=/"}), {"/"});
}

CAF_TEST(certificates that cannot be used are refused) {
    check_refused(quick_run({"--service.ca-file=/no/such.pem"}), {"/no/such.pem"});
    check_refused(
        {"emulator", "--emulator.tls-certificate=/no/such.pem", "--emulator.tls-key=/no/such.key"},
        {"/no/such.pem"});
}

CAF_TEST(no subcommand is refused) {
    check_refused({}, {"run", "emulator"});
    check_refused({"walk"}, {"walk"});
}
