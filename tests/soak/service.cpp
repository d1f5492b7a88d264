#include "tests/soak/service.hpp"

#include "tests/support/certificates.hpp"

#include <utility>

namespace avatar::soak {

service::service(config::emulator_settings settings, frame_counts& frames, fault_counts& faults)
    : settings_(std::move(settings)),
      frames_(frames),
      faults_(faults) {
    come_back(settings_.faults);
    settings_.port = emulator_->port();
}

config::service_settings service::address() const {
    const auto keys = emulator_->known().first();
    config::service_settings address;
    address.api_key = keys.api_key;
    address.app_id = keys.app_id;
    address.avatar_id = keys.avatar_id;
    address.console_endpoint = emulator_->console_endpoint();
    address.ingress_endpoint = emulator_->ingress_endpoint();
    if (!settings_.tls_certificate.empty())
        address.ca_file = tests::ca_file;
    address.connect_timeout = std::chrono::seconds(3);
    return address;
}

void service::crash() {
    emulator_->stop_abruptly();
    emulator_.reset();
}

void service::come_back(const std::string& faults) {
    settings_.faults = faults;
    emulator_ = std::make_unique<emulator::emulator>(
        thread_.next(), settings_,
        emulator::hooks{[this](std::string_view message) { frames_.sent(message); },
                        [this](const emulator::fault& fault) { faults_.add(fault); }});
}

} // namespace avatar::soak
