#define CAF_SUITE config_sources

#include "config/sources.hpp"

#include "caf/test/dsl.hpp"
#include "config/completion.hpp"
#include "config/help.hpp"
#include "config/manual.hpp"
#include "tests/config/support.hpp"

#include <algorithm>
#include <cstdlib>
#include <vector>

using namespace avatar::config;
using namespace avatar::config::test;

namespace {

constexpr const char* query_auth = "AVATAR_USE_QUERY_AUTH";

// The error of `run` with a config file, without the path in front.
std::string file_error(const std::string& content) {
    const temporary_file file(content);
    const auto text = read_error({"run", "--config=" + file.path()});
    const auto front = file.path() + ": ";
    return text.starts_with(front) ? text.substr(front.size()) : "no path: " + text;
}

} // namespace

CAF_TEST(without sources there are the defaults) {
    const auto command = read({"run"});
    CAF_CHECK(command.what == command::kind::run);
    CAF_CHECK(!command.embedded_emulator);
    CAF_CHECK_EQUAL(command.values.pool.size, 100u);
    CAF_CHECK_EQUAL(command.text, "");
}

CAF_TEST(each source overrides the one before it) {
    const temporary_file file("[service]\napp-id = 'file'\n[pool]\nsize = 5");
    const auto config = "--config=" + file.path();
    const variables set = {{"AVATAR_APP_ID", "environment"}};
    const auto app_id = [](const command& c) { return c.values.service.app_id; };
    CAF_CHECK_EQUAL(app_id(read({"run"})), "");
    CAF_CHECK_EQUAL(app_id(read({"run", config})), "file");
    CAF_CHECK_EQUAL(app_id(read({"run", config}, set)), "environment");
    CAF_CHECK_EQUAL(app_id(read({"run", config, "--service.app-id=line"}, set)), "line");
    CAF_CHECK_EQUAL(app_id(read({"--service.app-id=line", "run", config}, set)), "line");
    CAF_CHECK_EQUAL(app_id(read({"run", config, "--service.app-id="}, set)), "");
    CAF_CHECK_EQUAL(read({"run", config}, set).values.pool.size, 5u);
}

CAF_TEST(the later of two equal options counts) {
    CAF_CHECK_EQUAL(read({"run", "--pool.size=3", "--pool.size=4"}).values.pool.size, 4u);
}

CAF_TEST(the environment sets what it should) {
    const auto service = read({"run"}, {{"AVATAR_API_KEY", "key"},
                                        {"AVATAR_APP_ID", " app\n"},
                                        {"AVATAR_CONSOLE_ENDPOINT", "https://c"},
                                        {"AVATAR_INGRESS_ENDPOINT", "wss://i"},
                                        {"AVATAR_SESSION_AVATAR_ID", "avatar"},
                                        {query_auth, "1"}})
                             .values.service;
    CAF_CHECK_EQUAL(service.api_key, "key");
    CAF_CHECK_EQUAL(service.app_id, "app");
    CAF_CHECK_EQUAL(service.console_endpoint, "https://c");
    CAF_CHECK_EQUAL(service.ingress_endpoint, "wss://i");
    CAF_CHECK_EQUAL(service.avatar_id, "avatar");
    CAF_CHECK(service.use_query_auth);
}

CAF_TEST(whether credentials go into the query is read as the SDKs do) {
    const auto uses = [](const char* value) {
        return read({"run"}, {{query_auth, value}}).values.service.use_query_auth;
    };
    for (const auto yes : {"true", "TRUE", "True", "1", "yes", "Y", "on", " true "})
        CAF_CHECK(uses(yes));
    for (const auto no : {"false", "0", "no", "maybe", "2", "off", "t"})
        CAF_CHECK(!uses(no));
}

CAF_TEST(the environment is asked for names alone and for each once) {
    std::vector<std::string> asked;
    with_arguments({"run"}, [&](int argc, const char* const* argv) {
        return read_command(argc, argv, [&](const std::string& name) {
            asked.push_back(name);
            return std::optional<std::string>();
        });
    });
    CAF_CHECK(std::find(asked.begin(), asked.end(), "") == asked.end());
    CAF_CHECK(std::find(asked.begin(), asked.end(), "AVATAR_API_KEY") != asked.end());
    std::sort(asked.begin(), asked.end());
    CAF_CHECK(std::adjacent_find(asked.begin(), asked.end()) == asked.end());
}

