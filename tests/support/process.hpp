#pragma once

#include <chrono>
#include <map>
#include <string>
#include <sys/types.h>
#include <vector>

namespace avatar::tests {

using arguments = std::vector<std::string>;
using environment = std::map<std::string, std::string>;

/// The program under test as a child process, its output read through pipes.
/// Every wait has a bound that only a hanging program reaches; the child is
/// killed then, and by the destructor.
class process {
public:
    /// The one descriptor, besides the standard ones, that a child gets where it is open.
    static constexpr int handed_on = 9;

    /// Starts `program` with just that environment (and PATH).
    process(const std::string& program, const arguments& with, const environment& variables = {});
    ~process();

    process(const process&) = delete;
    process& operator=(const process&) = delete;

    /// Reads until standard output holds `text`; false when it ended without.
    bool wait_for_output(const std::string& text);

    /// The same for standard error.
    bool wait_for_error(const std::string& text);

    void signal(int number);

    /// From now on it counts as hanging after so long, in place of the bound it started with.
    void give_time(std::chrono::seconds bound);

    /// Takes what it has printed meanwhile, without waiting. False when it has ended.
    bool read_now();

    pid_t pid() const { return pid_; }

    /// Reads to the end and gives the exit code: 128 + the signal's number when
    /// one ended it, -1 when it had to be killed for hanging.
    int wait();

    const std::string& out() const { return out_; }
    const std::string& err() const { return err_; }

private:
    /// Reads what there is; false when both pipes have ended.
    bool read_some();
    void drain(short out_ready, short err_ready);

    pid_t pid_ = -1;
    int out_pipe_ = -1;
    int err_pipe_ = -1;
    std::string out_;
    std::string err_;
    std::chrono::steady_clock::time_point deadline_;
    bool hung_ = false;
};

} // namespace avatar::tests
