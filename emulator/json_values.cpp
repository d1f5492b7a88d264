#include "emulator/json_values.hpp"

#include "emulator/error.hpp"
#include "emulator/fault_values.hpp"
#include "protocol/text.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>

namespace avatar::emulator {
namespace {

using nlohmann::json;

[[noreturn]] void refuse(const json& value, std::string_view key, std::string_view expected) {
    throw emulator_error(fmt::format(
        "{} is {}: expected {}", key,
        protocol::shortened(
            protocol::on_one_line(value.dump(-1, ' ', false, json::error_handler_t::replace)), 200),
        expected));
}

} // namespace

void require_object(const json& value, std::string_view name,
                    const std::vector<std::string_view>& keys) {
    const auto expected = fmt::format("expected {}", fmt::join(keys, ", "));
    if (!value.is_object())
        throw emulator_error(fmt::format("{} is no object: {}", name, expected));
    for (const auto& [key, ignored] : value.items())
        if (std::ranges::find(keys, key) == keys.end())
            throw emulator_error(fmt::format("{} has an unknown key \"{}\": {}", name,
                                             protocol::on_one_line(key), expected));
}

std::string text(const json& in, std::string_view key, std::string otherwise) {
    const auto found = in.find(key);
    if (found == in.end())
        return otherwise;
    if (!found->is_string())
        throw emulator_error(fmt::format("{} is no text: expected \"...\"", key));
    return *found;
}

std::int64_t number(const json& in, std::string_view key, std::int64_t otherwise, std::int64_t min,
                    std::int64_t max) {
    const auto found = in.find(key);
    if (found == in.end())
        return otherwise;
    if (!found->is_number_integer() || found->get<double>() < static_cast<double>(min) ||
        found->get<double>() > static_cast<double>(max))
        refuse(*found, key, fmt::format("a whole number from {} to {}", min, max));
    return *found;
}

double probability(const json& in, std::string_view key, double otherwise) {
    const auto found = in.find(key);
    if (found == in.end())
        return otherwise;
    if (!found->is_number() || found->get<double>() < 0.0 || found->get<double>() > 1.0)
        refuse(*found, key, "a number from 0 to 1");
    return *found;
}

bool flag(const json& in, std::string_view key) {
    const auto found = in.find(key);
    if (found != in.end() && !found->is_boolean())
        throw emulator_error(fmt::format("{} is no truth value: expected true or false", key));
    return found != in.end() && found->get<bool>();
}

std::optional<std::chrono::milliseconds> span(const json& in, std::string_view key) {
    const auto found = in.find(key);
    if (found == in.end())
        return std::nullopt;
    const auto value = found->is_string() ? read_span(found->get<std::string>()) : std::nullopt;
    if (!value)
        refuse(*found, key, "a duration up to a year, such as \"30s\"");
    return value;
}

} // namespace avatar::emulator
