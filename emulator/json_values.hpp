#pragma once

#include <nlohmann/json_fwd.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Values of a scenario, read from JSON objects. What is wrong with one is thrown
/// as emulator_error: its key, what is wrong and what would be right; the file
/// and the fault are added by who knows them. Where a key is missing, `otherwise`
/// stands for its value.
namespace avatar::emulator {

/// The value must be an object with no other keys than these; `name` stands for it in
/// errors.
void require_object(const nlohmann::json& value, std::string_view name,
                    const std::vector<std::string_view>& keys);

std::string text(const nlohmann::json& in, std::string_view key, std::string otherwise = {});

/// A whole number.
std::int64_t number(const nlohmann::json& in, std::string_view key, std::int64_t otherwise,
                    std::int64_t min, std::int64_t max);

/// From 0 to 1.
double probability(const nlohmann::json& in, std::string_view key, double otherwise);

/// True or false.
bool flag(const nlohmann::json& in, std::string_view key);

/// A duration as text, such as "30s", up to a year.
std::optional<std::chrono::milliseconds> span(const nlohmann::json& in, std::string_view key);

} // namespace avatar::emulator
