#include "tests/field/reverse_proxy.hpp"

#include <chrono>
#include <csignal>
#include <netinet/in.h>
#include <stdexcept>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>
#include <utility>

namespace avatar::tests {
namespace {

sockaddr_in loopback(std::uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(port);
    return address;
}

bool listens(std::uint16_t port) {
    const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const auto address = loopback(port);
    const bool connected =
        ::connect(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
    ::close(socket);
    return connected;
}

} // namespace

reserved_port::reserved_port() : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    const int on = 1;
    ::setsockopt(socket_, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on);
    auto address = loopback(0);
    socklen_t size = sizeof address;
    if (::bind(socket_, reinterpret_cast<const sockaddr*>(&address), size) != 0 ||
        ::getsockname(socket_, reinterpret_cast<sockaddr*>(&address), &size) != 0)
        throw std::runtime_error("no free port");
    number_ = ntohs(address.sin_port);
}

reserved_port::~reserved_port() {
    ::close(socket_);
}

service_program::service_program(const arguments& with)
    : process_(AVATAR_POOL_BINARY,
               joined({"emulator", "--emulator.first-frame=0.06", "--emulator.frame-interval=1ms"},
                      with)) {
    if (!process_.wait_for_output("AVATAR_SESSION_AVATAR_ID="))
        throw std::runtime_error("the emulator did not start: " + process_.err());
    variables_ = exported(process_.out());
}

std::string service_program::port() const {
    const auto& endpoint = variables_.at("AVATAR_INGRESS_ENDPOINT");
    const auto begin = endpoint.find(':', endpoint.find("//")) + 1;
    return endpoint.substr(begin, endpoint.find('/', begin) - begin);
}

environment service_program::variables_at(const std::string& scheme, const std::string& host,
                                          const reserved_port& at) const {
    auto moved = variables_;
    for (const auto* name : {"AVATAR_CONSOLE_ENDPOINT", "AVATAR_INGRESS_ENDPOINT"}) {
        auto& endpoint = moved.at(name);
        const auto authority = endpoint.find("//") + 2;
        const auto path = endpoint.find('/', authority);
        endpoint = scheme + "://" + host + ":" + at.text() +
                   (path == std::string::npos ? "" : endpoint.substr(path));
    }
    return moved;
}

reverse_proxy reverse_proxy::nginx(const std::string& server_block, const reserved_port& port) {
    auto folder = std::make_unique<scratch_folder>();
    const auto inside = [&](const std::string& name) { return folder->path(name); };
    const auto config = folder->file(
        "nginx.conf", "daemon off;\nmaster_process off;\npid " + inside("pid") + ";\n" +
                          "error_log " + inside("error.log") + ";\nevents {}\nhttp {\n" +
                          "access_log off;\nclient_body_temp_path " + inside("body") +
                          ";\nproxy_temp_path " + inside("proxy") + ";\nfastcgi_temp_path " +
                          inside("fastcgi") + ";\nuwsgi_temp_path " + inside("uwsgi") +
                          ";\nscgi_temp_path " + inside("scgi") + ";\n" + server_block + "}\n");
    return {nginx_program, {"-c", config, "-p", inside("")}, port, std::move(folder)};
}

reverse_proxy reverse_proxy::haproxy(const std::string& config, const reserved_port& port) {
    auto folder = std::make_unique<scratch_folder>();
    const auto file = folder->file("haproxy.cfg", config);
    return {haproxy_program, {"-db", "-f", file}, port, std::move(folder)};
}

reverse_proxy::reverse_proxy(std::string program, arguments with, const reserved_port& port,
                             std::unique_ptr<scratch_folder> folder)
    : program_(std::move(program)),
      with_(std::move(with)),
      port_(port.number()),
      folder_(std::move(folder)) {
    start();
}

void reverse_proxy::start() {
    process_ = std::make_unique<process>(program_, with_);
    process_->give_time(std::chrono::seconds(120));
    while (!listens(port_)) { // What it says when it listens differs.
        if (!process_->read_now())
            throw std::runtime_error(program_ + " did not start: " + process_->err());
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
}

void reverse_proxy::stop() {
    process_->signal(SIGTERM);
    process_->wait();
}

void reverse_proxy::restart() {
    stop();
    start();
}

} // namespace avatar::tests
