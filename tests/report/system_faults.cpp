// What atomic_file asks of the system and in which order, and what it makes of the faults
// that no file system at hand has.
#define CAF_SUITE system_faults

#include "tests/report/file_fixture.hpp"
#include "tests/report/system_calls.hpp"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <optional>
#include <string>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <vector>

using namespace avatar::report::test;
using avatar::report::atomic_file;

namespace {

bool is_folder(int fd) {
    struct stat found {};
    return ::fstat(fd, &found) == 0 && S_ISDIR(found.st_mode);
}

// Which process-wide calls a test changes ends with it.
struct system_calls : temporary_folder {
    ~system_calls() { set = {}; }
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(system_faults_tests, system_calls)

CAF_TEST(the_content_is_on_the_disk_before_its_name_and_the_name_before_the_end) {
    const auto path = folder / "report.json";
    std::vector<std::string> synced;
    set.fsync = [&](int fd) -> std::optional<int> {
        const auto in_place = fs::exists(path) ? "in place" : "not in place";
        struct stat found {};
        CAF_REQUIRE(::fstat(fd, &found) == 0);
        if (S_ISDIR(found.st_mode)) {
            struct stat expected {};
            CAF_REQUIRE(::stat(folder.c_str(), &expected) == 0);
            CAF_CHECK_EQUAL(found.st_ino, expected.st_ino);
            synced.push_back(std::string("folder, ") + in_place);
        } else {
            synced.push_back(std::to_string(found.st_size) + " bytes, " + in_place);
        }
        return std::nullopt;
    };
    atomic_file(path).commit("report");
    CAF_REQUIRE_EQUAL(synced.size(), 2u);
    CAF_CHECK_EQUAL(synced[0], "6 bytes, not in place");
    CAF_CHECK_EQUAL(synced[1], "folder, in place");
}

CAF_TEST(a_disk_that_does_not_take_the_content_keeps_the_old_one) {
    const auto path = folder / "report.json";
    put(path, "old");
    set.fsync = [](int fd) { return is_folder(fd) ? 0 : failing(EIO); };
    {
        atomic_file file(path);
        CAF_CHECK_EQUAL(commit_complaint(file, "new"),
                        "cannot write the report to " + path.string() + ": Input/output error");
    }
    CAF_CHECK_EQUAL(content_of(path), "old");
    CAF_CHECK_EQUAL(entries(), 1u);
}

CAF_TEST(a_folder_that_cannot_be_synced_is_no_error) {
    set.fsync = [](int fd) -> std::optional<int> {
        return is_folder(fd) ? std::optional(failing(EINVAL)) : std::nullopt;
    };
    atomic_file(folder / "report.json").commit("new");
    CAF_CHECK_EQUAL(content_of(folder / "report.json"), "new");
}

CAF_TEST(a_write_that_fails_as_late_as_on_closing_is_told) {
    const auto path = folder / "report.json";
    put(path, "old");
    set.close = [](int fd) -> std::optional<int> {
        const bool writable = (::fcntl(fd, F_GETFL) & O_ACCMODE) == O_WRONLY;
        ::syscall(SYS_close, fd);
        return writable ? failing(EDQUOT) : 0;
    };
    {
        atomic_file file(path);
        CAF_CHECK(commit_complaint(file, "new").ends_with(": Disk quota exceeded"));
        const open_device device("/dev/null");
        atomic_file direct(device.path());
        CAF_CHECK_EQUAL(commit_complaint(direct, "new"),
                        "cannot write the report to " + device.path() + ": Disk quota exceeded");
    }
    set.close = {};
    CAF_CHECK_EQUAL(content_of(path), "old");
    CAF_CHECK_EQUAL(entries(), 1u);
}

CAF_TEST(writes_that_take_a_part_or_nothing_or_are_interrupted_go_on) {
    atomic_file file(folder / "report.json");
    int calls = 0;
    set.write = [&](int fd, const void* data, std::size_t size) -> std::optional<ssize_t> {
        switch (++calls) {
        case 1:
            return failing(EINTR);
        case 2:
            errno = ENOSPC; // Of an earlier call: it says nothing of this one.
            return 0;
        default:
            return ::syscall(SYS_write, fd, data, std::min<std::size_t>(size, 3));
        }
    };
    file.commit("0123456789");
    set.write = {};
    CAF_CHECK_EQUAL(content_of(folder / "report.json"), "0123456789");
    CAF_CHECK_EQUAL(calls, 6);
}

CAF_TEST(a_disk_that_is_full_is_told_and_not_tried_again) {
    const auto path = folder / "report.json";
    int calls = 0;
    {
        atomic_file file(path);
        set.write = [&](int, const void*, std::size_t) {
            ++calls;
            return failing(ENOSPC);
        };
        const auto complaint = commit_complaint(file, "new");
        set.write = {};
        CAF_CHECK(complaint.ends_with(": No space left on device"));
    }
    CAF_CHECK_EQUAL(calls, 1);
    CAF_CHECK_EQUAL(entries(), 0u);
}

CAF_TEST(a_temporary_name_that_is_taken_is_drawn_again) {
    std::vector<std::string> names;
    set.open = [&](const char* path, int flags) -> std::optional<int> {
        if ((flags & O_EXCL) == 0)
            return std::nullopt;
        names.emplace_back(path);
        if (names.size() > 10)
            return failing(EROFS);
        if (names.size() < 3)
            return failing(EEXIST);
        errno = EEXIST; // A call that succeeds leaves it as it was.
        return std::nullopt;
    };
    {
        atomic_file file(folder / "report.json");
        CAF_CHECK_EQUAL(entries(), 1u);
        file.commit("new");
    }
    CAF_REQUIRE_EQUAL(names.size(), 3u);
    CAF_CHECK_NOT_EQUAL(names[0], names[1]);
    CAF_CHECK_NOT_EQUAL(names[1], names[2]);
    CAF_CHECK_EQUAL(only_entry(), "report.json");
}

CAF_TEST(a_folder_where_no_file_can_be_made_is_told_at_once) {
    int calls = 0;
    set.open = [&](const char*, int flags) -> std::optional<int> {
        return flags & O_EXCL && ++calls ? std::optional(failing(EROFS)) : std::nullopt;
    };
    CAF_CHECK(contains(complaint(folder / "report.json"),
                       ": in the folder " + folder.string() + ": Read-only file system"));
    CAF_CHECK_EQUAL(calls, 1);
}

CAF_TEST(a_file_of_the_report_is_not_handed_on_to_other_programs) {
    std::size_t opened = 0;
    set.open = [&](const char* path, int flags) -> std::optional<int> {
        if (std::string(path).starts_with(folder.string())) {
            ++opened;
            CAF_CHECK((flags & O_CLOEXEC) != 0);
        }
        return std::nullopt;
    };
    atomic_file(folder / "report.json").commit("new");
    CAF_CHECK_EQUAL(opened, 2u); // The temporary one and the folder.
}

CAF_TEST(a_full_pipe_of_another_program_is_waited_for_without_spinning) {
    int ends[2];
    CAF_REQUIRE(::pipe2(ends, O_NONBLOCK | O_CLOEXEC) == 0);
    const std::string block(4096, '-');
    while (::write(ends[1], block.data(), block.size()) > 0) {
    }
    int waits = 0;
    int tries = 0;
    std::string received;
    const auto drain = [&] {
        char buffer[4096];
        for (ssize_t count; (count = ::read(ends[0], buffer, sizeof buffer)) > 0;)
            received.append(buffer, static_cast<std::size_t>(count));
    };
    set.write = [&](int, const void*, std::size_t) -> std::optional<ssize_t> {
        CAF_REQUIRE_LESS(++tries, 100);
        return std::nullopt;
    };
    set.poll = [&](const pollfd* fds, nfds_t count, int timeout) {
        ++waits;
        CAF_CHECK_EQUAL(count, 1u);
        CAF_CHECK_EQUAL(fds->events, POLLOUT);
        CAF_CHECK_LESS(timeout, 0); // As long as it takes.
        drain();
    };
    atomic_file file(path_of(ends[1]));
    file.commit(std::string(300'000, 'x'));
    set = {};
    drain();
    CAF_CHECK_GREATER(waits, 0);
    CAF_CHECK_EQUAL(received.substr(received.find('x')), std::string(300'000, 'x'));
    ::close(ends[0]);
    ::close(ends[1]);
}

CAF_TEST(a_pipe_that_it_opened_itself_is_written_blocking) {
    const auto path = folder / "pipe";
    CAF_REQUIRE(::mkfifo(path.c_str(), 0600) == 0);
    const int reader = ::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    CAF_REQUIRE(reader != -1);
    atomic_file file(path);
    int flags = -1;
    set.write = [&](int fd, const void*, std::size_t) -> std::optional<ssize_t> {
        flags = ::fcntl(fd, F_GETFL);
        return std::nullopt;
    };
    file.commit("report");
    set = {};
    ::close(reader);
    CAF_CHECK_EQUAL(flags & O_NONBLOCK, 0);
    CAF_CHECK_EQUAL(flags & O_ACCMODE, O_WRONLY);
}

CAF_TEST_FIXTURE_SCOPE_END()
