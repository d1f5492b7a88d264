#define CAF_SUITE error_body

#include "protocol/error_body.hpp"

#include <caf/test/dsl.hpp>
#include <nlohmann/json.hpp>

#include <algorithm>

using namespace avatar::protocol;
using namespace std::string_literals;
using nlohmann::json;

CAF_TEST(the first listed error is read) {
    auto error = parse_error_body(R"({"errors":[
        {"id":"e1","status":402,"code":"4001","title":"Billing","detail":"no credits"},
        {"title":"second"}]})");
    CAF_CHECK_EQUAL(error.status, 402);
    CAF_CHECK_EQUAL(error.code, "4001"s);
    CAF_CHECK_EQUAL(error.title, "Billing"s);
    CAF_CHECK_EQUAL(error.detail, "no credits"s);
}

CAF_TEST(numbers are read as numbers and as text) {
    CAF_CHECK_EQUAL(parse_error_body(R"({"errors":[{"code":16}]})").code, "16"s);
    CAF_CHECK_EQUAL(parse_error_body(R"({"errors":[{"status":"404"}]})").status, 404);
    CAF_CHECK_EQUAL(parse_error_body(R"({"errors":[{"status":"none"}]})").status, 0);
    CAF_CHECK_EQUAL(parse_error_body(R"({"errors":[{"status":99999999999}]})").status, 0);
    CAF_CHECK_EQUAL(parse_error_body(R"({"errors":[{"status":-40}]})").status, 0);
    CAF_CHECK_EQUAL(parse_error_body(R"({"errors":[{"status":"042"}]})").status, 0);
}

CAF_TEST(message and error are the detail) {
    CAF_CHECK_EQUAL(parse_error_body("{\"message\":\"Invalid session token\"}\n").detail,
                    "Invalid session token"s);
    CAF_CHECK_EQUAL(parse_error_body(R"({"error":"no such key"})").detail, "no such key"s);
    CAF_CHECK_EQUAL(parse_error_body(R"({"code":3,"message":"bad"})").code, "3"s);
}

CAF_TEST(text that is not JSON is the detail) {
    CAF_CHECK_EQUAL(parse_error_body(" upstream connect error\r\n").detail,
                    "upstream connect error"s);
    for (std::size_t size : {199, 200, 201, 5000})
        CAF_CHECK_EQUAL(parse_error_body(std::string(size, 'x')).detail.size(),
                        std::min({size, std::size_t{200}}));
}

CAF_TEST(where no error is listed the body itself is read) {
    for (auto errors : {"[]", "{}", "[null]", R"(["text"])", "[[]]", "null", R"("text")"}) {
        auto error = parse_error_body(R"({"status":404,"code":"c","title":"t","message":"m",)"s +
                                      R"("errors":)" + errors + "}");
        CAF_CHECK(error == (error_body{404, "c", "t", "m"}));
    }
}

CAF_TEST(each field is read from the names it goes by) {
    struct row {
        const char* body;
        error_body expected;
    };
    const row rows[] = {
        {R"({"status":100})", {100, "", "", ""}},
        {R"({"status":"999"})", {999, "", "", ""}},
        {R"({"status":99})", {}},
        {R"({"status":1000})", {}},
        {R"({"status":"4 4"})", {}},
        {R"({"status":4.5})", {}},
        {R"({"status":true})", {}},
        {R"({"code":"c","id":"i"})", {0, "c", "", ""}},
        {R"({"code":"","id":"i"})", {0, "i", "", ""}},
        {R"({"id":7})", {0, "7", "", ""}},
        {R"({"title":"t"})", {0, "", "t", ""}},
        {R"({"detail":"d","message":"m","error":"e"})", {0, "", "", "d"}},
        {R"({"detail":"","message":"m","error":"e"})", {0, "", "", "m"}},
        {R"({"detail":null,"message":[],"error":"e"})", {0, "", "", "e"}},
        {R"({"name":"n"})", {}},
    };
    for (const auto& [body, expected] : rows) {
        CAF_CHECK(parse_error_body(body) == expected);
        CAF_CHECK(parse_error_body("{\"errors\":["s + body + "]}") == expected);
    }
}

