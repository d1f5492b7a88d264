#define CAF_SUITE config_toml_reader

#include "config/toml_reader.hpp"

#include "caf/test/dsl.hpp"

using namespace avatar::config;

namespace {

// "key=value" of every assignment, in order, separated by |; or the error.
std::string read(std::string_view text) {
    try {
        std::string result;
        for (const auto& [key, value, line] : read_toml(text))
            result += (result.empty() ? "" : "|") + key + "=" + value;
        return result;
    } catch (const toml_error& e) {
        return std::string("error: ") + e.what();
    }
}

} // namespace

CAF_TEST(sections and dotted keys give the same keys) {
    CAF_CHECK_EQUAL(read("[pool]\nsize = 3\n[rounds]\ncount = 2\n"), "pool.size=3|rounds.count=2");
    CAF_CHECK_EQUAL(read("pool.size = 3\nrounds.count = 2"), "pool.size=3|rounds.count=2");
    CAF_CHECK_EQUAL(read("  [ pool ]  # a\n\tsize\t=\t7\t# b"), "pool.size=7");
    CAF_CHECK_EQUAL(read("[a.b]\nc = 3"), "a.b.c=3");
    CAF_CHECK_EQUAL(read("[a]\nb.c = 3\nb.d = 4\n[a.e]\nf = 5"), "a.b.c=3|a.b.d=4|a.e.f=5");
    CAF_CHECK_EQUAL(read("a = {b = 1, c = {d = 'x'}}"), "a.b=1|a.c.d=x");
    CAF_CHECK_EQUAL(read("\"a\".'b c' = 3"), "a.b c=3");
    CAF_CHECK_EQUAL(read("[default]\npool.size = 3"), "default.pool.size=3");
    CAF_CHECK_EQUAL(read("pool.-- = 3"), "pool.--=3");
    CAF_CHECK_EQUAL(read(""), "");
    CAF_CHECK_EQUAL(read("# comment\n\n[pool]"), "");
}

CAF_TEST(the order is that of the text) {
    CAF_CHECK_EQUAL(read("[b]\nd = 1\nc = 2\n[a]\nf = 3\ne = 4"), "b.d=1|b.c=2|a.f=3|a.e=4");
    CAF_CHECK_EQUAL(read("b = 1\na = {d = 2, c = 3}"), "b=1|a.d=2|a.c=3");
}

CAF_TEST(values know their lines) {
    const auto values =
        read_toml("\r\n[b]\r\nd = 1\n\n# x\na = {e = \"\"\"\n\\\n\"\"\", f = 3}\ng = 4");
    std::string lines;
    for (const auto& each : values)
        lines += each.key + " " + std::to_string(each.line) + "|";
    CAF_CHECK_EQUAL(lines, "b.d 3|b.a.e 6|b.a.f 8|b.g 9|");
}

CAF_TEST(line ends and a byte order mark) {
    CAF_CHECK_EQUAL(read("a = 1\r\nb = 2.5\r\n[c]\r\nd = 'x'\r\n"), "a=1|b=2.5|c.d=x");
    CAF_CHECK_EQUAL(read("\xEF\xBB\xBF"
                         "a = 15\nb = 'x'"),
                    "a=15|b=x");
}

CAF_TEST(texts) {
    CAF_CHECK_EQUAL(read("f = \"a # b, c = [d]\" # e"), "f=a # b, c = [d]");
    CAF_CHECK_EQUAL(read("f = '\"quoted\" \\path'"), "f=\"quoted\" \\path");
    CAF_CHECK_EQUAL(read("f = \"\\\"quoted\\\" \\\\path \\u00e4\""), "f=\"quoted\" \\path ä");
    CAF_CHECK_EQUAL(read("f = '''it's'''"), "f=it's");
    CAF_CHECK_EQUAL(read("f = \"\""), "f=");
}

CAF_TEST(numbers and booleans are read as they are written) {
    for (const auto number : {"0", "10", "-10", "+10", "9223372036854775807", "0.15", "10.0",
                              "2.10", "12e4", "1E-5", "6.02e+23", "0x1F", "0o17", "inf", "nan"})
        CAF_CHECK_EQUAL(read(std::string("f = ") + number + " # g"), std::string("f=") + number);
    CAF_CHECK_EQUAL(read("f = 16_777_216\ng = 1_0.2_5"), "f=16777216|g=10.25");
    CAF_CHECK_EQUAL(read("\"ä€\"={\"ö\"=0.15,b=10\t,c=-1}"), "ä€.ö=0.15|ä€.b=10|ä€.c=-1");
    CAF_CHECK_EQUAL(read("f = true\ng = false"), "f=true|g=false");
}

CAF_TEST(what no option takes is refused by key) {
    const auto list = "a list: expected one value; where a key takes several, \"a,b\"";
    CAF_CHECK_EQUAL(read("[pool]\nsize = [1, 2]"),
                    std::string("error: line 2: pool.size: ") + list);
    CAF_CHECK_EQUAL(read("pool.size = []"), std::string("error: line 1: pool.size: ") + list);
    CAF_CHECK_EQUAL(read("\n[[pool]]\nsize = 1"),
                    "error: line 2: pool: a list of tables: expected [pool] once");
    CAF_CHECK_EQUAL(read("a = 1\npool = {}"),
                    "error: line 2: pool: an empty table: expected one value");
    for (const auto date : {"2026-01-31", "2026-01-31T10:00:00Z", "10:00:00"})
        CAF_CHECK_EQUAL(read(std::string("a.b = ") + date),
                        "error: line 1: a.b: a date or a time: expected one value, text in quotes");
    CAF_CHECK_EQUAL(
        read("\"pool.size\" = 3"),
        "error: line 1: pool.size: a dot in a key in quotes: expected the key without quotes");
}

