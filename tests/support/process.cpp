#include "tests/support/process.hpp"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <poll.h>
#include <stdexcept>
#include <sys/wait.h>
#include <unistd.h>
#include <utility>

namespace avatar::tests {
namespace {

// Sanitizers on a busy machine are slow; a hang is still found.
constexpr auto bound = std::chrono::seconds(120);

std::vector<char*> pointers(std::vector<std::string>& strings) {
    std::vector<char*> result;
    for (auto& s : strings)
        result.push_back(s.data());
    result.push_back(nullptr);
    return result;
}

} // namespace

process::process(const std::string& program, const arguments& with, const environment& variables)
    : deadline_(std::chrono::steady_clock::now() + bound) {
    std::vector<std::string> argv{program};
    argv.insert(argv.end(), with.begin(), with.end());
    std::vector<std::string> envp;
    for (const char* kept : {"PATH", "ASAN_OPTIONS", "TSAN_OPTIONS", "UBSAN_OPTIONS",
                             "AVATAR_MUTANT", "AVATAR_MUTANTS_REACHED"})
        if (const char* value = std::getenv(kept))
            envp.push_back(kept + ("=" + std::string(value)));
    for (const auto& [name, value] : variables)
        envp.push_back(name + "=" + value);
    const auto argv_pointers = pointers(argv);
    const auto envp_pointers = pointers(envp);

    std::array<int, 2> out{}, err{};
    if (pipe2(out.data(), O_CLOEXEC) != 0 || pipe2(err.data(), O_CLOEXEC) != 0)
        throw std::runtime_error("no pipes");
    pid_ = fork();
    if (pid_ < 0)
        throw std::runtime_error("no child process");
    if (pid_ == 0) {
        dup2(out[1], STDOUT_FILENO);
        dup2(err[1], STDERR_FILENO);
        // The sockets of this process would stay open with it.
        close_range(STDERR_FILENO + 1, handed_on - 1, 0);
        close_range(handed_on + 1, ~0U, 0);
        execve(argv_pointers[0], argv_pointers.data(), envp_pointers.data());
        _exit(127);
    }
    close(out[1]);
    close(err[1]);
    out_pipe_ = out[0];
    err_pipe_ = err[0];
}

process::~process() {
    if (pid_ > 0) {
        ::kill(pid_, SIGKILL);
        waitpid(pid_, nullptr, 0);
    }
    for (int pipe : {out_pipe_, err_pipe_})
        if (pipe >= 0)
            close(pipe);
}

bool process::wait_for_output(const std::string& text) {
    while (out_.find(text) == std::string::npos)
        if (!read_some())
            return false;
    return true;
}

bool process::wait_for_error(const std::string& text) {
    while (err_.find(text) == std::string::npos)
        if (!read_some())
            return false;
    return true;
}

void process::signal(int number) {
    ::kill(pid_, number);
}

int process::wait() {
    while (read_some()) {
    }
    if (hung_)
        ::kill(pid_, SIGKILL);
    int status = 0;
    while (waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
    }
    pid_ = -1;
    if (hung_)
        return -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

void process::give_time(std::chrono::seconds time) {
    deadline_ = std::chrono::steady_clock::now() + time;
    hung_ = false;
}

bool process::read_now() {
    std::array<pollfd, 2> pipes{{{out_pipe_, POLLIN, 0}, {err_pipe_, POLLIN, 0}}};
    while ((out_pipe_ >= 0 || err_pipe_ >= 0) && poll(pipes.data(), pipes.size(), 0) > 0) {
        drain(pipes[0].revents, pipes[1].revents);
        pipes = {{{out_pipe_, POLLIN, 0}, {err_pipe_, POLLIN, 0}}};
    }
    return out_pipe_ >= 0 || err_pipe_ >= 0;
}

bool process::read_some() {
    if (out_pipe_ < 0 && err_pipe_ < 0)
        return false;
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
        deadline_ - std::chrono::steady_clock::now());
    std::array<pollfd, 2> pipes{{{out_pipe_, POLLIN, 0}, {err_pipe_, POLLIN, 0}}};
    if (left.count() <= 0 ||
        poll(pipes.data(), pipes.size(), static_cast<int>(left.count())) == 0) {
        hung_ = true;
        return false;
    }
    drain(pipes[0].revents, pipes[1].revents);
    return out_pipe_ >= 0 || err_pipe_ >= 0;
}

void process::drain(short out_ready, short err_ready) {
    const auto take = [](int& pipe, short ready, std::string& into) {
        if (pipe < 0 || ready == 0)
            return;
        std::array<char, 4096> buffer;
        const auto n = read(pipe, buffer.data(), buffer.size());
        if (n > 0)
            into.append(buffer.data(), static_cast<std::size_t>(n));
        else if (n == 0 || errno != EINTR)
            close(std::exchange(pipe, -1)); // poll ignores negative descriptors.
    };
    take(out_pipe_, out_ready, out_);
    take(err_pipe_, err_ready, err_);
}

} // namespace avatar::tests
