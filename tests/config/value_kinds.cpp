#define CAF_SUITE config_value_kinds

#include "caf/test/dsl.hpp"
#include "config/options.hpp"
#include "config/settings.hpp"

#include <map>
#include <vector>

using namespace avatar::config;

namespace {

// What the option makes of a text: the value as text, or what it expects.
std::string outcome(std::string_view key, std::string_view text) {
    settings values;
    const auto& kind = find_option(key)->kind;
    return kind.apply(values, text) ? kind.text(values) : "expected " + kind.expected;
}

} // namespace

CAF_TEST(values are offered where an option takes a few only) {
    const std::vector<std::string> rates{"8000",  "12000", "16000", "22050",
                                         "24000", "32000", "44100", "48000"};
    auto rates_or_none = rates;
    rates_or_none.insert(rates_or_none.begin(), "0");
    const std::map<std::string_view, std::vector<std::string>> by_key{
        {"audio.sample-rate", rates},
        {"audio.resample", rates_or_none},
        {"pool.after-interrupt", {"wait", "reuse"}},
        {"audio.encode", {"none", "opus"}},
        {"audio.opus-frame", {"10ms", "20ms", "40ms", "60ms"}},
        {"audio.opus-application", {"audio", "voip", "restricted_lowdelay"}},
        {"log.level", {"debug", "info", "warn", "error", "off"}}};
    for (const auto& known : options()) {
        std::vector<std::string> expected;
        if (known.kind.placeholder == "BOOL")
            expected = {"true", "false"};
        if (const auto found = by_key.find(known.key); found != by_key.end())
            expected = found->second;
        CAF_CHECK_EQUAL(known.kind.choices, expected);
        for (const auto& choice : known.kind.choices)
            CAF_CHECK_EQUAL(outcome(known.key, choice), choice);
    }
}

CAF_TEST(whole numbers) {
    const auto expected = "expected a whole number from 1 up";
    CAF_CHECK_EQUAL(outcome("pool.size", "1"), "1");
    CAF_CHECK_EQUAL(outcome("pool.size", "10000"), "10000");
    for (const auto text :
         {"0", "", "-1", "+1", " 1", "1 ", "1.0", "1e3", "0x10", "x", "99999999999999999999999"})
        CAF_CHECK_EQUAL(outcome("pool.size", text), expected);
}

CAF_TEST(ranges of whole numbers) {
    CAF_CHECK_EQUAL(outcome("runtime.threads", "64"), "64");
    CAF_CHECK_EQUAL(outcome("runtime.threads", "65"), "expected a whole number from 1 to 64");
    CAF_CHECK_EQUAL(outcome("runtime.threads", "0"), "expected a whole number from 1 to 64");
    CAF_CHECK_EQUAL(outcome("service.max-message-size", "1023"),
                    "expected a whole number of bytes from 1024 to 1073741824");
    CAF_CHECK_EQUAL(outcome("emulator.frame-bytes", "0"), "0");
}

CAF_TEST(ports) {
    CAF_CHECK_EQUAL(outcome("emulator.port", "0"), "0");
    CAF_CHECK_EQUAL(outcome("emulator.port", "65535"), "65535");
    CAF_CHECK_EQUAL(outcome("emulator.port", "65536"),
                    "expected a port, a whole number from 0 to 65535");
}

CAF_TEST(numbers) {
    CAF_CHECK_EQUAL(outcome("emulator.first-frame", "0"), "0");
    CAF_CHECK_EQUAL(outcome("emulator.first-frame", "0.25"), "0.25");
    for (const auto text : {"-0.1", "nan", "inf", "1e999", "1001", "0.1x", "", ".5"})
        CAF_CHECK_EQUAL(outcome("emulator.first-frame", text), "expected a number from 0 to 1000");
}

CAF_TEST(rates) {
    CAF_CHECK_EQUAL(outcome("rounds.arrival-rate", "100/s"), "100/s");
    CAF_CHECK_EQUAL(outcome("rounds.arrival-rate", "30/min"), "0.5/s");
    CAF_CHECK_EQUAL(outcome("rounds.arrival-rate", "0.25/s"), "0.25/s");
    const auto expected = "expected a rate from 0/s to 100000/s, such as 100/s or 30/min";
    for (const auto text : {"", "100", "/s", "-1/s", "100001/s", "1/h", "1/s/s", "nan/s"})
        CAF_CHECK_EQUAL(outcome("rounds.arrival-rate", text), expected);
}

CAF_TEST(durations) {
    CAF_CHECK_EQUAL(outcome("pool.request-timeout", "1.5s"), "1500ms");
    CAF_CHECK_EQUAL(outcome("rounds.interval", "0"), "0s");
    const auto expected = "expected a duration from 1ms to 8760h, such as 500ms, 30s, 10min or 1h";
    for (const auto text : {"0", "0s", "5", "-1s", "8761h", "soon"})
        CAF_CHECK_EQUAL(outcome("pool.request-timeout", text), expected);
    CAF_CHECK_EQUAL(outcome("pool.session-ttl", "999ms"),
                    "expected a duration from 1s to 8760h, such as 500ms, 30s, 10min or 1h");
}

