#define CAF_SUITE audio_file

#include "audio/file.hpp"

#include "caf/test/dsl.hpp"
#include "tests/audio/support.hpp"

#include <sys/resource.h>

using namespace avatar::audio;
using namespace avatar::audio::test;

namespace {

/// No file can be opened while it lives.
class no_more_files {
public:
    no_more_files() {
        getrlimit(RLIMIT_NOFILE, &before_);
        auto none = before_;
        none.rlim_cur = 0;
        setrlimit(RLIMIT_NOFILE, &none);
    }
    no_more_files(const no_more_files&) = delete;
    no_more_files& operator=(const no_more_files&) = delete;
    ~no_more_files() { setrlimit(RLIMIT_NOFILE, &before_); }

private:
    rlimit before_{};
};

} // namespace

CAF_TEST(a file up to the limit is read byte for byte) {
    const temporary_folder folder;
    const auto path = folder.file("a");
    const auto bytes = std::string("\x00\r\n\xff\x1a.", 6);
    for (std::size_t size = 1; size <= bytes.size(); ++size) {
        write_bytes(path, bytes.substr(0, size));
        CAF_CHECK(read_file(path, bytes.size()) == bytes.substr(0, size));
    }
    CAF_CHECK_EQUAL(error_of([&] { read_file(path, bytes.size() - 1); }),
                    "6 bytes large: expected at most 0 MiB");
}

CAF_TEST(the limit is told in MiB) {
    const temporary_folder folder;
    const auto path = folder.file("a");
    write_bytes(path, "");
    constexpr std::size_t mebibyte = 1024 * 1024;
    for (const std::size_t limit : {2 * mebibyte, 40 * mebibyte}) {
        std::filesystem::resize_file(path, limit + 1);
        CAF_CHECK_EQUAL(error_of([&] { read_file(path, limit); }),
                        std::to_string(limit + 1) + " bytes large: expected at most " +
                            std::to_string(limit / mebibyte) + " MiB");
    }
}

CAF_TEST(a path that leads nowhere is an error) {
    const temporary_folder folder;
    std::filesystem::create_symlink("loop", folder.file("loop"));
    CAF_CHECK_EQUAL(error_of([&] { read_file(folder.file("loop"), 1); }),
                    "cannot be reached (Too many levels of symbolic links): expected an audio "
                    "file");
    CAF_CHECK_EQUAL(error_of([&] { read_file(folder.file(std::string(300, 'a')), 1); }),
                    "cannot be reached (File name too long): expected an audio file");
}

CAF_TEST(a file that cannot be opened is an error) {
    const temporary_folder folder;
    write_bytes(folder.file("a"), "RIFF");
    const auto text = [&] {
        const no_more_files none;
        return error_of([&] { read_file(folder.file("a"), 4); });
    }();
    CAF_CHECK_EQUAL(text, "cannot be opened (Too many open files): expected an audio file");
}

CAF_TEST(a file that ends before its size is an error) {
    // The system states a page for each of these, whatever they hold.
    const std::string path = "/sys/devices/system/cpu/online";
    std::error_code error;
    if (!std::filesystem::is_regular_file(path, error))
        return; // Not on every system.
    CAF_CHECK_EQUAL(error_of([&] { read_file(path, 1 << 20); }),
                    "cannot be read to its end: expected an audio file");
}