CAF_TEST(an empty environment variable is not set) {
    const temporary_file file("[service]\napp-id = 'file'\nuse-query-auth = true");
    for (const auto empty : {"", " ", "\n"}) {
        const auto values = read({"run", "--config=" + file.path()},
                                 {{"AVATAR_APP_ID", empty}, {query_auth, empty}})
                                .values;
        CAF_CHECK_EQUAL(values.service.app_id, "file");
        CAF_CHECK(values.service.use_query_auth);
    }
}

CAF_TEST(a bad value names its source and what would be right) {
    CAF_CHECK_EQUAL(read_error({"run", "--pool.size=0"}),
                    "command line: --pool.size=0: expected a whole number from 1 up");
    CAF_CHECK_EQUAL(file_error("[pool]\nsize = \"x\""),
                    "line 2: pool.size = \"x\": expected a whole number from 1 up");
    CAF_CHECK_EQUAL(read_error({"run", "--pool.size="}),
                    "command line: --pool.size=: expected a whole number from 1 up");
}

CAF_TEST(a bad value is found even where another replaces it) {
    CAF_CHECK_EQUAL(read_error({"run", "--pool.size=x", "--pool.size=2"}),
                    "command line: --pool.size=x: expected a whole number from 1 up");
    const temporary_file file("service.use-query-auth = 'maybe'");
    CAF_CHECK_EQUAL(
        read_error({"run", "--config=" + file.path()}, {{query_auth, "true"}}),
        file.path() + ": line 1: service.use-query-auth = \"maybe\": expected true, false, 1 or 0");
}

CAF_TEST(a pasted key is refused with what is wrong in it and without it) {
    const std::string expected = ": expected visible characters without quotes around them";
    for (const auto variable : {"AVATAR_API_KEY", "AVATAR_APP_ID", "AVATAR_SESSION_AVATAR_ID",
                                "AVATAR_LIVEKIT_API_TOKEN", "AVATAR_AGORA_TOKEN"}) {
        CAF_CHECK_EQUAL(read_error({"run"}, {{variable, "\"key\""}}),
                        "environment: " + std::string(variable) +
                            ": a quotation mark (U+0022) as character 1 of 5" + expected);
        CAF_CHECK_EQUAL(read_error({"run"}, {{variable, " \xef\xbb\xbfkey\r\n"}}),
                        "environment: " + std::string(variable) +
                            ": a byte order mark (U+FEFF) as character 1 of 4" + expected);
        CAF_CHECK_EQUAL(read_error({"run"}, {{variable, " \tkey\r\n"}}), "no error");
    }
    CAF_CHECK_EQUAL(file_error("[service]\napp-id = \"key\u200b\""),
                    "line 2: service.app-id: a zero-width space (U+200B) as character 4 of 4" +
                        expected);
    CAF_CHECK_EQUAL(read_error({"run", "--service.avatar-id=key\u00a0"}),
                    "command line: --service.avatar-id: a no-break space (U+00A0) as character 4 "
                    "of 4" +
                        expected);
}

CAF_TEST(the API key is in no error) {
    CAF_CHECK_EQUAL(read_error({"run"}, {{"AVATAR_API_KEY", "sec\nret"}}),
                    "environment: AVATAR_API_KEY: a line break (U+000A) as character 4 of 7: "
                    "expected visible characters without quotes around them");
    for (const auto& [value, named] :
         {std::pair("\"sec\tret\"", "a tab (U+0009)"),
          std::pair("\"sec\\nret\"", "a line break (U+000A)"),
          std::pair("\"sec\\u0000ret\"", "a control character (U+0000)")})
        CAF_CHECK_EQUAL(file_error(std::string("[service]\napi-key = ") + value),
                        "line 2: service.api-key: " + std::string(named) +
                            " as character 4 of 7: expected text without");
    for (const auto value :
         {"secret", "\"secret", "'secret", "\"\\secret\"", "{secret}", "[secret]", "[\"secret\"]",
          "\"secret\"secret", "0xsecret", "true-secret"})
        CAF_CHECK(file_error(std::string("[service]\napi-key = ") + value).find("secret") ==
                  std::string::npos);
}

