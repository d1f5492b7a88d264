// Speech in, animation out, over HTTP: a pool that all request handlers of a server share.
//   example-http-handler PORT [CONFIG.toml]
// POST /generate takes mono 16-bit PCM at 16000 Hz and answers with the frames as they come,
// each after its size as four bytes, least first. Keys and endpoints come from the
// environment, or from the config file: `avatar-pool emulator` prints some to try it with.
//   curl --data-binary @speech.pcm http://127.0.0.1:8080/generate --output frames.bin

#include <avatar_pool/application/pool.hpp>
#include <avatar_pool/config/sources.hpp>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <exception>
#include <httplib.h>
#include <iostream>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>

namespace {

using namespace std::chrono_literals;
using avatar::application::animation;
using avatar::application::pool;
using avatar::application::pool_error;
using avatar::application::session;

constexpr int bad_request = 400;
constexpr int bad_gateway = 502;
constexpr int service_unavailable = 503;

void refuse(httplib::Response& response, int status, const std::string& why) {
    response.status = status;
    response.set_content(why + "\n", "text/plain");
}

std::string with_size(std::string_view frame) {
    std::string sized;
    for (int shift = 0; shift < 32; shift += 8)
        sized += static_cast<char>(frame.size() >> shift);
    return sized.append(frame);
}

/// What an answer holds until its last frame is sent, or its client has gone.
struct answer {
    session held;
    animation frames;
    std::string first;
};

void generate(pool& sessions, const httplib::Request& request, httplib::Response& response) {
    if (request.body.empty() || request.body.size() % 2 != 0)
        return refuse(response, bad_request, "expected mono 16-bit PCM as the body");
    try {
        auto held = sessions.acquire(30s);
        auto frames = held.animate(avatar::audio_clip(request.body, sessions.format()));
        const auto first = frames.next();
        if (!first && !frames.wait().ok())
            return refuse(response, bad_gateway, describe(frames.wait().failure));
        const auto all = std::make_shared<answer>(
            answer{std::move(held), std::move(frames), first ? with_size(*first) : std::string()});
        response.set_chunked_content_provider(
            "application/octet-stream", [all](std::size_t, httplib::DataSink& to) {
                if (!all->first.empty()) {
                    const auto sized = std::exchange(all->first, {});
                    return to.write(sized.data(), sized.size());
                }
                if (const auto frame = all->frames.next()) {
                    const auto sized = with_size(*frame);
                    return to.write(sized.data(), sized.size());
                }
                if (all->frames.wait().ok())
                    to.done();
                return all->frames.wait().ok(); // Else the client sees that the end is missing.
            });
    } catch (const pool_error& e) {
        refuse(response, service_unavailable, e.what());
    }
}

/// Ends the server at Ctrl-C or SIGTERM, which no other thread gets.
std::thread stop_at_a_signal(httplib::Server& server) {
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &signals, nullptr);
    return std::thread([&server, signals] {
        int which = 0;
        sigwait(&signals, &which);
        server.stop();
    });
}

void serve(int port, const std::string& config_file) {
    httplib::Server server;
    auto stopper = stop_at_a_signal(server); // Before the pool has threads.
    stopper.detach();                        // It may wait for a signal that never comes.

    pool sessions(avatar::config::read_settings(config_file));
    server.Post("/generate", [&](const httplib::Request& request, httplib::Response& response) {
        generate(sessions, request, response);
    });
    const bool bound = port != 0 ? server.bind_to_port("127.0.0.1", port)
                                 : (port = server.bind_to_any_port("127.0.0.1")) > 0;
    if (!bound)
        throw std::runtime_error("port " + std::to_string(port) + " of 127.0.0.1 is in use");
    std::cout << "http://127.0.0.1:" << port << "/generate" << std::endl;
    server.listen_after_bind();
}

} // namespace

int main(int argc, char** argv) {
    try {
        if (argc < 2)
            throw std::runtime_error("expected a port, 0 for any that is free");
        serve(std::atoi(argv[1]), argc > 2 ? argv[2] : "");
        return 0;
    } catch (const std::exception& e) {
        std::cerr << "example-http-handler: " << e.what() << '\n';
        return 1;
    }
}
