#include "main/program.hpp"

#include "audio/clip.hpp"
#include "config/error.hpp"
#include "config/sources.hpp"
#include "emulator/error.hpp"
#include "main/extension_options.hpp"
#include "main/program_log.hpp"
#include "main/shortages.hpp"
#include "main/standard_streams.hpp"
#include "main/subcommands.hpp"
#include "report/atomic_file.hpp"
#include "transport/server.hpp"
#include "transport/tls.hpp"

#include <csignal>
#include <iostream>
#include <string>

namespace avatar {
namespace {

int print(const std::string& text, program_log& log) {
    if (std::cout << text << std::flush)
        return all_requests_ok;
    log.say("avatar-pool: the text could not be written to standard output");
    return some_requests_failed;
}

int carry_out(const config::command& command, const extensions& with, program_log& log) {
    log.set_level(command.values.log.level);
    switch (command.what) {
    case config::command::kind::print:
        return print(command.text, log);
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

int run_program(int argc, const char* const* argv, const extensions& with, program_log& log) {
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
        const auto line = in_one_line(e);
        log.say((line == e.what() ? "avatar-pool: internal error: " : "avatar-pool: ") + line);
        return some_requests_failed;
    } catch (...) {
        log.say("avatar-pool: internal error: an exception of a type of its own");
        return some_requests_failed;
    }
}

} // namespace

int run_program(int argc, const char* const* argv, const extensions& with) {
    // A reader that goes away, as `head` does, is seen by the write that fails.
    std::signal(SIGPIPE, SIG_IGN);
    reserve_standard_streams();
    prepare_for_shortages();
    try {
        program_log log;
        return run_program(argc, argv, with, log);
    } catch (const std::exception& e) {
        say_without_log(in_one_line(e).c_str());
        return some_requests_failed;
    }
}

} // namespace avatar