CAF_TEST(the ends of each range are in it and their neighbours are not ) {
    struct range {
        const char* key;
        std::vector<const char*> in;
        std::vector<const char*> out;
    };
    const std::vector<range> ranges = {
        {"runtime.threads", {"1", "64"}, {"0", "65"}},
        {"service.max-message-size", {"1024", "1073741824"}, {"1023", "1073741825"}},
        {"emulator.port", {"0", "65535"}, {"65536", "-1"}},
        {"emulator.first-frame", {"0", "1000"}, {"-0.001", "1000.001"}},
        {"rounds.arrival-rate",
         {"0/s", "100000/s", "6000000/min", "0/min"},
         {"100000.1/s", "6000001/min", "60/", "60/m", "60 /s", "1/min/s"}},
        {"pool.request-timeout", {"1ms", "8760h", "31536000000ms"}, {"0ms", "31536000001ms"}},
        {"pool.session-ttl", {"1s", "1000ms"}, {"999ms"}},
        {"egress.livekit.idle-timeout", {"0s", "1s", "24h"}, {"999ms", "1001ms", "86401s", "x"}},
        {"audio.opus-bitrate", {"0", "6000", "510000"}, {"1", "5999", "510001", ""}},
        {"audio.opus-frame", {"10ms", "20ms", "40ms", "60ms"}, {"0", "10", "80ms", "x", ""}},
        {"audio.resample", {"0", "8000", "48000"}, {"1", "7999", "48001", "x", ""}},
        {"audio.sample-rate", {"8000", "48000"}, {"0", "1", "48001", "x", ""}},
    };
    for (const auto& [key, in, out] : ranges) {
        for (const auto text : in)
            CAF_CHECK(!outcome(key, text).starts_with("expected "));
        for (const auto text : out)
            CAF_CHECK(outcome(key, text).starts_with("expected "));
    }
}

CAF_TEST(a value that is refused changes nothing) {
    settings values;
    const auto& kind = find_option("pool.request-timeout")->kind;
    CAF_REQUIRE(kind.apply(values, "7s"));
    for (const auto text : {"0", "x", "", "9999999h"})
        CAF_CHECK(!kind.apply(values, text));
    CAF_CHECK_EQUAL(kind.text(values), "7s");
}

CAF_TEST(booleans) {
    for (const auto text : {"true", "1"})
        CAF_CHECK_EQUAL(outcome("service.use-query-auth", text), "true");
    for (const auto text : {"false", "0"})
        CAF_CHECK_EQUAL(outcome("service.use-query-auth", text), "false");
    for (const auto text : {"maybe", "", "yes", "TRUE", "2"})
        CAF_CHECK_EQUAL(outcome("service.use-query-auth", text), "expected true, false, 1 or 0");
}

CAF_TEST(words) {
    CAF_CHECK_EQUAL(outcome("log.level", "debug"), "debug");
    CAF_CHECK_EQUAL(outcome("log.level", "loud"), "expected one of debug, info, warn, error, off");
}

CAF_TEST(sample rates) {
    CAF_CHECK_EQUAL(outcome("audio.sample-rate", "48000"), "48000");
    CAF_CHECK_EQUAL(outcome("audio.sample-rate", "11025"),
                    "expected a sample rate in Hz: 8000, 12000, 16000, 22050, 24000, 32000, 44100, "
                    "48000");
}

CAF_TEST(addresses) {
    CAF_CHECK_EQUAL(outcome("emulator.address", "0.0.0.0"), "0.0.0.0");
    CAF_CHECK_EQUAL(outcome("emulator.address", "::1"), "::1");
    for (const auto text : {"localhost", "", "127.0.0.1:80", "[::1]"})
        CAF_CHECK_EQUAL(outcome("emulator.address", text),
                        "expected an IPv4 or IPv6 address, such as 127.0.0.1 or ::1");
}

CAF_TEST(where a worker listens) {
    for (const auto good : {"", "127.0.0.1:7000", "[::1]:7000", "0.0.0.0:0", "[fe80::1]:65535"})
        CAF_CHECK_EQUAL(outcome("node.listen", good), good);
    for (const auto bad :
         {"7000", ":7000", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536", "127.0.0.1:-1", "::1:7000",
          "[::1]", "[::1]7000", "[127.0.0.1]:1", "localhost:7000", "127.0.0.1:7000,", " "})
        CAF_CHECK_EQUAL(outcome("node.listen", bad),
                        "expected an IP address and a port, such as 127.0.0.1:7000 or [::1]:7000");
}

