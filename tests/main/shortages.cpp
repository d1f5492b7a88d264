#include "tests/main/binary.hpp"

#include <algorithm>
#include <unistd.h>
#include <vector>

#define CAF_SUITE shortages

using namespace avatar;
using namespace avatar::tests;

namespace {

/// A folder that a user who is not root may write to, with the program: that user may not
/// look into the tree.
struct shortages_fixture {
    shortages_fixture() {
        namespace fs = std::filesystem;
        fs::permissions(folder.path(""), fs::perms::all);
        fs::copy_file(AVATAR_POOL_BINARY, program);
    }

    /// The program in a shell with that limit. Root has no limit of its processes.
    outcome run_limited(const std::string& limit, const std::string& more) {
        const auto command = "ulimit -c 0; ulimit " + limit + "; exec " + program + " " + more;
        arguments with = {"--reuid=65534", "--regid=65534", "--clear-groups", "/bin/bash", "-c",
                          command};
        const bool root = ::geteuid() == 0;
        process child(root ? "/usr/bin/setpriv" : "/bin/bash",
                      root ? with : arguments{"-c", command});
        outcome result;
        result.code = child.wait();
        result.out = child.out();
        result.err = child.err();
        return result;
    }

    /// It ends with a documented code, says why when that is not 0, and leaves nothing behind.
    void check_end(const std::string& limit, const outcome& end) {
        CAF_MESSAGE("ulimit " << limit << ": " << end.code << ", " << end.err);
        CAF_CHECK(end.code >= 0 && end.code <= 3);
        CAF_CHECK_EQUAL(end.code == 0, !contains(end.err, "avatar-pool: "));
        std::filesystem::remove(report);
        for (const auto& left : std::filesystem::directory_iterator(folder.path("")))
            CAF_CHECK_EQUAL(left.path().string(), program);
    }

    /// Whether any of these limits was too low, and any was not.
    bool check_runs(const std::string& kind, const std::vector<int>& limits) {
        std::string command = "run --report.json=" + report;
        for (const auto& argument : quick_run())
            if (argument != "run")
                command += " " + argument;
        int ok = 0;
        for (const int limit : limits) {
            const auto limited = kind + " " + std::to_string(limit);
            const auto end = run_limited(limited, command);
            ok += end.code == 0 ? 1 : 0;
            check_end(limited, end);
        }
        return ok > 0 && ok < static_cast<int>(limits.size());
    }

    scratch_folder folder;
    const std::string program = folder.path("avatar-pool");
    const std::string report = folder.path("report.json");
};

/// Sanitizers need threads, memory and descriptors of their own.
#ifdef AVATAR_SANITIZED
constexpr bool is_sanitized() {
    return true;
}
#else
constexpr bool is_sanitized() {
    return false;
}
#endif

} // namespace

CAF_TEST_FIXTURE_SCOPE(shortages_tests, shortages_fixture)

CAF_TEST(a run with too few threads says so) {
    if (is_sanitized())
        return;
    CAF_CHECK(check_runs("-u", {1, 2, 3, 4, 5, 6, 7, 8, 40}));
    check_contains(run_limited("-u 4", "run --emulator").err,
                   "avatar-pool: too few threads, or too little memory for them: expected more, "
                   "see ulimit -u and -v");
}

CAF_TEST(an emulator with too few threads says so) {
    if (is_sanitized())
        return;
    for (const std::string limit : {"-u 1", "-u 2", "-u 3"}) {
        const auto end = run_limited(limit, "emulator");
        CAF_CHECK(end.code == 1 || end.code == 2);
        check_end(limit, end);
    }
}

CAF_TEST(a run with too little memory says so) {
    if (is_sanitized())
        return;
    std::vector<int> limits;
    for (int kilobytes = 40'000; kilobytes <= 240'000; kilobytes += 10'000)
        limits.push_back(kilobytes);
    limits.push_back(4'000'000);
    CAF_CHECK(check_runs("-v", limits));
}

CAF_TEST(a run whose files may not grow says so) {
    if (is_sanitized())
        return;
    CAF_CHECK(check_runs("-f", {0, 1, 2, 100}));
    check_contains(run_limited("-f 1", "run --emulator --pool.size=1 --rounds.count=1 "
                                       "--rounds.concurrency=1 --emulator.first-frame=0 "
                                       "--emulator.frame-interval=1ms --report.json=" +
                                           report)
                       .err,
                   "cannot write the report to " + report + ": File too large");
}

CAF_TEST(a run with too few descriptors says so) {
    if (is_sanitized())
        return;
    CAF_CHECK(check_runs("-n", {4, 5, 6, 7, 8, 12, 16, 32, 64, 68, 100}));
}

CAF_TEST(an emulator with too few descriptors says so) {
    if (is_sanitized())
        return;
    for (const std::string limit : {"-n 4", "-n 6", "-n 8", "-n 10"}) {
        const auto end = run_limited(limit, "emulator");
        CAF_CHECK(end.code == 1 || end.code == 2);
        check_end(limit, end);
    }
}

CAF_TEST_FIXTURE_SCOPE_END()
