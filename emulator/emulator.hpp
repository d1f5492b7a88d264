#pragma once

#include "config/settings.hpp"
#include "emulator/directory.hpp"
#include "emulator/error.hpp"
#include "emulator/hooks.hpp"

#include <cstdint>
#include <memory>
#include <string>

namespace boost::asio {
class io_context;
}

/// A local avatar service that behaves like the real one on the wire: console
/// API, ingress, and the course of a session. Facts and their source:
/// protocol/wire.hpp, protocol/console.hpp and protocol/error_body.hpp.
namespace avatar::emulator {

/// The service itself: console and ingress on one port, from construction to
/// `stop`. Everything happens on the io_context, which must be run by one
/// thread and outlive the emulator; it carries thousands of sessions.
class emulator {
public:
    /// Listens at once. Serves TLS when the settings name a certificate and a
    /// key. Throws transport::listen_error, transport::tls_error or
    /// emulator_error, the last also for faults that cannot be used.
    emulator(boost::asio::io_context& io, const config::emulator_settings& settings, hooks on = {});

    /// Stops, if `stop` was not called.
    ~emulator();

    emulator(const emulator&) = delete;
    emulator& operator=(const emulator&) = delete;

    /// The port it listens on, also when the settings left the choice open.
    std::uint16_t port() const;

    /// "http://127.0.0.1:4711/v1/console"; https with TLS. Where the settings
    /// listen on every address, the loopback address of that family.
    std::string console_endpoint() const;

    /// The same with /v1/ingress.
    std::string ingress_endpoint() const;

    /// Whom and what it knows; the first of each opens a session here.
    const directory& known() const { return known_; }

    /// Stops listening, at once, so that another emulator can have the port.
    /// Closes every session with code 1001. Safe from any thread; what is under
    /// way ends on the io_context.
    void stop();

    /// The same as if the service had crashed: every connection is reset.
    void stop_abruptly();

private:
    class service;

    directory known_;
    std::string base_url_;
    std::unique_ptr<service> service_;
};

/// Five lines for a shell, `export AVATAR_API_KEY="..."` and so on, that point
/// any client of the avatar service at the emulator. Ends in a newline.
std::string export_lines(const emulator& of);

/// What it knows, in two lines for people: the API keys with their apps, and the
/// avatars. Ends in a newline.
std::string known_lines(const emulator& of);

} // namespace avatar::emulator
