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
};

values mine;

void add_once() {
    static const bool added = [] {
        add_option("poisson.seed", whole([](settings&) -> std::size_t& { return mine.seed; }, 0),
                   "Seed of it");
        add_option("report.sinks",
                   words_among([](settings&) -> auto& { return mine.sinks; }, {"sqlite", "csv"}),
                   "Who hears the results");
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
    CAF_CHECK_EQUAL(at("poisson.seed"), static_cast<std::ptrdiff_t>(all.size()) - 1);
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
