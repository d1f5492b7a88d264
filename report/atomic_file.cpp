#include "report/atomic_file.hpp"

#include "report/destination.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <fcntl.h>
#include <mutex>
#include <poll.h>
#include <random>
#include <set>
#include <sys/stat.h>
#include <system_error>
#include <utility>

namespace avatar::report {
namespace {

std::string text_of(int error) {
    return std::generic_category().message(error);
}

// A pipe shared with another program may have been made non-blocking by it.
void wait_until_writable(int fd) {
    pollfd one{fd, POLLOUT, 0};
    ::poll(&one, 1, -1);
}

// Returns 0, or the errno of the write that failed.
int write_all(int fd, std::string_view content) {
    while (!content.empty()) {
        const auto written = ::write(fd, content.data(), content.size());
        if (written >= 0)
            content.remove_prefix(static_cast<std::size_t>(written));
        else if (errno == EAGAIN)
            wait_until_writable(fd);
        else if (errno != EINTR)
            return errno;
    }
    return 0;
}

// The new name must survive a power cut too. Not every file system can do
// this for a folder, and the content is safe by then: errors do not count.
void sync_folder(const std::filesystem::path& folder) {
    const file_descriptor fd(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (fd.get() != -1)
        ::fsync(fd.get());
}

/// Those of this process.
class temporary_files {
public:
    void add(const std::filesystem::path& path) {
        const std::lock_guard lock(mutex_);
        paths_.insert(path);
    }
    void forget(const std::filesystem::path& path) {
        const std::lock_guard lock(mutex_);
        paths_.erase(path);
    }
    void remove_all() {
        const std::lock_guard lock(mutex_);
        for (const auto& path : paths_)
            ::unlink(path.c_str());
        paths_.clear();
    }

private:
    std::mutex mutex_;
    std::set<std::filesystem::path> paths_;
};

/// Never destroyed: other threads may still use it as the process ends.
temporary_files& all_temporary_files() {
    static auto& all = *new temporary_files;
    return all;
}

} // namespace

void remove_temporary_files() noexcept {
    all_temporary_files().remove_all();
}

atomic_file::atomic_file(std::filesystem::path destination) : named_(std::move(destination)) {
    auto found = find_destination(named_);
    target_ = std::move(found.target);
    switch (found.kind) {
    case destination_kind::replaceable:
        open_temporary();
        break;
    case destination_kind::direct:
        fd_ = std::move(found.fd);
        break;
    case destination_kind::unusable:
        fail(found.reason);
    }
}

atomic_file::~atomic_file() {
    if (temporary_.empty())
        return;
    ::unlink(temporary_.c_str());
    all_temporary_files().forget(temporary_);
}

void atomic_file::open_temporary() {
    struct stat existing {};
    const bool exists = ::stat(target_.c_str(), &existing) == 0;
    // A rename needs no permission on the file it replaces, but a file made
    // read-only is meant to stay.
    if (exists && ::faccessat(AT_FDCWD, target_.c_str(), W_OK, AT_EACCESS) != 0)
        fail(errno);

    // Cut, so that the longest name a file may have (255 bytes) still works.
    const auto name = target_.filename().string().substr(0, 200);
    const auto folder = folder_of(target_);
    std::random_device random;
    do {
        temporary_ = folder / fmt::format(".{}.{:08x}.tmp", name, random());
        // Not mkstemp: a new file gets the permissions the umask allows.
        fd_ = file_descriptor(
            ::open(temporary_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666));
    } while (fd_.get() == -1 && errno == EEXIST);

    if (fd_.get() == -1) {
        const int error = errno;
        if (error == ENOENT)
            fail(fmt::format("the folder {} does not exist", folder.string()));
        fail(fmt::format("in the folder {}: {}", folder.string(), text_of(error)));
    }
    all_temporary_files().add(temporary_);
    // Best effort: a file system without permissions refuses.
    constexpr mode_t permissions = 07777;
    if (exists)
        ::fchmod(fd_.get(), existing.st_mode & permissions);
}

void atomic_file::commit(std::string_view content) {
    if (const int error = write_all(fd_.get(), content))
        fail(error);
    if (temporary_.empty()) {
        if (!fd_.close())
            fail(errno);
        return;
    }
    if (::fsync(fd_.get()) != 0 || !fd_.close())
        fail(errno);
    if (::rename(temporary_.c_str(), target_.c_str()) != 0)
        fail(errno);
    all_temporary_files().forget(temporary_);
    temporary_.clear();
    sync_folder(folder_of(target_));
}

void atomic_file::fail(int error) const {
    fail(text_of(error));
}

void atomic_file::fail(const std::string& reason) const {
    throw report_error(fmt::format("cannot write the report to {}: {}",
                                   is_standard_output(named_) ? "standard output" : named_.string(),
                                   reason));
}

} // namespace avatar::report
