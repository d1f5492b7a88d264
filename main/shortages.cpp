#include "main/shortages.hpp"

#include "config/error.hpp"
#include "config/exit_codes.hpp"
#include "report/atomic_file.hpp"
#include "report/file_descriptor.hpp"

#include <boost/system/system_error.hpp>
#include <fmt/format.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <future>
#include <malloc.h>
#include <new>
#include <optional>
#include <string_view>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/uio.h>
#include <system_error>
#include <thread>
#include <unistd.h>
#include <vector>

namespace avatar {
namespace {

constexpr auto too_little_memory = "too little memory: expected more, see ulimit -v, and the "
                                   "memory of the machine or its control group";

/// Which limit an error of the system says is reached; null: none.
const char* shortage_of(int error) {
    switch (error) {
    case ENOMEM:
        return too_little_memory;
    case EMFILE:
    case ENFILE:
        return "too few file descriptors: expected more, see ulimit -n";
    case EAGAIN:
        return "too few threads, or too little memory for them: expected more, see ulimit -u and "
               "-v, and pids.max of the control group";
    default:
        return nullptr;
    }
}

/// The error of the system that an exception stands for; 0: of none.
int error_of(const std::exception& e) {
    if (const auto* standard = dynamic_cast<const std::system_error*>(&e))
        return standard->code().category() == std::generic_category() ||
                       standard->code().category() == std::system_category()
                   ? standard->code().value()
                   : 0;
    if (const auto* boosts = dynamic_cast<const boost::system::system_error*>(&e))
        return boosts->code().category() == boost::system::system_category() ||
                       boosts->code().category() == boost::system::generic_category()
                   ? boosts->code().value()
                   : 0;
    return 0;
}

/// No allocation: there may be no memory left.
const char* words_for(const std::exception& e) {
    if (dynamic_cast<const std::bad_alloc*>(&e))
        return too_little_memory;
    const auto* shortage = shortage_of(error_of(e));
    return shortage ? shortage : e.what();
}

void check_descriptors(std::size_t count) {
    std::vector<report::file_descriptor> all;
    while (all.size() < count) {
        all.emplace_back(::open("/", O_PATH | O_CLOEXEC));
        if (all.back().get() == -1)
            throw config::config_error(
                fmt::format("{}; {} of {} were free",
                            shortage_of(errno) ? shortage_of(errno) : std::strerror(errno),
                            all.size() - 1, count));
    }
}

/// Memory that nobody uses.
class mapping {
public:
    explicit mapping(std::size_t bytes)
        : bytes_(bytes),
          at_(::mmap(nullptr, bytes, PROT_READ | PROT_WRITE,
                     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0)) {
        if (at_ == MAP_FAILED)
            throw config::config_error(
                fmt::format("{}; {} MB were not free", too_little_memory, bytes / 1'000'000));
    }
    ~mapping() { ::munmap(at_, bytes_); }

    mapping(const mapping&) = delete;
    mapping& operator=(const mapping&) = delete;

private:
    std::size_t bytes_;
    void* at_;
};

void check_threads(std::size_t count) {
    std::promise<void> all_started;
    const auto end = all_started.get_future().share();
    std::vector<std::thread> threads;
    std::optional<std::string> why;
    try {
        while (threads.size() < count)
            threads.emplace_back([end] { end.wait(); });
    } catch (const std::exception& e) {
        why = in_one_line(e);
    }
    all_started.set_value();
    for (auto& thread : threads)
        thread.join();
    if (why)
        throw config::config_error(
            fmt::format("{}; {} of {} threads could be started", *why, threads.size(), count));
}

[[noreturn]] void end_by_exception() {
    try {
        if (const auto current = std::current_exception())
            std::rethrow_exception(current);
        say_without_log("internal error: terminated");
    } catch (const std::exception& e) {
        say_without_log(words_for(e));
    } catch (...) {
        say_without_log("internal error: an exception of a type of its own");
    }
    report::remove_temporary_files();
    std::_Exit(config::some_requests_failed);
}

} // namespace

void prepare_for_shortages() {
    std::set_terminate(end_by_exception);
    std::signal(SIGXFSZ, SIG_IGN);
#ifdef __GLIBC__
    // Each thread would reserve 64 MB of a limited address space for a heap of its own.
    rlimit limit{};
    if (::getrlimit(RLIMIT_AS, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY)
        ::mallopt(M_ARENA_MAX, 1);
#endif
}

void check_needs(const needs& what) {
    check_descriptors(what.descriptors);
    const mapping memory(what.bytes); // While there are the threads.
    check_threads(what.threads);
}

std::string in_one_line(const std::exception& e) {
    return words_for(e);
}

void say_without_log(const char* text) noexcept {
    constexpr std::string_view name = "avatar-pool: ";
    const auto part = [](std::string_view of) {
        return iovec{const_cast<char*>(of.data()), of.size()};
    };
    const std::array line{part(name), part(text), part("\n")};
    [[maybe_unused]] const auto lost = ::writev(STDERR_FILENO, line.data(), line.size());
}

} // namespace avatar
