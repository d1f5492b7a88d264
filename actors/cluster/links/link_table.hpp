#pragma once

#include <map>
#include <mutex>
#include <string>
#include <sys/socket.h>
#include <utility>

namespace avatar {

/// The sockets of a node's links, to cut them from any thread: CAF itself would wait for a
/// node that reads nothing. What is cut ends on CAF's side as a connection that was lost.
class link_table {
public:
    void add(int socket, std::string name) {
        const std::lock_guard lock(mutex_);
        if (ended_)
            ::shutdown(socket, SHUT_RDWR);
        links_[socket] = {std::move(name), false};
    }

    /// The other node has introduced itself.
    void note_introduced(int socket) {
        const std::lock_guard lock(mutex_);
        links_[socket].introduced = true;
    }

    /// Before it is closed.
    void remove(int socket) {
        const std::lock_guard lock(mutex_);
        links_.erase(socket);
    }

    void cut_unless_introduced(const std::string& name) {
        const std::lock_guard lock(mutex_);
        for (const auto& [socket, link] : links_)
            if (link.name == name && !link.introduced)
                ::shutdown(socket, SHUT_RDWR);
    }

    /// And those that are still to come.
    void cut_all() {
        const std::lock_guard lock(mutex_);
        ended_ = true;
        for (const auto& [socket, link] : links_)
            ::shutdown(socket, SHUT_RDWR);
    }

private:
    struct link {
        std::string name;
        bool introduced = false;
    };

    std::mutex mutex_; // Never held while anything waits.
    std::map<int, link> links_;
    bool ended_ = false;
};

} // namespace avatar
