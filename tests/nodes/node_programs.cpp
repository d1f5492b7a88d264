#include "tests/nodes/node_programs.hpp"

#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <stdexcept>
#include <stdlib.h>
#include <unistd.h>
#include <utility>

namespace avatar::tests {
namespace {

using std::chrono::duration_cast;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

/// For a worker to listen.
constexpr std::chrono::seconds start_limit(30);

std::string proc_of(pid_t pid, const char* file) {
    return "/proc/" + std::to_string(pid) + "/" + file;
}

std::string made_report_name() {
    auto pattern = (std::filesystem::temp_directory_path() / "avatar-report-XXXXXX").string();
    const int file = mkstemp(pattern.data());
    if (file >= 0)
        close(file);
    std::filesystem::remove(pattern); // A run that writes none is to leave none.
    return pattern;
}

std::string joined_by_commas(const std::vector<std::string>& words) {
    std::string text;
    for (const auto& word : words)
        text += (text.empty() ? "" : ",") + word;
    return text;
}

arguments run_arguments(const std::vector<std::string>& nodes, const std::string& report,
                        const arguments& with) {
    arguments all = {"run",
                     "--nodes=" + joined_by_commas(nodes),
                     "--report.json=" + report,
                     "--pool.size=6",
                     "--pool.reconnect-min=50ms",
                     "--pool.reconnect-max=1s",
                     "--pool.fail-fast-after=1s",
                     "--rounds.count=3",
                     "--rounds.concurrency=12",
                     "--rounds.interval=10ms"};
    all.insert(all.end(), with.begin(), with.end());
    return all;
}

} // namespace

node_worker::node_worker(environment service, arguments more, const std::string& host,
                         arguments launcher)
    : service_(std::move(service)),
      more_(std::move(more)),
      launcher_(std::move(launcher)),
      host_(host) {
    start();
}

void node_worker::start() {
    auto command = launcher_;
    command.insert(command.end(), {AVATAR_POOL_BINARY, "worker", "--node.listen=" + address()});
    command.insert(command.end(), more_.begin(), more_.end());
    process_ = std::make_unique<process>(command.front(),
                                         arguments(command.begin() + 1, command.end()), service_);
    process_->give_time(start_limit);
    const std::string before = "Worker listening on " + host_ + ":";
    if (!process_->wait_for_error(before) || !process_->wait_for_error("until Ctrl-C"))
        throw std::runtime_error("the worker does not listen: " + process_->err());
    const auto& line = process_->err();
    port_ = static_cast<std::uint16_t>(std::stoi(line.substr(line.find(before) + before.size())));
    process_->give_time(std::chrono::seconds(120));
}

void node_worker::kill() {
    process_->signal(SIGKILL);
    process_->wait();
}

void node_worker::restart() {
    process_.reset();
    start();
}

std::size_t node_worker::memory() const {
    std::size_t pages = 0;
    std::ifstream(proc_of(process_->pid(), "statm")) >> pages >> pages;
    return pages * static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
}

std::size_t node_worker::descriptors() const {
    std::error_code gone;
    const std::filesystem::directory_iterator open(proc_of(process_->pid(), "fd"), gone);
    return gone ? 0 : static_cast<std::size_t>(std::distance(begin(open), end(open)));
}

milliseconds node_worker::processor_time() const {
    std::ifstream file(proc_of(process_->pid(), "stat"));
    std::string line;
    std::getline(file, line);
    std::istringstream fields(line.substr(line.rfind(')') + 1));
    std::string skipped;
    for (int i = 0; i < 11; ++i)
        fields >> skipped;
    long user = 0, system = 0;
    fields >> user >> system;
    return milliseconds((user + system) * 1'000 / sysconf(_SC_CLK_TCK));
}

std::string run_end::text() const {
    return "exit code " + std::to_string(code) + " after " + std::to_string(took.count()) +
           " ms\n" + out + err;
}

node_run::node_run(const std::vector<std::string>& nodes, const arguments& with,
                   const environment& variables)
    : report_(made_report_name()),
      started_(steady_clock::now()),
      process_(AVATAR_POOL_BINARY, run_arguments(nodes, report_, with), variables) {}

node_run::~node_run() {
    std::error_code ignored;
    std::filesystem::remove(report_, ignored);
}

run_end node_run::finish(std::chrono::seconds limit) {
    process_.give_time(limit);
    run_end end;
    end.code = process_.wait();
    end.took = duration_cast<milliseconds>(steady_clock::now() - started_);
    end.out = process_.out();
    end.err = process_.err();
    std::ifstream file(report_, std::ios::binary);
    if (!file)
        return end;
    const std::string json(std::istreambuf_iterator<char>(file), {});
    try {
        end.books = read_books(json);
    } catch (const std::exception& e) {
        end.err += "the report is not as it should be: " + std::string(e.what()) + "\n" + json;
    }
    return end;
}

} // namespace avatar::tests
