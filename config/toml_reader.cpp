#include "config/toml_reader.hpp"

#include "config/clean_text.hpp"
#include "config/error.hpp"
#include "config/pasted_text.hpp"
#include "config/toml_syntax.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <toml++/toml.h>
#include <utility>

namespace avatar::config {

namespace {

using text_lines = std::vector<std::string_view>;

// Line `number`, counted from 1 as toml++ does; one past the end is empty.
std::string_view at(const text_lines& lines, std::size_t number) {
    return number <= lines.size() ? lines[number - 1] : std::string_view();
}

struct found_value {
    toml::source_position where;
    assignment what;
};

[[noreturn]] void fail(const toml::node& at, const std::string& key, std::string_view what) {
    throw toml_error(fmt::format("line {}: {}: {}", at.source().begin.line, printable(key), what));
}

// toml++ 3.3 makes one table for each dot of a key and frees them recursively,
// as deep as they are nested: tens of thousands overflow the stack.
void limit_nesting(std::string_view text) {
    constexpr std::ptrdiff_t most_dots = 5000;
    if (std::count(text.begin(), text.end(), '.') > most_dots)
        throw toml_error(fmt::format("more than {} dots: expected a config file", most_dots));
}

toml::table parsed(std::string_view text, const text_lines& lines) {
    try {
        return toml::parse(text);
    } catch (const toml::parse_error& e) {
        const auto number = e.source().begin.line;
        throw toml_error(fmt::format("line {}: {}", number,
                                     explain_syntax_error(e.description(), at(lines, number))));
    }
}

// A number in the user's own words: what looks like one may be an id that no
// other notation stands for.
std::string as_written(const toml::node& number, const text_lines& lines) {
    const auto [begin, end] = std::pair(number.source().begin, number.source().end);
    auto written = std::string(between_columns(at(lines, begin.line), begin.column, end.column));
    std::erase(written, '_');
    return written;
}

std::string value_of(const toml::node& node, const std::string& key, const text_lines& lines) {
    if (const auto string = node.as_string())
        return string->get();
    if (const auto boolean = node.as_boolean())
        return boolean->get() ? "true" : "false";
    if (node.is_number())
        return as_written(node, lines);
    if (node.is_array_of_tables())
        fail(node, key, fmt::format("a list of tables: expected [{}] once", printable(key)));
    if (node.is_array())
        fail(node, key, "a list: expected one value; where a key takes several, \"a,b\"");
    fail(node, key, "a date or a time: expected one value, text in quotes");
}

void check_name(const toml::node& node, const std::string& key, std::string_view name) {
    if (name.find('.') != std::string_view::npos)
        fail(node, key, "a dot in a key in quotes: expected the key without quotes");
    if (!is_clean(name))
        fail(node, key, "a control character: expected text without");
}

// All values, in no order.
std::vector<found_value> values_of(const toml::table& root, const text_lines& lines) {
    struct open_table {
        const toml::table* table;
        std::string prefix;
    };
    std::vector<found_value> found;
    std::vector<open_table> open{{&root, ""}};
    while (!open.empty()) {
        const auto [table, prefix] = std::move(open.back());
        open.pop_back();
        for (const auto& [name, node] : *table) {
            const auto key = prefix + std::string(name.str());
            check_name(node, key, name.str());
            if (const auto inner = node.as_table()) {
                if (inner->is_inline() && inner->empty())
                    fail(node, key, "an empty table: expected one value");
                open.push_back({inner, key + '.'});
                continue;
            }
            auto value = value_of(node, key, lines);
            if (const auto found_one = control_character_in(value))
                fail(node, key, *found_one + ": expected text without");
            found.push_back(
                {node.source().begin, {key, std::move(value), node.source().begin.line}});
        }
    }
    return found;
}

} // namespace

std::vector<assignment> read_toml(std::string_view text) {
    limit_nesting(text);
    const auto lines = lines_of(text);
    auto found = values_of(parsed(text, lines), lines);
    // Tables are sorted by name; the first mistake of a file is to be the one
    // that is told.
    std::ranges::sort(found, {},
                      [](const found_value& v) { return std::pair(v.where.line, v.where.column); });
    std::vector<assignment> result;
    result.reserve(found.size());
    for (auto& each : found)
        result.push_back(std::move(each.what));
    return result;
}

} // namespace avatar::config
