#pragma once

#include "caf/test/dsl.hpp"
#include "report/atomic_file.hpp"

#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdlib.h>
#include <string>
#include <unistd.h>

/// What the tests of atomic_file share.
namespace avatar::report::test {

namespace fs = std::filesystem;

/// A folder of its own for each test. A test names no path outside that could be replaced,
/// such as a device's: run by root, a fault of the product would replace it for everybody.
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

    /// The name of what is in it, where that is one.
    std::string only_entry() const {
        CAF_REQUIRE_EQUAL(entries(), 1u);
        return fs::directory_iterator(folder)->path().filename().string();
    }
};

/// A descriptor by the path that names it.
inline std::string path_of(int fd) {
    return "/dev/fd/" + std::to_string(fd);
}

/// A device, open; by its descriptor a test may write to it.
struct open_device {
    const int fd;

    explicit open_device(const char* path) : fd(::open(path, O_WRONLY | O_CLOEXEC)) {
        CAF_REQUIRE(fd != -1);
    }
    ~open_device() { ::close(fd); }

    std::string path() const { return path_of(fd); }
};

/// How many descriptors this process has open.
inline std::size_t open_descriptors() {
    return static_cast<std::size_t>(
        std::distance(fs::directory_iterator("/proc/self/fd"), fs::directory_iterator()));
}

/// Root may write everywhere; permission tests run as nobody then.
struct without_privileges {
    const bool is_root = ::geteuid() == 0;
    without_privileges() {
        if (is_root)
            CAF_REQUIRE(::seteuid(65534) == 0);
    }
    ~without_privileges() {
        if (is_root && ::seteuid(0) != 0)
            std::abort();
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
