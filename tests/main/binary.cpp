#include "tests/main/binary.hpp"

#include <fstream>
#include <iterator>
#include <regex>
#include <stdlib.h>

namespace avatar::tests {

outcome run_binary(const arguments& with, const environment& variables) {
    process child(AVATAR_POOL_BINARY, with, variables);
    outcome result;
    result.code = child.wait();
    result.out = child.out();
    result.err = child.err();
    return result;
}

bool contains(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

arguments joined(arguments first, const arguments& second) {
    first.insert(first.end(), second.begin(), second.end());
    return first;
}

arguments quick_run(const arguments& more) {
    return joined({"run", "--emulator", "--pool.size=2", "--rounds.count=2",
                   "--rounds.concurrency=3", "--rounds.interval=10ms", "--emulator.first-frame=0",
                   "--emulator.frame-interval=1ms"},
                  more);
}

std::string quick_run_in_words(const arguments& more) {
    std::string command = AVATAR_POOL_BINARY;
    for (const auto& argument : quick_run(more))
        command += " " + argument;
    return command;
}

environment pointing_at(const local_service& service) {
    return {{"AVATAR_API_KEY", "key-of-the-test"},
            {"AVATAR_APP_ID", "app-1"},
            {"AVATAR_CONSOLE_ENDPOINT", service.url("/v1/console")},
            {"AVATAR_INGRESS_ENDPOINT", service.url("/v1/ingress")},
            {"AVATAR_SESSION_AVATAR_ID", "avatar-1"}};
}

environment exported(const std::string& text) {
    environment variables;
    const std::regex line("export ([A-Z_]+)=[\"']?([^\"'\n]*)[\"']?");
    for (std::sregex_iterator i(text.begin(), text.end(), line), end; i != end; ++i)
        variables[(*i)[1]] = (*i)[2];
    return variables;
}

scratch_folder::scratch_folder() {
    auto pattern = (std::filesystem::temp_directory_path() / "avatar-pool-XXXXXX").string();
    path_ = mkdtemp(pattern.data());
}

scratch_folder::~scratch_folder() {
    std::filesystem::remove_all(path_);
}

std::string scratch_folder::file(const std::string& name, const std::string& content) const {
    const auto file = path_ / name;
    std::ofstream(file, std::ios::binary) << content;
    return file.string();
}

std::string content_of(const std::string& file) {
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

} // namespace avatar::tests
