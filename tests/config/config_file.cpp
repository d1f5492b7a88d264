#define CAF_SUITE config_file

#include "config/config_file.hpp"

#include "tests/config/support.hpp"

#include "caf/test/dsl.hpp"

using namespace avatar::config;
using namespace avatar::config::test;

namespace {

// "key=value" of every line, in order, separated by |.
std::string values(const std::string& content) {
    const temporary_file file(content);
    std::string result;
    for (const auto& [key, value] : read_config_file(file.path()))
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

CAF_TEST(sections and dotted keys give the same keys) {
    CAF_CHECK_EQUAL(values("[pool]\nsize = 3\n[rounds]\ncount = 2\n"),
                    "pool.size=3|rounds.count=2");
    CAF_CHECK_EQUAL(values("pool.size = 3\nrounds.count = 2"), "pool.size=3|rounds.count=2");
    CAF_CHECK_EQUAL(values("pool.size = 3\r\n[pool]\r\nkeepalive = '1s'\r\n"),
                    "pool.size=3|pool.keepalive=1s");
    CAF_CHECK_EQUAL(values("[a.b]\nc = 3"), "a.b.c=3");
    CAF_CHECK_EQUAL(values(""), "");
    CAF_CHECK_EQUAL(values("[pool]"), "");
}

CAF_TEST(section names are read as they stand) {
    CAF_CHECK_EQUAL(values("[ pool ]\nsize = 3"), "pool.size=3");
    CAF_CHECK_EQUAL(values("[default]\npool.size = 3"), "default.pool.size=3");
    CAF_CHECK_EQUAL(values("[DEFAULT]\n[pool]\nsize = 3"), "pool.size=3");
}

CAF_TEST(no key is left out) {
    CAF_CHECK_EQUAL(values("pool.-- = 3"), "pool.--=3");
    CAF_CHECK_EQUAL(values("pool. = 3"), "pool.=3");
    CAF_CHECK_EQUAL(values(". = 3"), ".=3");
    CAF_CHECK_EQUAL(values("a..b = 3"), "a..b=3");
    std::string deep = "a";
    for (int i = 0; i < 300; ++i)
        deep += ".a";
    CAF_CHECK_EQUAL(values(deep + " = 3"), deep + "=3");
    CAF_CHECK_EQUAL(values("[" + deep + "]\na = 3"), deep + ".a=3");
}

CAF_TEST(values are read as they stand) {
    CAF_CHECK_EQUAL(values("f = \"a # b, c = [d]\" # e"), "f=a # b, c = [d]");
    CAF_CHECK_EQUAL(values("f = '\"quoted\"'"), "f=\"quoted\"");
    CAF_CHECK_EQUAL(values("f = '[1, 2]'"), "f=[1, 2]");
    CAF_CHECK_EQUAL(values("f = a, b  c"), "f=a, b  c");
    CAF_CHECK_EQUAL(values("f = \"\""), "f=");
    CAF_CHECK_EQUAL(values("f = true\ng = 1.5s"), "f=true|g=1.5s");
}

CAF_TEST(a key given twice is an error) {
    CAF_CHECK_EQUAL(error("[pool]\nsize = 3\nsize = 4"),
                    "pool.size is given twice: expected it once");
    CAF_CHECK_EQUAL(error("[pool]\nsize = 3\n[rounds]\ncount = 1\n[pool]\nsize = 3"),
                    "pool.size is given twice: expected it once");
    CAF_CHECK_EQUAL(error("pool.size = 3\n[pool]\nsize = 3"),
                    "pool.size is given twice: expected it once");
}

CAF_TEST(a syntax error names the line and does not repeat it) {
    CAF_CHECK_EQUAL(error("[service]\n\napi-key secret"),
                    "line 3: not understood: expected [section], key = value or a # comment");
    CAF_CHECK_EQUAL(error("service.api-key = \"secret"),
                    "line 1: a quote is not closed: expected \"");
    CAF_CHECK_EQUAL(error("x"),
                    "line 1: not understood: expected [section], key = value or a # comment");
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
