#include "config/text_lines.hpp"

#include <sstream>

namespace avatar::config {

std::vector<std::string> text_lines(std::string_view text, std::size_t first_width,
                                    std::size_t width) {
    std::vector<std::string> lines(1);
    std::istringstream words{std::string(text)};
    for (std::string word; words >> word;) {
        auto& line = lines.back();
        const auto limit = lines.size() == 1 ? first_width : width;
        if (line.empty())
            line = word;
        else if (line.size() + 1 + word.size() <= limit)
            line += ' ' + word;
        else
            lines.push_back(word);
    }
    return lines;
}

} // namespace avatar::config
