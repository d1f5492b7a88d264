#define CAF_SUITE config_file

#include "config/config_file.hpp"

#include "caf/test/dsl.hpp"
#include "tests/config/support.hpp"

#include <unistd.h>

using namespace avatar::config;
using namespace avatar::config::test;

namespace {

// "key=value" of every line, in order, separated by |.
std::string values(const std::string& content) {
    const temporary_file file(content);
    std::string result;
    for (const auto& [key, value, line] : read_config_file(file.path()))
        result += (result.empty() ? "" : "|") + key + "=" + value;
    return result;
}

// The error of a file with this content, without the path in front.
std::string error(const std::string& content) {
    const temporary_file file(content);
    const auto text = error_of([&] { read_config_file(file.path()); });
    const auto front = file.path() + ": ";
    return text.starts_with(front) ? text.substr(front.size()) : "no path: " + text;
}

} // namespace

CAF_TEST(a file gives its values) {
    CAF_CHECK_EQUAL(values("[pool]\nsize = 3\n[rounds]\ncount = 2\n"),
                    "pool.size=3|rounds.count=2");
    CAF_CHECK_EQUAL(values(""), "");
}

CAF_TEST(a pipe is read too) {
    int ends[2];
    CAF_REQUIRE_EQUAL(pipe(ends), 0);
    const std::string_view content = "[pool]\nsize = 3\n";
    CAF_REQUIRE_EQUAL(write(ends[1], content.data(), content.size()),
                      static_cast<ssize_t>(content.size()));
    close(ends[1]);
    const auto read = read_config_file("/proc/self/fd/" + std::to_string(ends[0]));
    close(ends[0]);
    CAF_REQUIRE_EQUAL(read.size(), 1u);
    CAF_CHECK_EQUAL(read[0].key + "=" + read[0].value, "pool.size=3");
}

CAF_TEST(an error names file and line) {
    CAF_CHECK_EQUAL(error("[service]\n\napi-key s3cr3t"),
                    "line 3: error while parsing key-value pair: expected '='");
    CAF_CHECK_EQUAL(error("[pool]\nsize = [1]"), "line 2: pool.size: a list: expected one value; "
                                                 "where a key takes several, \"a,b\"");
}

CAF_TEST(files that are none are errors) {
    CAF_CHECK_EQUAL(error_of([] { read_config_file("/nonexistent/file.toml"); }),
                    "/nonexistent/file.toml: cannot be opened (No such file or directory): "
                    "expected a config file");
    CAF_CHECK_EQUAL(error_of([] { read_config_file("/tmp"); }),
                    "/tmp: is a directory: expected a config file");
    CAF_CHECK_EQUAL(error(std::string(1024 * 1024 + 1, '#')),
                    "is larger than 1 MiB: expected a config file");
    CAF_CHECK_EQUAL(error_of([] { read_config_file("/dev/zero"); }),
                    "/dev/zero: is larger than 1 MiB: expected a config file");
    CAF_CHECK_EQUAL(values(std::string(1024 * 1024, '#')), "");
}
