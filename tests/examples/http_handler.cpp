// The example of an HTTP server, against the emulator, both as programs.
#include "tests/main/binary.hpp"

#include <csignal>
#include <cstdint>
#include <httplib.h>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#define CAF_SUITE http_handler

using namespace avatar::tests;

namespace {

const std::string half_a_second(16'000, '\0');

/// The emulator, and the handler in front of it.
class running_server {
public:
    explicit running_server(arguments emulator = {"--emulator.first-frame=0",
                                                  "--emulator.frame-interval=0ms"})
        : service_(AVATAR_POOL_BINARY, joined({"emulator"}, emulator)) {
        CAF_REQUIRE(service_.wait_for_output("AVATAR_SESSION_AVATAR_ID="));
        CAF_REQUIRE(service_.wait_for_output("\n"));
        const auto config = scratch_.file("pool.toml", "[pool]\nsize = 2\nfail-fast-after = '1ms'");
        handler_.emplace(HTTP_HANDLER, arguments{"0", config}, exported(service_.out()));
        CAF_REQUIRE(handler_->wait_for_output("/generate\n"));
        address_ = handler_->out().substr(0, handler_->out().find("/generate"));
    }

    const std::string& address() const { return address_; }

    httplib::Result post(const std::string& body) const {
        httplib::Client client(address_);
        return client.Post("/generate", body, "application/octet-stream");
    }

    void stop_service() {
        service_.signal(SIGTERM);
        service_.wait();
    }

    /// The handler's exit code.
    int stop() {
        handler_->signal(SIGTERM);
        return handler_->wait();
    }

private:
    process service_;
    scratch_folder scratch_;
    std::optional<process> handler_;
    std::string address_;
};

/// Of what the handler answers with; -1 when the last is cut.
int frames_in(const std::string& body) {
    int count = 0;
    std::size_t at = 0;
    while (at + 4 <= body.size()) {
        std::size_t size = 0;
        for (int i = 3; i >= 0; --i)
            size = size * 256 + static_cast<unsigned char>(body[at + static_cast<std::size_t>(i)]);
        at += 4 + size;
        ++count;
    }
    return at == body.size() ? count : -1;
}

} // namespace

CAF_TEST(requests of several clients are answered with their frames) {
    running_server server;
    std::vector<int> frames(6);
    std::vector<std::thread> clients;
    for (auto& mine : frames)
        clients.emplace_back([&] {
            const auto answer = server.post(half_a_second);
            mine = answer && answer->status == 200 ? frames_in(answer->body) : -2;
        });
    for (auto& client : clients)
        client.join();
    for (const int count : frames)
        CAF_CHECK_EQUAL(count, 5);
    CAF_CHECK_EQUAL(server.stop(), 0);
}

CAF_TEST(what is no audio is refused) {
    running_server server;
    for (const auto* body : {"", "odd"}) {
        const auto answer = server.post(body);
        CAF_REQUIRE(answer);
        CAF_CHECK_EQUAL(answer->status, 400);
        CAF_CHECK_EQUAL(answer->body, "expected mono 16-bit PCM as the body\n");
    }
}

CAF_TEST(a client that goes away leaves its session to the next) {
    running_server server({"--emulator.first-frame=0", "--emulator.frame-interval=100ms"});
    for (int i = 0; i < 4; ++i) { // Twice as many as there are sessions, of a minute each.
        httplib::Client client(server.address());
        httplib::Request request;
        request.method = "POST";
        request.path = "/generate";
        request.body.assign(1'920'000, '\0');
        std::size_t received = 0;
        request.content_receiver = [&](const char*, std::size_t size, std::uint64_t,
                                       std::uint64_t) {
            received += size;
            return false;
        };
        client.send(request);
        CAF_CHECK(received > 0);
    }
}

CAF_TEST(without a service the answer says so) {
    running_server server;
    server.stop_service();
    const auto answer = server.post(half_a_second);
    CAF_REQUIRE(answer);
    CAF_CHECK(answer->status == 502 || answer->status == 503); // As far as the pool knows by then.
    CAF_CHECK_EQUAL(server.stop(), 0);
}

CAF_TEST(settings that miss something are named) {
    process handler(HTTP_HANDLER, {"0"});
    CAF_CHECK_EQUAL(handler.wait(), 1);
    check_contains(handler.err(), "example-http-handler: missing required environment variables: "
                                  "AVATAR_API_KEY, ");
}
