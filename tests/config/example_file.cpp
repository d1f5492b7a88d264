#define CAF_SUITE config_example_file

#include "caf/test/dsl.hpp"
#include "config/config_file.hpp"
#include "config/options.hpp"
#include "config/settings.hpp"
#include "tests/config/support.hpp"

#include <set>

using namespace avatar::config;
using namespace avatar::config::test;

CAF_TEST(the example lists every option with its default) {
    std::set<std::string> listed;
    for (const auto& [key, value, line] : read_config_file(EXAMPLE_FILE)) {
        const auto known = find_option(key);
        CAF_REQUIRE(known != nullptr);
        CAF_CHECK_EQUAL(key + "=" + value, key + "=" + known->default_text());
        listed.insert(key);
    }
    for (const auto& known : options())
        CAF_CHECK_EQUAL(listed.count(std::string(known.key)), 1u);
}

CAF_TEST(the example gives exactly the defaults) {
    const auto values = read({"run", "--config=" EXAMPLE_FILE}).values;
    for (const auto& known : options())
        CAF_CHECK_EQUAL(known.kind.text(values), known.default_text());
}

CAF_TEST(the example explains every key in a comment above it) {
    std::ifstream file(EXAMPLE_FILE);
    std::string previous;
    for (std::string line; std::getline(file, line); previous = line)
        if (line.find(" = ") != std::string::npos && !line.starts_with('#'))
            CAF_CHECK(previous.starts_with('#') || previous.find(" = ") != std::string::npos);
}
