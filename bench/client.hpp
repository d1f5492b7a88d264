#pragma once

#include "protocol/endpoint.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>
#include <sys/resource.h>
#include <vector>

/// What the benchmark's clients have in common: how they are told what to do and say
/// what came of it. One thread, and any failure ends the program.
namespace avatar::bench {

using clock_type = std::chrono::steady_clock;

[[noreturn]] inline void stop(const std::string& why) {
    std::fprintf(stderr, "%s\n", why.c_str());
    std::_Exit(1);
}

inline void say(const char* what) {
    std::puts(what);
    std::fflush(stdout);
}

inline std::string from_environment(const char* name) {
    const char* value = std::getenv(name);
    if (!value)
        stop(std::string(name) + " is not set");
    return value;
}

/// Where the service is, and who calls it: from the environment, as avatar-pool has it.
struct service {
    std::string api_key = from_environment("AVATAR_API_KEY");
    std::string app_id = from_environment("AVATAR_APP_ID");
    protocol::endpoint console =
        protocol::token_endpoint(from_environment("AVATAR_CONSOLE_ENDPOINT"));
    protocol::endpoint ingress = protocol::websocket_endpoint(
        from_environment("AVATAR_INGRESS_ENDPOINT"), from_environment("AVATAR_SESSION_AVATAR_ID"));
};

inline std::string read_file(const char* path) {
    std::ifstream file(path, std::ios::binary);
    if (!file)
        stop(std::string("cannot open ") + path);
    return {std::istreambuf_iterator<char>(file), {}};
}

inline void raise_descriptor_limit() {
    rlimit limit{};
    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
}

/// The requests of a run: how many are left, and how long each took.
class tally {
public:
    explicit tally(std::uint64_t requests) : to_begin_(requests), to_end_(requests) {
        latencies_.reserve(requests);
    }

    bool empty() const { return to_end_ == 0; }

    void start() { started_ = clock_type::now(); }

    /// Whether another one is to be sent.
    bool begin() {
        if (to_begin_ == 0)
            return false;
        --to_begin_;
        return true;
    }

    void count_frame() { ++frames_; }

    /// True when it was the last.
    bool end(clock_type::time_point begun) {
        latencies_.push_back(
            std::chrono::duration<float, std::milli>(clock_type::now() - begun).count());
        return --to_end_ == 0;
    }

    /// One line of JSON.
    void print() {
        const std::chrono::duration<double> took = clock_type::now() - started_;
        std::ranges::sort(latencies_);
        std::printf(R"({"requests": %zu, "frames": %llu, "seconds": %.6f, "p50_ms": %.4f, )"
                    R"("p99_ms": %.4f})"
                    "\n",
                    latencies_.size(), static_cast<unsigned long long>(frames_), took.count(),
                    percentile(0.50), percentile(0.99));
        std::fflush(stdout);
    }

private:
    double percentile(double share) const {
        if (latencies_.empty())
            return 0;
        const auto at = static_cast<std::size_t>(share * static_cast<double>(latencies_.size()));
        return latencies_[std::min(at, latencies_.size() - 1)];
    }

    std::uint64_t to_begin_;
    std::uint64_t to_end_;
    std::uint64_t frames_ = 0;
    std::vector<float> latencies_; // In milliseconds.
    clock_type::time_point started_;
};

} // namespace avatar::bench
