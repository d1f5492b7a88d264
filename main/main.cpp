#include "audio/clip.hpp"
#include "config/error.hpp"
#include "config/sources.hpp"
#include "emulator/error.hpp"
#include "main/subcommands.hpp"
#include "report/atomic_file.hpp"
#include "transport/server.hpp"
#include "transport/tls.hpp"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <csignal>
#include <cstdlib>
#include <iostream>
#include <optional>
#include <string>

namespace {

using namespace avatar;

std::optional<std::string> environment(const std::string& name) {
    if (const char* value = std::getenv(name.c_str()))
        return value;
    return std::nullopt;
}

void set_up_log(const config::log_settings& settings) {
    spdlog::set_default_logger(spdlog::stderr_logger_mt("avatar-pool"));
    spdlog::set_pattern("%H:%M:%S.%e %l: %v");
    spdlog::set_level(spdlog::level::from_str(settings.level));
}

int carry_out(const config::command& command) {
    switch (command.what) {
    case config::command::kind::help:
    case config::command::kind::version:
        std::cout << command.text << std::flush;
        return std::cout ? all_requests_ok : some_requests_failed;
    case config::command::kind::run:
        set_up_log(command.values.log);
        return run(command);
    case config::command::kind::emulator:
        set_up_log(command.values.log);
        return emulate(command.values);
    }
    return bad_configuration;
}

int refuse(const std::exception& why) {
    std::cerr << "avatar-pool: " << why.what() << '\n';
    return bad_configuration;
}

} // namespace

int main(int argc, char** argv) {
    // A reader that goes away, as `head` does, is seen by the write that fails.
    std::signal(SIGPIPE, SIG_IGN);
    try {
        return carry_out(config::read_command(argc, argv, environment));
    } catch (const config::config_error& e) {
        return refuse(e);
    } catch (const audio::audio_error& e) {
        return refuse(e);
    } catch (const report::report_error& e) {
        return refuse(e);
    } catch (const transport::tls_error& e) {
        return refuse(e);
    } catch (const transport::listen_error& e) {
        return refuse(e);
    } catch (const emulator::emulator_error& e) {
        return refuse(e);
    } catch (const std::exception& e) {
        std::cerr << "avatar-pool: internal error: " << e.what() << '\n';
        return some_requests_failed;
    }
}
