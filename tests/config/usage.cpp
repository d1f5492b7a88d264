#define CAF_SUITE config_usage

#include "config/usage.hpp"

#include "caf/test/dsl.hpp"

#include <set>

using namespace avatar::config;

CAF_TEST(words are joined as in a sentence) {
    using strings = std::vector<std::string_view>;
    CAF_CHECK_EQUAL(enumerate(strings{}, "or"), "");
    CAF_CHECK_EQUAL(enumerate(strings{"a"}, "or"), "a");
    CAF_CHECK_EQUAL(enumerate(strings{"a", "b"}, "or"), "a or b");
    CAF_CHECK_EQUAL(enumerate(strings{"a", "b", "c"}, "and"), "a, b and c");
    CAF_CHECK_EQUAL(enumerate(std::vector{subcommand::run, subcommand::manual}, "or"),
                    "run or manual");
}

CAF_TEST(every subcommand has one row and a name of its own) {
    std::set<std::string_view> names;
    for (const auto what : {subcommand::run, subcommand::worker, subcommand::emulator,
                            subcommand::manual, subcommand::completion}) {
        CAF_CHECK(usage_of(what).what == what);
        CAF_CHECK(names.insert(usage_of(what).name).second);
    }
    CAF_CHECK_EQUAL(subcommands().size(), names.size());
}

CAF_TEST(options belong to the subcommands that read settings) {
    CAF_CHECK(option_owners() ==
              (std::vector{subcommand::run, subcommand::worker, subcommand::emulator}));
    for (const auto& known : general_options()) {
        const bool anywhere = known.name == "--help" || known.name == "--version";
        CAF_CHECK(known.goes_with(subcommand::run));
        CAF_CHECK_EQUAL(known.goes_with(subcommand::worker), known.name != "--emulator");
        CAF_CHECK_EQUAL(known.goes_with(subcommand::emulator), known.name != "--emulator");
        CAF_CHECK_EQUAL(known.goes_with(subcommand::manual), anywhere);
        CAF_CHECK_EQUAL(known.goes_with(subcommand::completion), anywhere);
    }
}
