#pragma once

#include "report/atomic_file.hpp"

#include "caf/test/dsl.hpp"
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdlib.h>
#include <string>

/// What the tests of atomic_file share.
namespace avatar::report::test {

namespace fs = std::filesystem;

/// A folder of its own for each test.
struct temporary_folder {
    fs::path folder;

    temporary_folder() {
        auto name = (fs::temp_directory_path() / "atomic_file.XXXXXX").string();
        CAF_REQUIRE(::mkdtemp(name.data()) != nullptr);
        folder = name;
    }
    ~temporary_folder() { fs::remove_all(folder); }

    std::size_t entries() const {
        return static_cast<std::size_t>(
            std::distance(fs::directory_iterator(folder), fs::directory_iterator()));
    }
};

inline std::string content_of(const fs::path& file) {
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

inline void put(const fs::path& file, const std::string& content) {
    std::ofstream(file, std::ios::binary) << content;
}

/// What making the file complains about; empty: nothing.
inline std::string complaint(const fs::path& path) {
    try {
        atomic_file file(path);
    } catch (const report_error& error) {
        return error.what();
    }
    return {};
}

/// What writing it complains about; empty: nothing.
inline std::string commit_complaint(atomic_file& file, const std::string& content) {
    try {
        file.commit(content);
    } catch (const report_error& error) {
        return error.what();
    }
    return {};
}

inline bool contains(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

} // namespace avatar::report::test
