#define CAF_SUITE config_options

#include "config/options.hpp"

#include "caf/test/dsl.hpp"
#include "config/settings.hpp"
#include "tests/config/support.hpp"

#include <map>
#include <set>

using namespace avatar::config;
using namespace avatar::config::test;

CAF_TEST(keys and environment variables are unique) {
    std::set<std::string_view> keys;
    std::set<std::string_view> variables;
    for (const auto& known : options()) {
        CAF_CHECK(keys.insert(known.key).second);
        CAF_CHECK(known.environment.empty() || variables.insert(known.environment).second);
    }
    CAF_CHECK_EQUAL(keys.size(), 89u);
    CAF_CHECK_EQUAL(variables.size(), 10u);
}

CAF_TEST(every default is a value that its option takes) {
    for (const auto& known : options()) {
        settings values;
        if (known.default_text().empty())
            CAF_CHECK(known.kind.expected == "text without control characters" || known.kind.flaw ||
                      known.key == "egress.livekit.attributes" || known.key.starts_with("node"));
        CAF_CHECK(known.kind.apply(values, known.default_text()));
        CAF_CHECK_EQUAL(known.kind.text(values), known.default_text());
    }
}

CAF_TEST(every option sets a field of its own) {
    // A value that no default has: for each kind, and for those that take few.
    const std::map<std::string_view, std::string> by_kind{{"BOOL", "true"},
                                                          {"DURATION", "7s"},
                                                          {"HZ", "8000"},
                                                          {"WORD", "off"},
                                                          {"ADDRESS", "::1"},
                                                          {"RATE", "7/s"},
                                                          {"KEY:APP", "k:a"},
                                                          {"NAME=VALUE", "a=1"},
                                                          {"ADDRESS:PORT", "[::1]:7"},
                                                          {"HOST:PORT,...", "a:1,[::1]:2"}};
    const std::map<std::string_view, std::string> by_key{
        {"service.max-message-size", "4096"}, {"pool.max-waiting-bytes", "4096"},
        {"pool.after-interrupt", "reuse"},    {"audio.encode", "opus"},
        {"audio.opus-bitrate", "7000"},       {"audio.opus-frame", "60ms"},
        {"audio.opus-application", "voip"},   {"emulator.egress", "false"}};
    const auto other = [&](const option& known) -> std::string {
        if (const auto found = by_key.find(known.key); found != by_key.end())
            return found->second;
        const auto found = by_kind.find(known.kind.placeholder);
        return found == by_kind.end() ? "7" : found->second;
    };
    for (const auto& changed : options()) {
        settings values;
        CAF_REQUIRE(changed.kind.apply(values, other(changed)));
        for (const auto& known : options())
            CAF_CHECK_EQUAL(known.kind.text(values),
                            known.key == changed.key ? other(changed) : known.default_text());
    }
}

CAF_TEST(keys and tokens that open something are secret) {
    const std::set<std::string_view> secrets{"service.api-key", "egress.livekit.api-token",
                                             "egress.livekit.api-key", "egress.livekit.api-secret",
                                             "egress.agora.token"};
    for (const auto& known : options())
        CAF_CHECK_EQUAL(known.secret, secrets.contains(known.key));
}

CAF_TEST(options are found by their key alone) {
    CAF_REQUIRE(find_option("pool.size") != nullptr);
    CAF_CHECK_EQUAL(std::string(find_option("pool.size")->group()), "pool");
    CAF_CHECK(find_option("size") == nullptr);
    CAF_CHECK(find_option("") == nullptr);
}

CAF_TEST(the nearest key is suggested) {
    CAF_CHECK_EQUAL(suggest("pool.sise", "--"), "did you mean --pool.size?");
    CAF_CHECK_EQUAL(suggest("pool.session_ttl", ""), "did you mean pool.session-ttl?");
    CAF_CHECK_EQUAL(suggest("session-ttl", ""), "did you mean pool.session-ttl?");
    CAF_CHECK_EQUAL(suggest("pools.size", ""), "did you mean pool.size?");
    CAF_CHECK_EQUAL(suggest("something.else", ""), "see --help");
    CAF_CHECK_EQUAL(suggest("", ""), "see --help");
    CAF_CHECK_EQUAL(suggest(std::string(100'000, 'x'), ""), "see --help");
}

CAF_TEST(a bad value changes nothing and says what would be right) {
    settings values;
    values.pool.size = 5;
    const auto& size = *find_option("pool.size");
    CAF_CHECK_EQUAL(error_of([&] { apply(size, values, "0", "here: pool.size=0"); }),
                    "here: pool.size=0: expected a whole number from 1 up");
    CAF_CHECK_EQUAL(values.pool.size, 5u);
    apply(size, values, "6", "here");
    CAF_CHECK_EQUAL(values.pool.size, 6u);
}
