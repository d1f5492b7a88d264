#pragma once

#include "tests/support/process.hpp"

#include <string>
#include <unistd.h>

namespace avatar::tests {

inline const std::string ip_command = "/usr/sbin/ip";

inline bool run_ip(const arguments& with) {
    process ip(ip_command, with);
    return ip.wait() == 0;
}

/// A machine of its own, as far as the network goes, at the other end of a cable.
class other_machine {
public:
    other_machine() {
        there_ = run_ip({"netns", "add", name_}) &&
                 run_ip({"link", "add", here_, "type", "veth", "peer", "name", "eth0", "netns",
                         name_}) &&
                 run_ip({"address", "add", network_ + ".1/24", "dev", here_}) &&
                 run_ip({"link", "set", here_, "up"}) &&
                 run_ip({"-n", name_, "address", "add", network_ + ".2/24", "dev", "eth0"}) &&
                 run_ip({"-n", name_, "link", "set", "eth0", "up"}) &&
                 run_ip({"-n", name_, "link", "set", "lo", "up"});
    }
    other_machine(const other_machine&) = delete;
    other_machine& operator=(const other_machine&) = delete;
    ~other_machine() {
        run_ip({"link", "del", here_});
        run_ip({"netns", "del", name_});
    }

    /// False: this user may not have one.
    bool there() const { return there_; }

    std::string address() const { return network_ + ".2"; }
    arguments launcher() const { return {ip_command, "netns", "exec", name_}; }

    bool plug(bool in) const { return run_ip({"link", "set", here_, in ? "up" : "down"}); }

    /// This machine has another address there: nothing comes through on the connections that
    /// there are, and nobody is told, as where a router has forgotten them.
    bool forget_connections() const {
        return run_ip({"address", "del", network_ + ".1/24", "dev", here_}) &&
               run_ip({"address", "add", network_ + ".3/24", "dev", here_});
    }

private:
    // Others may run this test at the same time.
    std::string number_ = std::to_string(::getpid());
    std::string name_ = "avatar-" + number_;
    std::string here_ = "av" + number_;
    std::string network_ =
        "10." + std::to_string(::getpid() / 250 % 250) + "." + std::to_string(::getpid() % 250);
    bool there_ = false;
};

} // namespace avatar::tests
