// Where atomic_file writes when its path is not simply that of a file.
#define CAF_SUITE destination

#include "tests/report/file_fixture.hpp"

#include <cstdio>
#include <fcntl.h>
#include <optional>
#include <string>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>

using namespace avatar::report::test;
using avatar::report::atomic_file;

CAF_TEST_FIXTURE_SCOPE(destination_tests, temporary_folder)

CAF_TEST(a_full_device_is_reported) {
    atomic_file file("/dev/full");
    const auto error = commit_complaint(file, "x");
    CAF_CHECK_EQUAL(error, "cannot write the report to /dev/full: No space left on device");
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

CAF_TEST(an_open_file_is_written_where_it_stands) {
    const auto path = folder / "stdout.txt";
    const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
    CAF_REQUIRE(fd != -1 && ::write(fd, "before\n", 7) == 7);
    atomic_file("/dev/fd/" + std::to_string(fd)).commit("report\n");
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
    std::optional<atomic_file> file(std::in_place, "/dev/stdout");
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
    CAF_CHECK(contains(complaint("/dev/fd/" + std::to_string(fd)), "Bad file descriptor"));
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
    atomic_file("/dev/fd/" + std::to_string(ends[1])).commit(large);
    reader.join();
    ::close(ends[0]);
    ::close(ends[1]);
    CAF_CHECK(received == large);
}

CAF_TEST_FIXTURE_SCOPE_END()
