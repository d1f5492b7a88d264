#include "config/man_page.hpp"

#include "config/text_lines.hpp"

#include <fmt/format.h>

namespace avatar::config {

namespace {

constexpr std::size_t page_width = 78; // Two bytes for what guards the begin of a line.

// An argument of a macro, in quotes.
std::string macro_argument(std::string_view text) {
    return fmt::format("\"{}\"", roff(text));
}

// A point or an apostrophe at its begin would make a line an instruction.
std::string guarded(const std::string& line) {
    return line.starts_with('.') || line.starts_with('\'') ? "\\&" + line : line;
}

} // namespace

std::string roff(std::string_view text) {
    std::string result;
    for (const char c : text) {
        switch (c) {
        case '\\':
            result += "\\e";
            break;
        case '-':
            result += "\\-";
            break; // Else a hyphen, which no shell takes for an option's.
        case '"':
            result += "\\(dq";
            break;
        case '\'':
            result += "\\(aq";
            break;
        case '`':
            result += "\\(ga";
            break;
        case '^':
            result += "\\(ha";
            break;
        case '~':
            result += "\\(ti";
            break;
        default:
            result += c;
        }
    }
    return result;
}

std::string bold(std::string_view text) {
    return fmt::format("\\fB{}\\fR", roff(text));
}

std::string italic(std::string_view text) {
    return fmt::format("\\fI{}\\fR", roff(text));
}

// Names of options are to be copied, so no line ends within one.
man_page::man_page(const header& head)
    : text_(fmt::format(".TH {} {} {} {} {}\n.nh\n.ad l\n", macro_argument(head.name), head.section,
                        head.date, macro_argument(head.source), macro_argument(head.manual))) {}

void man_page::section(std::string_view title) {
    text_ += fmt::format(".SH {}\n", macro_argument(title));
    begun_ = false;
}

void man_page::subsection(std::string_view title) {
    text_ += fmt::format(".SS {}\n", macro_argument(title));
    begun_ = false;
}

void man_page::paragraph(const std::vector<std::string>& sentences) {
    if (begun_)
        text_ += ".PP\n";
    for (const auto& sentence : sentences)
        add(sentence);
}

void man_page::item(const std::string& tag, const std::vector<std::string>& sentences) {
    text_ += fmt::format(".TP\n{}\n", guarded(tag));
    for (const auto& sentence : sentences)
        add(sentence);
}

void man_page::lines(const std::vector<std::string>& verbatim) {
    if (begun_)
        text_ += ".PP\n";
    text_ += ".nf\n";
    for (const auto& line : verbatim)
        text_ += guarded(line) + '\n';
    text_ += ".fi\n";
    begun_ = true;
}

void man_page::add(const std::string& markup) {
    for (const auto& line : text_lines(markup, page_width, page_width))
        text_ += guarded(line) + '\n';
    begun_ = true;
}

} // namespace avatar::config