CAF_TEST(a web page and bodies without an error say nothing) {
    for (auto body : {"", " ", "\n<html><h1>502 Bad Gateway</h1></html>", "{}", R"({"errors":[]})",
                      R"({"errors":{"a":1}})", R"({"errors":{"a":{"title":"x"}}})",
                      R"({"errors":"text"})", R"({"errors":[null]})", R"({"errors":["text"]})",
                      R"({"message":null,"error":["x"],"code":true})"})
        CAF_CHECK(parse_error_body(body) == error_body());
}

CAF_TEST(only a JSON object counts as structured) {
    for (auto body : {"", "text", "[1]", "\"text\"", "null", "{\"message\":\"cut"})
        CAF_CHECK(!parse_json_error(body).has_value());
    CAF_CHECK(parse_json_error(R"({"message":"x"})").has_value());
}

CAF_TEST(deep nesting is no danger) {
    auto deep = std::string(100'000, '[');
    CAF_CHECK_EQUAL(parse_error_body(deep).detail.size(), 200u);
    auto closed = "{\"errors\":"s + deep + std::string(100'000, ']') + "}";
    CAF_CHECK(parse_error_body(closed) == error_body());
}

CAF_TEST(a written error is read back) {
    auto error = parse_error_body(error_response(402, "4001", "Billing", "no \"credits\""));
    CAF_CHECK_EQUAL(error.status, 402);
    CAF_CHECK_EQUAL(error.code, "4001"s);
    CAF_CHECK_EQUAL(error.title, "Billing"s);
    CAF_CHECK_EQUAL(error.detail, "no \"credits\""s);
}

CAF_TEST(written bodies have the shape of the service) {
    auto body = json::parse(error_response(404, "c", "t", "d"));
    CAF_CHECK(body ==
              json::parse(R"({"errors":[{"status":404,"code":"c","title":"t","detail":"d"}]})"));
    CAF_CHECK_EQUAL(upgrade_refusal("Invalid session token"),
                    "{\"message\":\"Invalid session token\"}\n"s);
}

CAF_TEST(invalid text does not stop a body from being written) {
    CAF_CHECK_EQUAL(upgrade_refusal("\xC3\xA9"), "{\"message\":\"\xC3\xA9\"}\n"s);
    CAF_CHECK_EQUAL(upgrade_refusal("id \xff"), "{\"message\":\"id \xEF\xBF\xBD\"}\n"s);
    CAF_CHECK(json::accept(error_response(400, "\xff", "\xc3", "\x80")));
}

CAF_TEST(an error that is an object is read) {
    CAF_CHECK(parse_error_body(R"({"error":{"code":403,"message":"No user agent"}})") ==
              (error_body{0, "403", "", "No user agent"}));
}

CAF_TEST(of a text the first line is the detail) {
    CAF_CHECK_EQUAL(parse_error_body("\r\n no healthy upstream \r\nmore").detail,
                    "no healthy upstream"s);
}

CAF_TEST(a web page says its title) {
    struct row {
        std::string page;
        std::string expected;
    };
    const row rows[] = {
        {"<html><head><title>403 Forbidden</title></head><body>x</body></html>", "403 Forbidden"},
        {"\xEF\xBB\xBF<!DOCTYPE html>\n<TITLE lang=en>\n Access \n denied &amp; more</TITLE>",
         "Access denied & more"},
        {"<html><title></title><h1>Bad <b>gateway</b></h1>", "Bad gateway"},
        {"<html><title>cut sho", "cut sho"},
        {"<html><style>p { x }</style><!-- <p> --><script>if (a < b) f()</script><p>Only&nbsp;text",
         "Only text"},
        {"<?xml version='1.0'?><Error><Code>Denied</Code></Error>", "Denied"},
        {"<html>", ""},
        {"<", ""},
        {"<title", ""},
        {"<!--", ""},
        {"plain text", ""},
        {"", ""},
        {"<title>&lt;b&gt; &#39;q&#39; &unknown;</title>", "<b> 'q' &unknown;"},
    };
    for (const auto& [page, expected] : rows)
        CAF_CHECK_EQUAL(page_title(page), expected);
    CAF_CHECK_EQUAL(page_title("<title>" + std::string(5000, 'x')).size(), 200u);
}
