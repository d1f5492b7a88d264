#include "main/program.hpp"

#include "audio/clip.hpp"
#include "config/error.hpp"
#include "config/sources.hpp"
#include "emulator/error.hpp"
#include "main/extension_options.hpp"
#include "main/program_log.hpp"
#include "main/subcommands.hpp"
#include "report/atomic_file.hpp"
#include "transport/server.hpp"
#include "transport/tls.hpp"

#include <csignal>
#include <iostream>
#include <string>

namespace avatar {
namespace {

int carry_out(const config::command& command, const extensions& with, program_log& log) {
    log.set_level(command.values.log.level);
    switch (command.what) {
    case config::command::kind::print:
        std::cout << command.text << std::flush;
        return std::cout ? all_requests_ok : some_requests_failed;
    case config::command::kind::run:
        return run(command, with, log);
    case config::command::kind::worker:
        return work(command.values, with, log);
    case config::command::kind::emulator:
        return emulate(command.values, log);
    }
    return bad_configuration;
}

int refuse(const std::exception& why, program_log& log) {
    log.say("avatar-pool: " + std::string(why.what()));
    return bad_configuration;
}

} // namespace

int run_program(int argc, const char* const* argv, const extensions& with) {
    // A reader that goes away, as `head` does, is seen by the write that fails.
    std::signal(SIGPIPE, SIG_IGN);
    program_log log;
    try {
        add_options(with);
        return carry_out(config::read_command(argc, argv, config::process_environment), with, log);
    } catch (const config::config_error& e) {
        return refuse(e, log);
    } catch (const audio::audio_error& e) {
        return refuse(e, log);
    } catch (const report::report_error& e) {
        return refuse(e, log);
    } catch (const transport::tls_error& e) {
        return refuse(e, log);
    } catch (const transport::listen_error& e) {
        return refuse(e, log);
    } catch (const emulator::emulator_error& e) {
        return refuse(e, log);
    } catch (const std::exception& e) {
        log.say("avatar-pool: internal error: " + std::string(e.what()));
        return some_requests_failed;
    } catch (...) {
        log.say("avatar-pool: internal error: an exception of a type of its own");
        return some_requests_failed;
    }
}

} // namespace avatar