CAF_TEST(an unknown key in a file is an error) {
    CAF_CHECK_EQUAL(file_error("[pool]\nsise = 3"),
                    "line 2: unknown key pool.sise: did you mean pool.size?");
    CAF_CHECK_EQUAL(file_error("[else]\nwhere = 3"), "line 2: unknown key else.where: see --help");
    CAF_CHECK_EQUAL(file_error("pool = 3"), "line 1: unknown key pool: see --help");
    CAF_CHECK_EQUAL(file_error("pool = {size = 3, sise = 3}"),
                    "line 1: unknown key pool.sise: did you mean pool.size?");
    CAF_CHECK_EQUAL(file_error("config = 'x'"), "line 1: unknown key config: see --help");
}

CAF_TEST(numbers of a file are numbers of the option) {
    const auto first_frame = [](const std::string& value) {
        const temporary_file file("[emulator]\nfirst-frame = " + value);
        return read({"run", "--config=" + file.path()}).values.emulator.first_frame;
    };
    CAF_CHECK_EQUAL(first_frame("0.15"), 0.15);
    CAF_CHECK_EQUAL(first_frame("1e-1"), 0.1);
    CAF_CHECK_EQUAL(first_frame("1"), 1);
    CAF_CHECK_EQUAL(file_error("[pool]\nsize = -1"),
                    "line 2: pool.size = \"-1\": expected a whole number from 1 up");
    CAF_CHECK_EQUAL(file_error("[pool]\nsize = 1.5"),
                    "line 2: pool.size = \"1.5\": expected a whole number from 1 up");
    CAF_CHECK_EQUAL(file_error("[pool]\nsize = 0x10"),
                    "line 2: pool.size = \"0x10\": expected a whole number from 1 up");
}

CAF_TEST(a config file without a name is an error) {
    CAF_CHECK_EQUAL(read_error({"run", "--config="}),
                    "command line: --config=: expected the path of a file");
}

CAF_TEST(bounds that cross are errors whatever their sources) {
    CAF_CHECK_EQUAL(read_error({"run", "--pool.reconnect-min=40s"}),
                    "pool.reconnect-min=40s is longer than pool.reconnect-max=30s: expected at "
                    "most that");
}

CAF_TEST(help and version come before all checks of the other sources) {
    const auto help = read({"run", "--help", "--config=/nonexistent"}, {{query_auth, "maybe"}});
    CAF_CHECK(help.what == command::kind::print);
    CAF_CHECK_EQUAL(help.text, help_text());
    const auto version = read({"--version"}, {{query_auth, "maybe"}});
    CAF_CHECK(version.what == command::kind::print);
    CAF_CHECK_EQUAL(version.text, "avatar-pool " EXPECTED_VERSION "\n");
}

CAF_TEST(manual and completions are printed whatever the environment says) {
    const variables set{{query_auth, "maybe"}};
    CAF_CHECK(read({"manual"}, set).what == command::kind::print);
    CAF_CHECK_EQUAL(read({"manual"}, set).text, manual_page());
    CAF_CHECK(read({"completion", "zsh"}, set).what == command::kind::print);
    CAF_CHECK_EQUAL(read({"completion", "bash"}, set).text, bash_completion());
    CAF_CHECK_EQUAL(read({"completion", "zsh"}, set).text, zsh_completion());
}

CAF_TEST(the two subcommands that read settings) {
    CAF_CHECK(read({"emulator", "--emulator.port=8080"}).what == command::kind::emulator);
    CAF_CHECK_EQUAL(read({"emulator", "--emulator.port=8080"}).values.emulator.port, 8080);
    CAF_CHECK(read({"run", "--emulator"}).embedded_emulator);
}

CAF_TEST(an application reads a file and its environment) {
    const temporary_file file("[service]\napp-id = 'file'\n[pool]\nsize = 5");
    setenv("AVATAR_APP_ID", "environment", 1);
    const auto both = read_settings(file.path());
    const auto neither = read_settings();
    unsetenv("AVATAR_APP_ID");
    CAF_CHECK_EQUAL(both.service.app_id, "environment");
    CAF_CHECK_EQUAL(both.pool.size, 5u);
    CAF_CHECK_EQUAL(neither.pool.size, 100u);
    CAF_CHECK_EQUAL(read_settings(file.path()).service.app_id, "file");
}
