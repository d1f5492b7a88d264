#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

/// A page in the macros of man(7), as groff and mandoc read them.
namespace avatar::config {

/// Text as the page shows it: nothing in it is taken as an instruction. What the functions
/// below call markup is made with these three and joined.
std::string roff(std::string_view text);
std::string bold(std::string_view text);
std::string italic(std::string_view text);

/// Builds a page from its top down. Each sentence has lines of its own, none of them longer
/// than 80 bytes unless a single word is.
class man_page {
public:
    struct header {
        std::string_view name;
        int section = 1;
        std::string_view date;   ///< "2026-11-27".
        std::string source;      ///< "avatar-pool 0.1.0".
        std::string_view manual; ///< What the page is a part of: "User Commands".
    };

    explicit man_page(const header& head);

    void section(std::string_view title);
    void subsection(std::string_view title);

    /// `sentences` are markup, and so are `tag` and `line` below.
    void paragraph(const std::vector<std::string>& sentences);

    /// A tag with a text beside it.
    void item(const std::string& tag, const std::vector<std::string>& sentences);

    /// Lines that follow without being filled: after a paragraph or on their own.
    void lines(const std::vector<std::string>& verbatim);

    const std::string& text() const { return text_; }

private:
    void add(const std::string& markup);

    std::string text_;
    bool begun_ = false; ///< The section has some text, so a paragraph needs a macro.
};

} // namespace avatar::config
