#define CAF_SUITE config_man_page

#include "config/man_page.hpp"

#include "caf/test/dsl.hpp"

#include <sstream>

using namespace avatar::config;

namespace {

const std::string page_head = ".TH \"A\\-B\" 1 2026-01-02 \"a 1\" \"Commands\"\n.nh\n.ad l\n";

man_page empty_page() {
    return man_page(
        {.name = "A-B", .section = 1, .date = "2026-01-02", .source = "a 1", .manual = "Commands"});
}

// What an action adds to a page.
template <class Action>
std::string added(Action action) {
    auto page = empty_page();
    action(page);
    CAF_REQUIRE(page.text().starts_with(page_head));
    return page.text().substr(page_head.size());
}

} // namespace

CAF_TEST(text means nothing to roff) {
    CAF_CHECK_EQUAL(roff("plain, text."), "plain, text.");
    CAF_CHECK_EQUAL(roff("--a-b"), "\\-\\-a\\-b");
    CAF_CHECK_EQUAL(roff("a\\fBb"), "a\\efBb");
    CAF_CHECK_EQUAL(roff("\"'`^~"), "\\(dq\\(aq\\(ga\\(ha\\(ti");
    CAF_CHECK_EQUAL(bold("-a"), "\\fB\\-a\\fR");
    CAF_CHECK_EQUAL(italic("FILE"), "\\fIFILE\\fR");
}

CAF_TEST(a line does not begin as an instruction) {
    CAF_CHECK_EQUAL(added([](man_page& p) {
                        p.paragraph({".pcm", "'x", "a .b"});
                    }),
                    "\\&.pcm\n\\&'x\na .b\n");
    CAF_CHECK_EQUAL(added([](man_page& p) { p.item(".tag", {".text"}); }),
                    ".TP\n\\&.tag\n\\&.text\n");
    CAF_CHECK_EQUAL(added([](man_page& p) { p.lines({".nf"}); }), ".nf\n\\&.nf\n.fi\n");
    // Nor where a word came there by the width alone.
    const std::string long_word(76, 'x');
    CAF_CHECK_EQUAL(added([&](man_page& p) { p.paragraph({long_word + " .so"}); }),
                    long_word + "\n\\&.so\n");
}

CAF_TEST(paragraphs are told apart but for the first of a section) {
    CAF_CHECK_EQUAL(added([](man_page& p) {
                        p.section("ONE TWO");
                        p.paragraph({"a"});
                        p.paragraph({"b"});
                        p.subsection("three");
                        p.lines({"c", "d"});
                        p.lines({"e"});
                        p.section("FOUR");
                        p.paragraph({"f"});
                    }),
                    ".SH \"ONE TWO\"\na\n.PP\nb\n.SS \"three\"\n.nf\nc\nd\n.fi\n.PP\n.nf\ne\n.fi\n"
                    ".SH \"FOUR\"\nf\n");
    CAF_CHECK_EQUAL(added([](man_page& p) {
                        p.item("t", {"a"});
                        p.paragraph({"b"});
                    }),
                    ".TP\nt\na\n.PP\nb\n");
}

CAF_TEST(long sentences are broken) {
    std::string sentence;
    for (int i = 0; i < 100; ++i)
        sentence += "word ";
    std::istringstream lines(added([&](man_page& p) { p.paragraph({sentence, "Next."}); }));
    std::string last;
    for (std::string line; std::getline(lines, line); last = line)
        CAF_CHECK_LESS_OR_EQUAL(line.size(), 78u);
    CAF_CHECK_EQUAL(last, "Next.");
}
