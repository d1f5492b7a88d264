#pragma once

#include "tests/support/dsl.hpp"
#include "tests/support/local_service.hpp"
#include "tests/support/process.hpp"

#include <filesystem>
#include <string>

namespace avatar::tests {

/// What a run of the binary printed, and its exit code.
struct outcome {
    int code = 0;
    std::string out;
    std::string err;
};

outcome run_binary(const arguments& with, const environment& variables = {});

bool contains(const std::string& text, const std::string& part);

/// Fails with the whole text, so that what was printed instead can be read.
inline void check_contains(const std::string& text, const std::string& part) {
    if (!contains(text, part))
        CAF_ERROR("expected \"" << part << "\" in:\n" << text);
    else
        CAF_CHECK(true);
}

arguments joined(arguments first, const arguments& second);

/// A run on the embedded emulator that does not take long.
arguments quick_run(const arguments& more = {});

/// The command line of such a run, for a shell.
std::string quick_run_in_words(const arguments& more = {});

/// A run against a service of the test's own.
environment pointing_at(const local_service& service);

/// The variables of the `export NAME="value"` lines.
environment exported(const std::string& text);

/// A folder that goes with the test.
class scratch_folder {
public:
    scratch_folder();
    scratch_folder(const scratch_folder&) = delete;
    scratch_folder& operator=(const scratch_folder&) = delete;
    ~scratch_folder();

    std::string file(const std::string& name, const std::string& content) const;
    std::string path(const std::string& name) const { return (path_ / name).string(); }

private:
    std::filesystem::path path_;
};

std::string content_of(const std::string& file);

} // namespace avatar::tests
