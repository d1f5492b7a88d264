#include "main/local_service.hpp"

namespace avatar {

local_service::local_service(const config::emulator_settings& settings)
    : emulator_(thread_.next(), settings) {}

config::service_settings local_service::point_here(config::service_settings service) const {
    const auto keys = emulator_.known().first();
    service.api_key = keys.api_key;
    service.app_id = keys.app_id;
    service.avatar_id = keys.avatar_id;
    service.console_endpoint = emulator_.console_endpoint();
    service.ingress_endpoint = emulator_.ingress_endpoint();
    service.allow_plaintext = true; // In this process, whatever its address.
    return service;
}

} // namespace avatar
