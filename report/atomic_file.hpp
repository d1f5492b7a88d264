#pragma once

#include "report/file_descriptor.hpp"

#include <filesystem>
#include <stdexcept>
#include <string>
#include <string_view>

namespace avatar::report {

/// A report cannot be written. what() is one line that names the path, the
/// reason and, where it is known, the way out.
class report_error : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// A file that appears whole or not at all. Made before a long run, so that a
/// path that cannot be written is found out before and not after it; committed
/// once, when the content is there.
///
/// - A regular or new file: written as ".NAME.XXXXXXXX.tmp" in the same folder
///   and renamed over the destination. An existing file keeps its permissions
///   and, until commit, its content. Hard links to it keep the old content.
/// - A symbolic link: followed, also to where nothing is yet. The link stays
///   and its target is replaced.
/// - A device, a pipe, or a file already open (/dev/stdout, /dev/fd/N,
///   /proc/self/fd/N): written directly, there is nothing to rename. What the
///   program has buffered for the same stream must be flushed before.
/// - "-": standard output, likewise.
///
/// A process that SIGKILL ends leaves its temporary file behind.
class atomic_file {
public:
    /// Throws report_error when the destination is a folder, its folder is
    /// missing or not writable, or it exists and may not be written.
    explicit atomic_file(std::filesystem::path destination);

    /// Removes the temporary file unless it was committed.
    ~atomic_file();

    atomic_file(const atomic_file&) = delete;
    atomic_file& operator=(const atomic_file&) = delete;

    /// Writes all of `content`, waits until the disk has it, and puts it in
    /// place. To be called once. Throws report_error (disk full, file too
    /// large, …); the destination is then as it was. Writing into a pipe
    /// blocks while its reader is slow.
    void commit(std::string_view content);

private:
    void open_temporary();
    [[noreturn]] void fail(int error) const;
    [[noreturn]] void fail(const std::string& reason) const;

    std::filesystem::path named_;     // as the user gave it, for messages
    std::filesystem::path target_;    // where the links lead
    std::filesystem::path temporary_; // empty: written directly
    file_descriptor fd_;
};

/// Removes the temporary files of this process, which is about to end without destructors: no
/// file of it is committed any more. From any thread.
void remove_temporary_files() noexcept;

} // namespace avatar::report
