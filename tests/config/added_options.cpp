// Options that are not the program's own. Alone: they stay in the table for good.
#define CAF_SUITE config_added_options

#include "caf/test/dsl.hpp"
#include "config/completion.hpp"
#include "config/help.hpp"
#include "config/manual.hpp"
#include "config/options.hpp"
#include "config/value_kinds.hpp"
#include "tests/config/support.hpp"

using namespace avatar::config;
using namespace avatar::config::test;

namespace {

struct values {
    std::size_t seed = 7;
    std::vector<std::string> sinks;
    std::int64_t shift = -2;
    double skew = 0.25;
    milliseconds pause{1500};
};

values mine;

void add_once() {
    static const bool added = [] {
        add_option("poisson.seed", whole([](settings&) -> std::size_t& { return mine.seed; }, 0),
                   "Seed of it");
        add_option("report.sinks",
                   words_among([](settings&) -> auto& { return mine.sinks; }, {"sqlite", "csv"}),
                   "Who hears the results");
        add_option("poisson.shift",
                   signed_whole([](settings&) -> std::int64_t& { return mine.shift; }, -5, 5),
                   "Shift of it");
        add_option("poisson.skew", number([](settings&) -> double& { return mine.skew; }, -1.5, 1),
                   "Skew of it");
        add_option("poisson.pause",
                   duration([](settings&) -> milliseconds& { return mine.pause; },
                            milliseconds(1000), milliseconds(60'000)),
                   "Pause of it");
        return true;
    }();
    CAF_REQUIRE(added);
}

} // namespace

CAF_TEST(an added option is one like any other) {
    add_once();
    CAF_CHECK_NOT_EQUAL(help_text().find("--poisson.seed=N"), std::string::npos);
    CAF_CHECK_NOT_EQUAL(help_text().find("[AVATAR_POISSON_SEED]"), std::string::npos);
    CAF_CHECK_NOT_EQUAL(bash_completion().find("--poisson.seed="), std::string::npos);
    CAF_CHECK_NOT_EQUAL(manual_page().find("AVATAR_POISSON_SEED"), std::string::npos);
    CAF_CHECK_EQUAL(find_option("poisson.seed")->default_text(), "7");
    CAF_CHECK_EQUAL(suggest("poisson.sed", "--"), "did you mean --poisson.seed?");
}

CAF_TEST(an added option stands with its group) {
    add_once();
    const auto& all = options();
    const auto at = [&](std::string_view key) { return find_option(key) - all.data(); };
    CAF_CHECK_EQUAL(at("report.sinks"), at("report.json") + 1);
    CAF_CHECK_EQUAL(at("poisson.pause"), static_cast<std::ptrdiff_t>(all.size()) - 1);
}

CAF_TEST(every source sets an added option) {
    add_once();
    const temporary_file file("[poisson]\nseed = 1\n[report]\nsinks = 'csv,sqlite'");
    const auto config = "--config=" + file.path();
    read({"run", config});
    CAF_CHECK_EQUAL(mine.seed, 1u);
    CAF_CHECK_EQUAL(mine.sinks, (std::vector<std::string>{"csv", "sqlite"}));
    read({"run", config}, {{"AVATAR_POISSON_SEED", "2"}});
    CAF_CHECK_EQUAL(mine.seed, 2u);
    read({"run", config, "--poisson.seed=3"}, {{"AVATAR_POISSON_SEED", "2"}});
    CAF_CHECK_EQUAL(mine.seed, 3u);
}

CAF_TEST(a bad value of an added option is refused) {
    add_once();
    CAF_CHECK_EQUAL(read_error({"run", "--poisson.seed=x"}),
                    "command line: --poisson.seed=x: expected a whole number from 0 up");
    for (const auto* bad : {"xml", "csv,xml", "csv,csv", "csv,"})
        CAF_CHECK_EQUAL(read_error({"run", std::string("--report.sinks=") + bad}),
                        std::string("command line: --report.sinks=") + bad +
                            ": expected any of sqlite, csv, separated by commas");
}

CAF_TEST(every source sets a number that may be negative) {
    add_once();
    const temporary_file file("[poisson]\nshift = -1\nskew = -0.5\npause = '2s'");
    const auto config = "--config=" + file.path();
    read({"run", config});
    CAF_CHECK_EQUAL(mine.shift, -1);
    CAF_CHECK_EQUAL(mine.skew, -0.5);
    CAF_CHECK_EQUAL(mine.pause, milliseconds(2000));
    read({"run", config}, {{"AVATAR_POISSON_SHIFT", "-3"}, {"AVATAR_POISSON_SKEW", "-1.25"}});
    CAF_CHECK_EQUAL(mine.shift, -3);
    CAF_CHECK_EQUAL(mine.skew, -1.25);
    read({"run", "--poisson.shift=-4", "--poisson.skew", "-1.5"});
    CAF_CHECK_EQUAL(mine.shift, -4);
    CAF_CHECK_EQUAL(mine.skew, -1.5);
    CAF_CHECK_NOT_EQUAL(help_text().find("--poisson.skew=N"), std::string::npos);
}

CAF_TEST(the bounds of an added option are in it and what is beyond is not ) {
    add_once();
    struct range {
        std::string key;
        std::vector<const char*> in;
        std::vector<const char*> out;
        std::string expected;
    };
    const range ranges[] = {
        {"poisson.shift",
         {"-5", "0", "-0", "5"},
         {"-6", "6", "1.5", "--1", "-", "- 1", "+1", "x"},
         "a whole number from -5 to 5"},
        {"poisson.skew",
         {"-1.5", "-0.0", "1"},
         {"-1.51", "1.01", "-inf", "-nan", "nan", "-.5", "--1", "-", "-1e999"},
         "a number from -1.5 to 1"},
        {"poisson.pause",
         {"1s", "60s", "1min"},
         {"999ms", "61s", "-1s", "0"},
         "a duration from 1s to 1min, such as 500ms, 30s, 10min or 1h"},
    };
    for (const auto& [key, in, out, expected] : ranges) {
        for (const auto* text : in)
            CAF_CHECK_EQUAL(read_error({"run", "--" + key + "=" + text}), "no error");
        for (const auto* text : out)
            CAF_CHECK_EQUAL(read_error({"run", "--" + key + "=" + text}),
                            "command line: --" + key + "=" + text + ": expected " + expected);
    }
    CAF_CHECK_EQUAL(
        read_error({"run"}, {{"AVATAR_POISSON_SHIFT", "-6"}}),
        "environment: AVATAR_POISSON_SHIFT=\"-6\": expected a whole number from -5 to 5");
    const temporary_file file("[poisson]\nskew = -2");
    CAF_CHECK_EQUAL(read_error({"run", "--config=" + file.path()}),
                    file.path() +
                        ": line 2: poisson.skew = \"-2\": expected a number from -1.5 to 1");
}

CAF_TEST(the lowest bound alone is told so) {
    CAF_CHECK_EQUAL(whole({}, 3).expected, "a whole number from 3 up");
    CAF_CHECK_EQUAL(signed_whole({}, -3).expected, "a whole number from -3 up");
}

CAF_TEST(a default out of bounds is refused) {
    const auto text = error_of([&] {
        add_option("mine.size", number([](settings&) -> double& { return mine.skew; }, 2, 3),
                   "Help");
    });
    CAF_CHECK(text.starts_with("option \"mine.size\": default "));
    CAF_CHECK(text.ends_with(": expected a number from 2 to 3"));
    CAF_CHECK(find_option("mine.size") == nullptr);
}

CAF_TEST(an option that cannot be added says why) {
    const auto error = [](const std::string& key, const std::string& help) {
        return error_of([&] {
            add_option(key, whole([](settings&) -> std::size_t& { return mine.seed; }, 0), help);
        });
    };
    for (const auto* key :
         {"", "seed", ".seed", "a.", "A.b", "a..b", "a.1b", "a b.c", "-a.b", "a-.b", "a.b-"})
        CAF_CHECK_EQUAL(error(key, "Help"), std::string("option \"") + key +
                                                "\": expected a key of small letters, digits and "
                                                "hyphens such as \"load.shape\"");
    CAF_CHECK_EQUAL(
        error("pool.size", "Help"),
        "option \"pool.size\": expected a key, and a variable, that no other option has or "
        "begins with");
    for (const auto* taken : {"api.key", "pool.size.x", "audio.file.name", "egress.livekit"})
        CAF_CHECK_EQUAL(error(taken, "Help"), std::string("option \"") + taken +
                                                  "\": expected a key, and a variable, "
                                                  "that no other option has or begins "
                                                  "with");
    for (const auto* help : {"", "two\nlines"})
        CAF_CHECK_EQUAL(error("mine.size", help),
                        "option \"mine.size\": expected a sentence of help, without control "
                        "characters");
}
