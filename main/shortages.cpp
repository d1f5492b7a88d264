#include "main/shortages.hpp"

#include "config/error.hpp"
#include "config/exit_codes.hpp"
#include "report/atomic_file.hpp"

#include <boost/system/system_error.hpp>
#include <fmt/format.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <future>
#include <new>
#include <optional>
#include <string_view>
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
        return "too few threads: expected more, see ulimit -u, and pids.max of the control group";
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
}

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
