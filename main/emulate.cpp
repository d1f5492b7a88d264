#include "config/checks.hpp"
#include "emulator/emulator.hpp"
#include "main/ending.hpp"
#include "main/interrupts.hpp"
#include "main/program_log.hpp"
#include "main/shortages.hpp"
#include "main/subcommands.hpp"
#include "transport/io_runtime.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include <iostream>
#include <string>

namespace avatar {

int emulate(const config::settings& settings, program_log& log) {
    config::raise_descriptor_limit(); // Nobody says how many sessions will come.
    check_needs({.threads = 1, .descriptors = 8, .bytes = 8'000'000}); // One for signals.
    boost::asio::io_context io{1};
    emulator::emulator service(io, settings.emulator);
    // Before anybody is told that it serves.
    const interrupts on_signal({.stop = [&] { boost::asio::post(io, [&] { service.stop(); }); },
                                .stop_at_once = [&] { leave_behind(left_at_once, log); },
                                .leave = {}});
    std::cout << emulator::export_lines(service) << std::flush;
    log.say("Emulator listening on port " + std::to_string(service.port()) +
            ", until Ctrl-C; the lines above point a client at it\n" +
            emulator::known_lines(service));
    if (!std::cout)
        log.say("avatar-pool: the lines could not be written to standard output");

    transport::run_contained(io); // Until the last session is closed.
    return all_requests_ok;
}

} // namespace avatar
