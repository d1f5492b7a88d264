// Where atomic_file writes when its path is not simply that of a file.
#define CAF_SUITE destination

#include "tests/report/file_fixture.hpp"

#include <cstdio>
#include <fcntl.h>
#include <optional>
#include <string>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <thread>
#include <unistd.h>

using namespace avatar::report::test;
using avatar::report::atomic_file;

CAF_TEST_FIXTURE_SCOPE(destination_tests, temporary_folder)

CAF_TEST(a_full_device_is_reported) {
    const open_device device("/dev/full");
    atomic_file file(device.path());
    CAF_CHECK_EQUAL(commit_complaint(file, "x"),
                    "cannot write the report to " + device.path() + ": No space left on device");
}

CAF_TEST(a_link_stays_and_its_target_is_replaced) {
    fs::create_directory(folder / "real");
    put(folder / "real" / "report.json", "old");
    fs::create_symlink("real/report.json", folder / "one");
    fs::create_symlink(folder / "one", folder / "two");
    atomic_file(folder / "two").commit("new");
    CAF_CHECK(fs::is_symlink(folder / "one"));
    CAF_CHECK(fs::is_symlink(folder / "two"));
    CAF_CHECK(!fs::is_symlink(folder / "real" / "report.json"));
    CAF_CHECK_EQUAL(content_of(folder / "real" / "report.json"), "new");
}

CAF_TEST(a_link_to_nothing_makes_its_target) {
    fs::create_symlink("later.json", folder / "link");
    atomic_file(folder / "link").commit("new");
    CAF_CHECK(fs::is_symlink(folder / "link"));
    CAF_CHECK_EQUAL(content_of(folder / "later.json"), "new");
}

CAF_TEST(links_in_a_circle_are_found_before_the_run) {
    fs::create_symlink("b", folder / "a");
    fs::create_symlink("a", folder / "b");
    CAF_CHECK(contains(complaint(folder / "a"), "Too many levels of symbolic links"));
}

CAF_TEST(as_many_links_are_followed_as_the_kernel_follows) {
    put(folder / "0", "old");
    for (int i = 1; i <= 41; ++i)
        fs::create_symlink(std::to_string(i - 1), folder / std::to_string(i));
    CAF_CHECK(contains(complaint(folder / "41"), "Too many levels of symbolic links"));
    atomic_file(folder / "40").commit("new");
    CAF_CHECK_EQUAL(content_of(folder / "0"), "new");
}

CAF_TEST(a_file_whose_name_is_a_number_is_a_file) {
    for (const char* name : {"1", "2", "99"}) {
        atomic_file(folder / name).commit("x");
        CAF_CHECK_EQUAL(content_of(folder / name), "x");
    }
}

CAF_TEST(what_only_begins_with_a_number_is_no_descriptor) {
    for (const char* name : {"1x", "x", "1.5", "99999999999999999999"}) {
        CAF_CHECK(contains(complaint(fs::path("/dev/fd") / name), "cannot write the report"));
        CAF_CHECK(!contains(complaint(fs::path("/dev/fd") / name), "Bad file descriptor"));
    }
}

CAF_TEST(a_file_open_for_appending_is_appended_to) {
    const auto path = folder / "log.txt";
    put(path, "before\n");
    for (const char* in : {"/dev/fd/", "/proc/self/fd/"}) {
        const int fd = ::open(path.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC);
        CAF_REQUIRE(fd != -1);
        atomic_file(in + std::to_string(fd)).commit("report\n");
        CAF_CHECK_EQUAL(::fcntl(fd, F_GETFL) & O_APPEND, O_APPEND);
        ::close(fd);
    }
    CAF_CHECK_EQUAL(content_of(path), "before\nreport\nreport\n");
}

CAF_TEST(a_link_to_a_descriptor_is_that_descriptor) {
    const auto path = folder / "out.txt";
    const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
    CAF_REQUIRE(fd != -1 && ::write(fd, "before\n", 7) == 7);
    fs::create_symlink("/proc/self/fd/" + std::to_string(fd), folder / "link");
    atomic_file(folder / "link").commit("report\n");
    ::close(fd);
    CAF_CHECK_EQUAL(content_of(path), "before\nreport\n");
}

