#define CAF_SUITE config_manual_programs

#include "caf/test/dsl.hpp"
#include "config/man_page.hpp"
#include "config/manual.hpp"
#include "config/options.hpp"
#include "tests/config/shells.hpp"

using namespace avatar::config;
using namespace avatar::config::test;

namespace {

const std::string groff_check = "man --warnings -E UTF-8 -l -Tutf8 -Z page.1 > /dev/null";
const std::string mandoc_check = "mandoc -Tlint page.1";

struct formatter {
    std::string program;
    std::string check;  // Says nothing of a page without faults.
    std::string format; // Prints a page in lines too long to break.
};

const formatter formatters[] = {
    {"man", groff_check, "MANWIDTH=1000 man -E UTF-8 -l -P cat page.1"},
    {"mandoc", mandoc_check, "mandoc -Tutf8 -O width=1000 page.1"},
};

// What a formatter does with a page.
scratch_home::result with_page(const std::string& page, const std::string& command) {
    const scratch_home home;
    home.write("page.1", page);
    return home.run(command);
}

// The formatters that are installed.
std::vector<formatter> found_formatters() {
    std::vector<formatter> found;
    const scratch_home home;
    for (const auto& each : formatters) {
        if (home.installed(each.program) && (each.program != "man" || home.installed("groff")))
            found.push_back(each);
        else
            CAF_MESSAGE("skipped: " << each.program << " is not installed");
    }
    return found;
}

// The words without the second strokes of bold and underlined characters.
std::string unstruck(const std::string& text) {
    std::string flat;
    for (const char c : text) {
        if (c == '\b') {
            if (!flat.empty())
                flat.pop_back();
        } else {
            flat += c;
        }
    }
    return unwrapped(flat);
}

} // namespace

CAF_TEST(no formatter finds a fault in the page) {
    for (const auto& each : found_formatters()) {
        const auto result = with_page(manual_page(), each.check);
        CAF_CHECK_EQUAL(result.code, 0);
        CAF_CHECK_EQUAL(result.out + result.err, "");
    }
}

CAF_TEST(every formatter finds the fault of another page) {
    for (const auto& each : found_formatters()) {
        const auto result = with_page(manual_page() + ".XX\n\\f", each.check);
        CAF_CHECK_NOT_EQUAL(result.out + result.err, "");
    }
}

CAF_TEST(every option is shown as it is typed) {
    for (const auto& each : found_formatters()) {
        const auto text = unstruck(with_page(manual_page(), each.format).out);
        for (const auto& known : options()) {
            const auto tag = known.secret
                                 ? std::string(known.key) + ' ' + known.kind.placeholder
                                 : "--" + std::string(known.key) + '=' + known.kind.placeholder;
            CAF_CHECK_NOT_EQUAL(text.find(' ' + tag + ' '), std::string::npos);
            CAF_CHECK_NOT_EQUAL(text.find(std::string(known.help.substr(1)) + ". "),
                                std::string::npos);
        }
    }
}

CAF_TEST(text that looks like instructions is shown as it is) {
    const std::string odd = R"(.so 'x' "a" \fBb\e \\ -- ^~` .)";
    man_page page({.name = "ODD",
                   .section = 1,
                   .date = "2026-01-02",
                   .source = "odd 1",
                   .manual = "Odd's \"Commands\""});
    page.section("NAME");
    page.paragraph({roff("odd \\n- x"), bold(odd)});
    page.item(roff(odd), {roff(odd), roff(odd)});
    page.lines({roff(odd)});
    for (const auto& each : found_formatters()) {
        const auto text = unstruck(with_page(page.text(), each.format).out);
        std::size_t count = 0;
        for (auto at = text.find(odd); at != std::string::npos; at = text.find(odd, at + 1))
            ++count;
        CAF_CHECK_EQUAL(count, 5u);
        CAF_CHECK_NOT_EQUAL(text.find("Odd's \"Commands\""), std::string::npos);
    }
}
