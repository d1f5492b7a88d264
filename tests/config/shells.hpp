#pragma once

#include "tests/support/process.hpp"

#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <stdlib.h>
#include <string>
#include <vector>

/// Helpers of the tests that try what the program prints in the programs it is for.
namespace avatar::config::test {

/// A folder of its own, the home of every program run in it; removed at the end.
class scratch_home {
public:
    scratch_home() {
        auto name = (std::filesystem::temp_directory_path() / "avatar-shells-XXXXXX").string();
        if (mkdtemp(name.data()) == nullptr)
            throw std::runtime_error("no folder for the test");
        path_ = name;
    }
    scratch_home(const scratch_home&) = delete;
    scratch_home& operator=(const scratch_home&) = delete;
    ~scratch_home() { std::filesystem::remove_all(path_); }

    void write(const std::string& name, const std::string& content) const {
        std::filesystem::create_directories((path_ / name).parent_path());
        std::ofstream(path_ / name, std::ios::binary) << content;
    }

    struct result {
        int code;
        std::string out;
        std::string err;
    };

    /// Has bash run that script in this folder.
    result run(const std::string& script) const {
        tests::process bash("/bin/bash", {"-c", "cd \"$HOME\"\n" + script},
                            {{"HOME", path_.string()},
                             {"LC_ALL", "C.UTF-8"},
                             {"TERM", "dumb"},
                             {"INPUTRC", "/dev/null"}});
        const int code = bash.wait();
        return {code, bash.out(), bash.err()};
    }

    bool installed(const std::string& program) const {
        return run("command -v " + program).code == 0;
    }

private:
    std::filesystem::path path_;
};

/// Those lines of a text that start with `prefix`, without it.
inline std::vector<std::string> lines_with(const std::string& prefix, const std::string& text) {
    std::vector<std::string> found;
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);)
        if (line.starts_with(prefix))
            found.push_back(line.substr(prefix.size()));
    return found;
}

/// The words of a text, each with one blank behind it.
inline std::string unwrapped(const std::string& text) {
    std::string result;
    std::istringstream words(text);
    for (std::string word; words >> word;)
        result += word + ' ';
    return result;
}

} // namespace avatar::config::test
