#include "emulator/error.hpp"
#include "emulator/fault_reader.hpp"
#include "emulator/scenario.hpp"
#include "protocol/text.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <vector>

namespace avatar::emulator {
namespace {

using nlohmann::json;

constexpr std::size_t largest_file = 1024 * 1024;

[[noreturn]] void refuse_file(const std::string& name, std::string_view what) {
    throw emulator_error(fmt::format("scenario {}: {}", protocol::on_one_line(name), what));
}

} // namespace

scenario parse_scenario(std::string_view text, const std::string& name) {
    const auto root = json::parse(text, nullptr, false);
    if (!root.is_object() || root.size() != 1 || !root.contains("faults") ||
        !root["faults"].is_array())
        refuse_file(name, "expected JSON of the form {\"faults\": [...]}");
    std::vector<fault> faults;
    for (const auto& entry : root["faults"]) {
        try {
            faults.push_back(read_fault(entry));
        } catch (const emulator_error& e) {
            refuse_file(name, fmt::format("fault {}: {}", faults.size() + 1, e.what()));
        }
    }
    return scenario(std::move(faults));
}

scenario load_scenario(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    if (!file)
        refuse_file(
            path, fmt::format("cannot be opened ({}): expected a JSON file", std::strerror(errno)));
    std::string text(largest_file + 1, '\0');
    file.read(text.data(), static_cast<std::streamsize>(text.size()));
    text.resize(static_cast<std::size_t>(file.gcount()));
    if (text.size() > largest_file)
        refuse_file(path, "is larger than 1 MiB: expected a scenario");
    return parse_scenario(text, path);
}

} // namespace avatar::emulator
