#include "emulator/emulator.hpp"

#include "config/checks.hpp"
#include "emulator/avatar_session.hpp"
#include "emulator/console.hpp"
#include "emulator/cross_origin.hpp"
#include "emulator/ingress.hpp"
#include "emulator/session_token.hpp"
#include "transport/logger.hpp"
#include "transport/server.hpp"
#include "transport/tls.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <chrono>
#include <random>
#include <utility>

namespace avatar::emulator {
namespace {

using std::chrono::system_clock;

transport::tls_context make_tls(const config::emulator_settings& settings) {
    const auto& certificate = settings.tls_certificate;
    const auto& key = settings.tls_key;
    if (certificate.empty() && key.empty())
        return nullptr;
    return transport::make_server_tls(certificate, key);
}

/// An address that a client on this machine can connect to, as in a URL.
std::string url_host(const std::string& listening) {
    if (listening == "0.0.0.0")
        return "127.0.0.1";
    if (listening == "::")
        return "[::1]";
    return listening.find(':') == std::string::npos ? listening : "[" + listening + "]";
}

/// What the server's callbacks need. They share it, because the last of them
/// may run after the emulator is gone.
struct front {
    front(directory known, std::shared_ptr<const session_rules> rules)
        : known(std::move(known)),
          rules(std::move(rules)) {}

    front(const front&) = delete;
    front& operator=(const front&) = delete;

    transport::http_reply answer(const transport::http_request& request) const {
        if (is_preflight(request) && (ingress::serves(request) || console::serves(request)))
            return for_any_origin(preflight_answer());
        return for_any_origin(ingress::serves(request) ? ingress::upgrade_required()
                                                       : api.answer(request, system_clock::now()));
    }

    transport::upgrade_verdict admit(const transport::http_request& request) const {
        auto verdict = entry.admit(request, system_clock::now());
        if (auto* refusal = std::get_if<transport::http_reply>(&verdict))
            return std::move(*refusal);
        return transport::accept_upgrade(
            [rules = rules, who = std::get<admitted>(std::move(verdict))](
                const std::shared_ptr<transport::peer>& client) {
                return avatar_session::open(client, rules, who.avatar_id, who.app_id);
            });
    }

    const directory known;
    const std::shared_ptr<const session_rules> rules;
    const session_tokens tokens;
    const console api{known, tokens, *rules->faults};
    const ingress entry{known, tokens, *rules->faults};
};

transport::server_callbacks make_callbacks(directory known,
                                           std::shared_ptr<const session_rules> rules) {
    const auto shared = std::make_shared<const front>(std::move(known), std::move(rules));
    return {.on_request = [shared](const auto& request) { return shared->answer(request); },
            .on_upgrade = [shared](const auto& request) { return shared->admit(request); },
            .accept_pause = [shared] { return shared->rules->faults->accept_pause(); }};
}

/// Everything that is to go wrong.
scenario read_faults(const config::emulator_settings& settings) {
    auto faults = settings.scenario.empty() ? scenario() : load_scenario(settings.scenario);
    faults.append(parse_fault_list(settings.faults));
    return faults;
}

/// The seed of the settings, or else one that differs from run to run; said in
/// the log, so that the run can be repeated.
std::uint64_t choose_seed(const config::emulator_settings& settings, const scenario& faults) {
    if (settings.seed != 0 || !faults.is_random())
        return settings.seed;
    const std::uint64_t seed = std::random_device()() | 1u; // Not 0.
    transport::logger().warn("faults come at random; --emulator.seed={} draws the same ones", seed);
    return seed;
}

} // namespace

/// Keeps the server out of the header.
class emulator::service : public transport::server {
    using transport::server::server;
};

emulator::emulator(boost::asio::io_context& io, const config::emulator_settings& settings,
                   hooks on) {
    config::check_emulator(settings);
    auto rules = std::make_shared<session_rules>();
    rules->settings = settings;
    rules->places = std::make_shared<session_places>(settings.max_sessions);
    rules->on = std::move(on);
    auto faults = read_faults(settings);
    known_ = make_directory(settings, faults);
    const auto seed = choose_seed(settings, faults);
    rules->faults = std::make_shared<fault_source>(std::move(faults), seed);
    rules->faults->set_listener(rules->on.on_fault);
    auto tls = make_tls(settings);
    const auto* scheme = tls ? "https" : "http";
    service_ = std::make_unique<service>(io, settings.address, settings.port, std::move(tls),
                                         make_callbacks(known_, std::move(rules)));
    base_url_ = fmt::format("{}://{}:{}", scheme, url_host(settings.address), port());
}

emulator::~emulator() = default;

std::uint16_t emulator::port() const {
    return service_->port();
}

std::string emulator::console_endpoint() const {
    return base_url_ + std::string(console_path);
}

std::string emulator::ingress_endpoint() const {
    return base_url_ + std::string(ingress_path);
}

void emulator::stop() {
    service_->stop();
}

void emulator::stop_abruptly() {
    service_->stop_abruptly();
}

std::string export_lines(const emulator& of) {
    const auto keys = of.known().first();
    return fmt::format("export AVATAR_API_KEY=\"{}\"\n"
                       "export AVATAR_APP_ID=\"{}\"\n"
                       "export AVATAR_CONSOLE_ENDPOINT=\"{}\"\n"
                       "export AVATAR_INGRESS_ENDPOINT=\"{}\"\n"
                       "export AVATAR_SESSION_AVATAR_ID=\"{}\"\n",
                       keys.api_key, keys.app_id, of.console_endpoint(), of.ingress_endpoint(),
                       keys.avatar_id);
}

std::string known_lines(const emulator& of) {
    std::vector<std::string> accounts;
    for (const auto& [api_key, app_id] : of.known().accounts)
        accounts.push_back(fmt::format("{} (app {})", api_key, app_id));
    return fmt::format("API keys it knows: {}\nAvatars it knows: {}\n", fmt::join(accounts, ", "),
                       fmt::join(of.known().avatar_ids, ", "));
}

} // namespace avatar::emulator
