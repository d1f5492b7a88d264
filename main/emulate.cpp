#include "config/checks.hpp"
#include "emulator/emulator.hpp"
#include "main/interrupts.hpp"
#include "main/program_log.hpp"
#include "main/subcommands.hpp"
#include "transport/io_runtime.hpp"

#include <boost/asio/io_context.hpp>

#include <iostream>
#include <optional>
#include <string>

namespace avatar {

int emulate(const config::settings& settings, program_log& log) {
    config::raise_descriptor_limit(); // Nobody says how many sessions will come.
    boost::asio::io_context io{1};
    emulator::emulator service(io, settings.emulator);
    std::cout << emulator::export_lines(service) << std::flush;
    log.say("Emulator listening on port " + std::to_string(service.port()) +
            ", until Ctrl-C; the lines above point a client at it\n" +
            emulator::known_lines(service));
    if (!std::cout)
        log.say("avatar-pool: the lines could not be written to standard output");

    // Runs until the last session is closed. No longer waits for signals once
    // there was one: a second one has its usual effect.
    std::optional<interrupts> on_signal;
    on_signal.emplace(io, [&] {
        service.stop();
        on_signal.reset();
    });
    transport::run_contained(io);
    return all_requests_ok;
}

} // namespace avatar