CAF_TEST(the nodes of a run) {
    for (const auto good : {"", "a:1", "worker-1.example:7000", "10.0.0.2:7000,[::1]:65535",
                            "a:1,a:2,b:1", "_a:1", "1a:1"})
        CAF_CHECK_EQUAL(outcome("nodes", good), good);
    for (const auto bad :
         {"a",           "a:",      "a:0",   ":1",    "a:1,",       ",a:1",    "a:1,,b:1",
          "a:1 b:1",     "a:1,a:1", "a b:1", "::1:1", "[::1:1",     "1.2.3:1", "1.2.3.4.5:1",
          "300.1.1.1:1", "a..b:1",  "a.:1",  "-:1",   "http://a:1", "a:1/x",   "a:+1"})
        CAF_CHECK(outcome("nodes", bad).starts_with("expected hosts with a port, separated by "));
}

CAF_TEST(text) {
    CAF_CHECK_EQUAL(outcome("audio.file", "my file"), "my file");
    CAF_CHECK_EQUAL(outcome("audio.file", ""), "");
    CAF_CHECK_EQUAL(outcome("audio.file", "a\r\nb"), "expected text without control characters");
}

CAF_TEST(keys as they are pasted) {
    for (const auto key :
         {"service.api-key", "service.app-id", "service.avatar-id", "egress.livekit.api-token",
          "egress.livekit.api-key", "egress.livekit.api-secret", "egress.agora.token"}) {
        for (const auto good : {"", "a", "my app", "it's", "a\"b", "sk-1_2.3/4+5=", "é-ü-漢"})
            CAF_CHECK_EQUAL(outcome(key, good), good);
        CAF_CHECK_EQUAL(outcome(key, "ab\u00a0cd"),
                        "expected visible characters without quotes around them");
    }
}

CAF_TEST(sample rates to convert to) {
    for (const auto rate : {"0", "8000", "12000", "22050", "48000"})
        CAF_CHECK_EQUAL(outcome("audio.resample", rate), rate);
    CAF_CHECK_EQUAL(outcome("audio.resample", "11025"),
                    "expected 0 or a sample rate in Hz: 8000, 12000, 16000, 22050, 24000, 32000, "
                    "44100, 48000");
}

CAF_TEST(opus settings) {
    for (const auto rate : {"0", "6000", "510000"})
        CAF_CHECK_EQUAL(outcome("audio.opus-bitrate", rate), rate);
    for (const auto rate : {"5999", "510001", "-1", "64k"})
        CAF_CHECK_EQUAL(outcome("audio.opus-bitrate", rate),
                        "expected 0 or a bitrate from 6000 to 510000");
    CAF_CHECK_EQUAL(outcome("audio.opus-frame", "60ms"), "60ms");
    CAF_CHECK_EQUAL(outcome("audio.opus-frame", "30ms"), "expected one of 10ms, 20ms, 40ms, 60ms");
}

CAF_TEST(whole seconds) {
    CAF_CHECK_EQUAL(outcome("egress.livekit.idle-timeout", "2min"), "2min");
    CAF_CHECK_EQUAL(outcome("egress.livekit.idle-timeout", "0"), "0s");
    for (const auto text : {"1500ms", "25h", "2"})
        CAF_CHECK_EQUAL(outcome("egress.livekit.idle-timeout", text),
                        "expected whole seconds up to 24h, such as 30s");
}

CAF_TEST(lists of words) {
    CAF_CHECK_EQUAL(outcome("emulator.avatars", "one"), "one");
    CAF_CHECK_EQUAL(outcome("emulator.avatars", "one,two"), "one,two");
    for (const auto text : {"", ",", "one,", ",two", "one, two", "a\nb"})
        CAF_CHECK_EQUAL(outcome("emulator.avatars", text),
                        "expected words without spaces, separated by commas");
}

CAF_TEST(pairs) {
    CAF_CHECK_EQUAL(outcome("egress.livekit.attributes", ""), "");
    CAF_CHECK_EQUAL(outcome("egress.livekit.attributes", "b=2,a=1"), "a=1,b=2");
    CAF_CHECK_EQUAL(outcome("egress.livekit.attributes", "a=x=y"), "a=x=y");
    for (const auto text : {"a", "a=", "=1", "a=1,", "a=1,a=2", "a=1, b=2"})
        CAF_CHECK_EQUAL(outcome("egress.livekit.attributes", text),
                        "expected pairs such as role=avatar, separated by commas");
}

CAF_TEST(accounts) {
    CAF_CHECK_EQUAL(outcome("emulator.accounts", "key:app"), "key:app");
    CAF_CHECK_EQUAL(outcome("emulator.accounts", "k1:a1,k2:a2"), "k1:a1,k2:a2");
    for (const auto text : {"", "key", "key:", ":app", "k1:a1,", "k1:a1,k2"})
        CAF_CHECK_EQUAL(outcome("emulator.accounts", text),
                        "expected an API key and its app id, such as key:app; several separated "
                        "by commas");
}