CAF_TEST(control characters are refused) {
    for (const auto& [value, named] : std::vector<std::pair<std::string, std::string>>{
             {"\"x\\ny\"", "a line break (U+000A) as character 2 of 3"},
             {"\"x\\u0000\"", "a control character (U+0000) as character 2 of 2"},
             {"\"x\\u007f\"", "a control character (U+007F) as character 2 of 2"},
             {"\"x\ty\"", "a tab (U+0009) as character 2 of 3"},
             {"'x\ty'", "a tab (U+0009) as character 2 of 3"},
             {"\"\"\"x\ny\"\"\"", "a line break (U+000A) as character 2 of 3"},
             {"'''x\r\ny'''", "a line break (U+000A) as character 2 of 3"}})
        CAF_CHECK_EQUAL(read("[a]\nf = " + value),
                        "error: line 2: a.f: " + named + ": expected text without");
    CAF_CHECK_EQUAL(read("\"a\\nb\" = 1"),
                    "error: line 1: a b: a control character: expected text without");
    for (const auto text : {"f = \"x\x01\"", "f = 'x\x7f'", "# \x1b"})
        CAF_CHECK_EQUAL(read(text), "error: line 1: a control character: expected text without");
}

CAF_TEST(a key that is given twice is an error) {
    const auto twice = [](std::string_view text, const std::string& what) {
        CAF_CHECK_EQUAL(read(text), "error: line " + what + ": expected it once");
    };
    twice("[pool]\nsize = 3\nsize = 4", "3: cannot redefine existing integer 'size'");
    twice("[pool]\nsize = 3\n[pool]\nkeepalive = '1s'", "3: cannot redefine existing table 'pool'");
    twice("pool.size = 3\n[pool]\nsize = 3", "2: cannot redefine existing table 'pool'");
    twice("[service]\napi-key = 's3cr3t'\napi-key = 's3cr3t'",
          "3: cannot redefine existing string 'api-key'");
    twice("a = 's3cr3t'\n[a]", "2: cannot redefine existing string 'a' as table");
}

CAF_TEST(text without quotes is told as such) {
    CAF_CHECK_EQUAL(read("[rounds]\ninterval = 30s # pause"),
                    "error: line 2: 30s stands without quotes: expected \"30s\"");
    CAF_CHECK_EQUAL(read("rounds.interval=1.5h\r\n"),
                    "error: line 1: 1.5h stands without quotes: expected \"1.5h\"");
    for (const auto value : {"s3cr3t", "True", "fals3", "debug", "info", "nothing", "127.0.0.1",
                             "::1", "/a/b", "0xs3cr3t", "1e5s3", "10:00s3", "007", "-s3cr3t",
                             "99999999999999999999", "1979-05-27T07:32:00s3"})
        CAF_CHECK_EQUAL(read(std::string("f = ") + value),
                        "error: line 1: text without quotes: expected quotes around it, as in "
                        "key = \"value\"");
}

CAF_TEST(other mistakes of syntax name the line and what would be right) {
    const auto general = [](std::string_view text, const std::string& what) {
        CAF_CHECK_EQUAL(read(text),
                        "error: line " + what + ": expected [section], key = value or a # comment");
    };
    CAF_CHECK_EQUAL(read("[service]\n\napi-key s3cr3t"),
                    "error: line 3: error while parsing key-value pair: expected '='");
    CAF_CHECK_EQUAL(read("\napi-key = \"s3cr3t\n"),
                    "error: line 2: a quote is not closed: expected \" behind the value");
    CAF_CHECK_EQUAL(read("api-key = 's3cr3t"),
                    "error: line 1: a quote is not closed: expected ' behind the value");
    for (const auto text : {"a =", "a = # s3cr3t", "a =\nb = 1"})
        CAF_CHECK_EQUAL(read(text),
                        "error: line 1: no value behind =: expected one, or \"\" for none");
    CAF_CHECK_EQUAL(read("size = 3 s3cr3t"), "error: line 1: error while parsing key-value pair: "
                                             "expected a comment or whitespace");
    CAF_CHECK_EQUAL(read("; comment"), "error: line 1: error while parsing root table: expected "
                                       "keys, tables, whitespace or comments");
    CAF_CHECK_EQUAL(read("[pool] x"), "error: line 1: error while parsing table header: expected a "
                                      "comment or whitespace");
    CAF_CHECK_EQUAL(read("f = \"C:\\s3cr3t\""),
                    "error: line 1: error while parsing string: unknown escape sequence ...: "
                    "expected \\\\ for a backslash, or single quotes around the value");
    general("x", "1: error while parsing key-value pair: encountered end-of-file");
    general("[pool", "1: error while parsing table header: encountered end-of-file");
    general("\x89PNG\r\n", "1: encountered invalid utf-8 sequence");
    general("f = {a = 99999999999999999999}",
            "1: error while parsing decimal integer: ... is not representable in 64 bits");
}

CAF_TEST(keys are not nested without bound) {
    const auto nested = [](int dots) {
        std::string text = "a";
        for (int i = 0; i < dots; ++i)
            text += ".a";
        return text;
    };
    CAF_CHECK_EQUAL(read(nested(300) + " = 3"), nested(300) + "=3");
    CAF_CHECK_EQUAL(read(nested(5000) + " = 3"), nested(5000) + "=3");
    const auto error = "error: more than 5000 dots: expected a config file";
    CAF_CHECK_EQUAL(read(nested(5001) + " = 3"), error);
    CAF_CHECK_EQUAL(read(nested(500000) + " = 3"), error);
}
