#define CAF_SUITE atomic_file

#include "tests/report/file_fixture.hpp"

#include <csignal>
#include <cstdlib>
#include <optional>
#include <string>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace avatar::report::test;
using avatar::report::atomic_file;

namespace {

mode_t permissions_of(const fs::path& file) {
    struct stat found {};
    CAF_REQUIRE(::stat(file.c_str(), &found) == 0);
    return found.st_mode & 07777;
}

// No file may grow beyond `bytes`: the nearest to a full disk without one.
struct file_size_limit {
    rlimit before{};
    void (*handler)(int);
    explicit file_size_limit(rlim_t bytes) : handler(std::signal(SIGXFSZ, SIG_IGN)) {
        ::getrlimit(RLIMIT_FSIZE, &before);
        rlimit limit = before;
        limit.rlim_cur = bytes;
        CAF_REQUIRE(::setrlimit(RLIMIT_FSIZE, &limit) == 0);
    }
    ~file_size_limit() {
        ::setrlimit(RLIMIT_FSIZE, &before);
        std::signal(SIGXFSZ, handler);
    }
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(atomic_file_tests, temporary_folder)

CAF_TEST(a_commit_puts_the_content_in_place) {
    {
        atomic_file file(folder / "report.json");
        CAF_CHECK(!fs::exists(folder / "report.json"));
        file.commit("content\n");
        CAF_CHECK_EQUAL(content_of(folder / "report.json"), "content\n");
    }
    CAF_CHECK_EQUAL(content_of(folder / "report.json"), "content\n");
    CAF_CHECK_EQUAL(entries(), 1u);
}

CAF_TEST(without_a_commit_nothing_is_left_behind) {
    {
        atomic_file file(folder / "report.json");
        CAF_CHECK_EQUAL(entries(), 1u); // the temporary one, beside it
    }
    CAF_CHECK_EQUAL(entries(), 0u);
}

CAF_TEST(an_existing_file_stays_until_the_commit) {
    const auto path = folder / "report.json";
    put(path, "old");
    { atomic_file file(path); }
    CAF_CHECK_EQUAL(content_of(path), "old");
    atomic_file file(path);
    CAF_CHECK_EQUAL(content_of(path), "old");
    file.commit("new");
    CAF_CHECK_EQUAL(content_of(path), "new");
}

CAF_TEST(an_existing_file_keeps_its_permissions) {
    const auto path = folder / "report.json";
    put(path, "old");
    CAF_REQUIRE(::chmod(path.c_str(), 0640) == 0);
    atomic_file(path).commit("new");
    CAF_CHECK_EQUAL(permissions_of(path), 0640u);
}

CAF_TEST(a_new_file_gets_the_permissions_the_umask_allows) {
    const auto before = ::umask(027);
    atomic_file(folder / "report.json").commit("new");
    ::umask(before);
    CAF_CHECK_EQUAL(permissions_of(folder / "report.json"), 0640u);
}

CAF_TEST(a_new_file_is_open_to_no_more_than_reading_and_writing) {
    const auto before = ::umask(0);
    atomic_file(folder / "report.json").commit("new");
    ::umask(before);
    CAF_CHECK_EQUAL(permissions_of(folder / "report.json"), 0666u);
}

CAF_TEST(the_temporary_file_is_hidden_and_named_after_the_report) {
    const atomic_file file(folder / "report.json");
    const auto name = only_entry();
    CAF_CHECK(name.starts_with(".report.json."));
    CAF_CHECK(name.ends_with(".tmp"));
    CAF_CHECK_EQUAL(name.size(), std::string(".report.json.01234567.tmp").size());
}

CAF_TEST(two_reports_at_once_have_a_temporary_file_each) {
    const auto path = folder / "report.json";
    atomic_file first(path);
    atomic_file second(path);
    CAF_CHECK_EQUAL(entries(), 2u);
    first.commit("first");
    CAF_CHECK_EQUAL(content_of(path), "first");
    second.commit("second");
    CAF_CHECK_EQUAL(content_of(path), "second");
    CAF_CHECK_EQUAL(entries(), 1u);
}

CAF_TEST(after_the_commit_the_temporary_name_is_not_its_own_any_more) {
    std::optional<atomic_file> file(std::in_place, folder / "report.json");
    const auto temporary = folder / only_entry();
    file->commit("report");
    put(temporary, "of somebody else");
    file.reset();
    CAF_CHECK_EQUAL(content_of(temporary), "of somebody else");
}

CAF_TEST(a_commit_that_cannot_put_the_file_in_place_leaves_no_temporary_one) {
    const auto path = folder / "report.json";
    {
        atomic_file file(path);
        fs::create_directory(path);
        CAF_CHECK_EQUAL(commit_complaint(file, "x"),
                        "cannot write the report to " + path.string() + ": Is a directory");
    }
    CAF_CHECK_EQUAL(entries(), 1u);
    CAF_CHECK(fs::is_directory(path));
}

CAF_TEST(no_descriptor_stays_open_however_it_ends) {
    const auto before = open_descriptors();
    atomic_file(folder / "report.json").commit("new");
    CAF_CHECK_EQUAL(open_descriptors(), before);
    { const atomic_file uncommitted(folder / "report.json"); }
    CAF_CHECK_EQUAL(open_descriptors(), before);
    for (const fs::path& bad : {folder, folder / "missing" / "x", fs::path("/dev/fd/999")})
        CAF_CHECK_NOT_EQUAL(complaint(bad), "");
    CAF_CHECK_EQUAL(open_descriptors(), before);
    const open_device device("/dev/null");
    atomic_file direct(device.path());
    CAF_CHECK_EQUAL(open_descriptors(), before + 2);
    direct.commit("x");
    CAF_CHECK_EQUAL(open_descriptors(), before + 1);
}

CAF_TEST(a_large_content_arrives_whole) {
    const std::string large(5'000'000, 'x');
    atomic_file(folder / "report.json").commit(large);
    CAF_CHECK(content_of(folder / "report.json") == large);
}

CAF_TEST(a_name_of_any_length_that_a_file_may_have_works) {
    for (const std::size_t length : {1, 2, 199, 200, 201, 240, 241, 254, 255}) {
        const auto path = folder / std::string(length, 'n');
        atomic_file(path).commit("x");
        CAF_CHECK_EQUAL(content_of(path), "x");
    }
}

CAF_TEST(a_name_longer_than_that_is_found_before_the_run) {
    CAF_CHECK(contains(complaint(folder / std::string(256, 'n')), "File name too long"));
}

CAF_TEST(a_bare_name_is_in_the_working_folder) {
    const auto before = fs::current_path();
    fs::current_path(folder);
    atomic_file("bare.json").commit("x");
    fs::current_path(before);
    CAF_CHECK_EQUAL(content_of(folder / "bare.json"), "x");
}

CAF_TEST(a_missing_folder_is_found_before_the_run) {
    const auto path = folder / "missing" / "report.json";
    CAF_CHECK_EQUAL(complaint(path), "cannot write the report to " + path.string() +
                                         ": the folder " + (folder / "missing").string() +
                                         " does not exist");
}

CAF_TEST(a_file_in_place_of_a_folder_is_found_before_the_run) {
    put(folder / "file", "");
    CAF_CHECK(contains(complaint(folder / "file" / "report.json"), "Not a directory"));
}

CAF_TEST(a_folder_as_destination_is_found_before_the_run) {
    CAF_CHECK_EQUAL(complaint(folder), "cannot write the report to " + folder.string() +
                                           ": it is a folder; name a file in it");
    CAF_CHECK(contains(complaint(folder / ""), "it names a folder"));
    CAF_CHECK(contains(complaint(folder / "new" / ""), "it names a folder"));
    CAF_CHECK(contains(complaint(""), "the path is empty"));
}

CAF_TEST(a_folder_without_permission_is_found_before_the_run) {
    const auto closed = folder / "closed";
    fs::create_directory(closed);
    CAF_REQUIRE(::chmod(folder.c_str(), 0755) == 0 && ::chmod(closed.c_str(), 0555) == 0);
    const without_privileges guard;
    CAF_CHECK(contains(complaint(closed / "report.json"), "Permission denied"));
}

CAF_TEST(a_file_without_permission_is_found_before_the_run) {
    const auto path = folder / "report.json";
    put(path, "old");
    // The folder would let the file be replaced.
    CAF_REQUIRE(::chmod(folder.c_str(), 0777) == 0 && ::chmod(path.c_str(), 0444) == 0);
    const without_privileges guard;
    CAF_CHECK(contains(complaint(path), "Permission denied"));
}

CAF_TEST(a_write_that_fails_leaves_the_old_file_and_no_temporary_one) {
    const auto path = folder / "report.json";
    put(path, "old");
    {
        atomic_file file(path);
        const file_size_limit limit(1000);
        const auto error = commit_complaint(file, std::string(100'000, 'x'));
        CAF_CHECK_EQUAL(error, "cannot write the report to " + path.string() + ": File too large");
    }
    CAF_CHECK_EQUAL(content_of(path), "old");
    CAF_CHECK_EQUAL(entries(), 1u);
}

CAF_TEST(a_folder_that_vanishes_during_the_run_is_reported) {
    const auto inner = folder / "inner";
    fs::create_directory(inner);
    std::optional<atomic_file> file(std::in_place, inner / "report.json");
    fs::remove_all(inner);
    CAF_CHECK_EQUAL(commit_complaint(*file, "x"), "cannot write the report to " +
                                                      (inner / "report.json").string() +
                                                      ": No such file or directory");
}

CAF_TEST_FIXTURE_SCOPE_END()
