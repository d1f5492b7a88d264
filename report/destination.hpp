#pragma once

#include "report/file_descriptor.hpp"

#include <filesystem>
#include <string>

/// Where a path to write to leads; a part of atomic_file.
namespace avatar::report {

enum class destination_kind {
    replaceable, ///< A regular file, or nothing yet.
    direct,      ///< Something to write into as it is.
    unusable,
};

struct destination {
    destination_kind kind = destination_kind::unusable;
    std::filesystem::path target; ///< With the links of its last part followed.
    file_descriptor fd;           ///< Of a direct one: open for writing.
    std::string reason;           ///< Of an unusable one.
};

/// "-", the name that programs have for it. A file of that name is "./-".
bool is_standard_output(const std::filesystem::path& path);

/// Follows the links and looks at what is there. Opens a pipe or a device, but
/// never waits for a pipe's reader. Never throws but for lack of memory.
destination find_destination(const std::filesystem::path& path);

/// The folder a file is in; "." for a bare name.
std::filesystem::path folder_of(const std::filesystem::path& file);

} // namespace avatar::report
