#pragma once

#include "tests/main/binary.hpp"

#include <cstdint>
#include <memory>
#include <string>

/// Real reverse proxies, as Debian has them, between the program and its service.
namespace avatar::tests {

inline const std::string nginx_program = "/usr/sbin/nginx";
inline const std::string haproxy_program = "/usr/sbin/haproxy";

/// Keeps a free port of 127.0.0.1 for a program that is to listen there, with SO_REUSEPORT, and
/// may be started several times.
class reserved_port {
public:
    reserved_port();
    reserved_port(const reserved_port&) = delete;
    reserved_port& operator=(const reserved_port&) = delete;
    ~reserved_port();

    std::uint16_t number() const { return number_; }
    std::string text() const { return std::to_string(number_); }

private:
    int socket_;
    std::uint16_t number_ = 0;
};

/// The emulator, as a program of its own.
class service_program {
public:
    explicit service_program(const arguments& with = {});

    const environment& variables() const { return variables_; }
    std::string port() const;

    /// As a user would point the program at a proxy before it.
    environment variables_at(const std::string& scheme, const std::string& host,
                             const reserved_port& port) const;

private:
    process process_;
    environment variables_;
};

/// One that runs in the foreground, with a config file of its own.
class reverse_proxy {
public:
    /// Waits until it listens at `port`.
    static reverse_proxy nginx(const std::string& server_block, const reserved_port& port);
    static reverse_proxy haproxy(const std::string& config, const reserved_port& port);

    /// As an administrator does: the new one takes the port, and the old one ends at once.
    void restart();

    void stop();

private:
    reverse_proxy(std::string program, arguments with, const reserved_port& port,
                  std::unique_ptr<scratch_folder> folder);
    void start();

    std::string program_;
    arguments with_;
    std::uint16_t port_;
    std::unique_ptr<scratch_folder> folder_;
    std::unique_ptr<process> process_;
};

} // namespace avatar::tests
