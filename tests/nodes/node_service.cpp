#include "tests/nodes/node_service.hpp"

#include <fstream>
#include <sstream>
#include <thread>

namespace avatar::tests {
namespace {

using std::chrono::steady_clock;

/// Of the clip in the binary.
constexpr double seconds_of_speech = 3.3186;

/// What /proc/net/tcp calls them.
const std::string established = "01";
const std::string closed_by_client_alone = "08";

} // namespace

bool wait_until(const std::function<bool()>& holds, std::chrono::milliseconds limit) {
    const auto end = steady_clock::now() + limit;
    while (!holds()) {
        if (steady_clock::now() > end)
            return false;
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    return true;
}

std::size_t open_connections(std::uint16_t to, const std::string& process) {
    std::ifstream table("/proc/" + process + "/net/tcp");
    std::ostringstream port;
    port << std::hex << std::uppercase;
    port.width(4);
    port.fill('0');
    port << to;
    std::size_t count = 0;
    std::string line;
    while (std::getline(table, line)) {
        std::istringstream fields(line);
        std::string number, local, remote, state;
        fields >> number >> local >> remote >> state;
        if (local.ends_with(':' + port.str()) &&
            (state == established || state == closed_by_client_alone))
            ++count;
    }
    return count;
}

node_service::node_service(std::chrono::milliseconds request, const std::string& address) {
    settings_.address = address;
    settings_.first_frame = std::chrono::duration<double>(request).count() / seconds_of_speech;
    settings_.frame_interval = std::chrono::milliseconds(0);
    settings_.frames_per_second_of_audio = 1;
    come_back();
    settings_.port = emulator_->port();
}

environment node_service::variables() const {
    const auto keys = emulator_->known().first();
    return {{"AVATAR_API_KEY", keys.api_key},
            {"AVATAR_APP_ID", keys.app_id},
            {"AVATAR_CONSOLE_ENDPOINT", emulator_->console_endpoint()},
            {"AVATAR_INGRESS_ENDPOINT", emulator_->ingress_endpoint()},
            {"AVATAR_SESSION_AVATAR_ID", keys.avatar_id}};
}

void node_service::crash() {
    emulator_->stop_abruptly();
}

void node_service::come_back(const std::string& faults) {
    settings_.faults = faults;
    if (emulator_)
        emulator_->stop_abruptly();
    emulator_ = std::make_unique<emulator::emulator>(thread_.next(), settings_);
}

bool node_service::wait_for_no_session(std::chrono::milliseconds limit) const {
    return wait_until([this] { return sessions() == 0; }, limit);
}

} // namespace avatar::tests