CAF_TEST(a_pipe_without_permission_is_told_from_one_without_a_reader) {
    const auto path = folder / "pipe";
    CAF_REQUIRE(::mkfifo(path.c_str(), 0600) == 0 && ::chmod(path.c_str(), 0444) == 0 &&
                ::chmod(folder.c_str(), 0755) == 0);
    const without_privileges guard;
    CAF_CHECK(complaint(path).ends_with(": Permission denied"));
}

CAF_TEST(a_socket_is_refused) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    const auto path = (folder / "socket").string();
    CAF_REQUIRE_LESS(path.size(), sizeof address.sun_path);
    path.copy(address.sun_path, path.size());
    const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    CAF_REQUIRE(::bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
    CAF_CHECK(complaint(path).ends_with(": it is a pipe that nobody reads, or a socket"));
    ::close(fd);
}

CAF_TEST(an_open_file_is_written_where_it_stands) {
    const auto path = folder / "stdout.txt";
    const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
    CAF_REQUIRE(fd != -1 && ::write(fd, "before\n", 7) == 7);
    atomic_file(path_of(fd)).commit("report\n");
    CAF_REQUIRE(::write(fd, "after\n", 6) == 6);
    ::close(fd);
    CAF_CHECK_EQUAL(content_of(path), "before\nreport\nafter\n");
    CAF_CHECK_EQUAL(entries(), 1u);
}

CAF_TEST(standard_output_is_written_directly) {
    const auto path = folder / "stdout.txt";
    ::fflush(stdout);
    const int saved = ::dup(STDOUT_FILENO);
    const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
    CAF_REQUIRE(saved != -1 && fd != -1);
    ::dup2(fd, STDOUT_FILENO);
    // As /dev/stdout is one.
    fs::create_symlink("/proc/self/fd/1", folder / "stdout");
    std::optional<atomic_file> file(std::in_place, folder / "stdout");
    const auto error = commit_complaint(*file, "report\n");
    ::dup2(saved, STDOUT_FILENO);
    ::close(saved);
    ::close(fd);
    CAF_CHECK_EQUAL(error, "");
    CAF_CHECK_EQUAL(content_of(path), "report\n");
}

CAF_TEST(a_descriptor_open_for_reading_is_found_before_the_run) {
    put(folder / "in", "old");
    const int fd = ::open((folder / "in").c_str(), O_RDONLY | O_CLOEXEC);
    CAF_REQUIRE(fd != -1);
    CAF_CHECK(contains(complaint("/proc/self/fd/" + std::to_string(fd)), "for reading only"));
    ::close(fd);
    CAF_CHECK(contains(complaint(path_of(fd)), "Bad file descriptor"));
}

CAF_TEST(a_pipe_is_written_directly) {
    const auto path = folder / "pipe";
    CAF_REQUIRE(::mkfifo(path.c_str(), 0600) == 0);
    const int reader = ::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    CAF_REQUIRE(reader != -1);
    atomic_file(path).commit("report");
    char buffer[16] = {};
    const auto count = ::read(reader, buffer, sizeof buffer);
    ::close(reader);
    CAF_REQUIRE_EQUAL(count, 6);
    CAF_CHECK_EQUAL(std::string(buffer, 6), "report");
    CAF_CHECK(fs::is_fifo(path));
}

CAF_TEST(a_pipe_without_a_reader_is_refused_and_not_waited_for) {
    const auto path = folder / "pipe";
    CAF_REQUIRE(::mkfifo(path.c_str(), 0600) == 0);
    CAF_CHECK(contains(complaint(path), "a pipe that nobody reads"));
}

CAF_TEST(a_full_non_blocking_pipe_is_waited_for) {
    int ends[2];
    CAF_REQUIRE(::pipe2(ends, O_NONBLOCK | O_CLOEXEC) == 0);
    const std::string large(300'000, 'x');
    std::string received;
    std::thread reader([&, fd = ends[0]] {
        char buffer[4096];
        while (received.size() < large.size()) {
            const auto count = ::read(fd, buffer, sizeof buffer);
            if (count > 0)
                received.append(buffer, static_cast<std::size_t>(count));
            else
                std::this_thread::yield();
        }
    });
    atomic_file(path_of(ends[1])).commit(large);
    reader.join();
    ::close(ends[0]);
    ::close(ends[1]);
    CAF_CHECK(received == large);
}

CAF_TEST_FIXTURE_SCOPE_END()
