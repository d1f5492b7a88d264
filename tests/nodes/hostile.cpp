#include "tests/nodes/hostile_peer.hpp"
#include "tests/nodes/node_certificates.hpp"
#include "tests/nodes/nodes_dsl.hpp"
#include "tests/nodes/tcp_proxy.hpp"

#include <list>

#define CAF_SUITE nodes_hostile

using namespace avatar;
using namespace avatar::tests;
using namespace std::chrono_literals;

namespace {

/// What a worker held before strangers came.
struct held {
    explicit held(const node_worker& by) : memory(by.memory()), descriptors(by.descriptors()) {}

    std::size_t memory;
    std::size_t descriptors;
};

/// It holds no more than before, and is idle.
void check_calm(node_worker& worker, const held& before) {
    CAF_CHECK(wait_until([&] { return worker.descriptors() <= before.descriptors; }, 10s));
    if (!sanitized)
        CAF_CHECK_LESS(worker.memory() / 1024, before.memory / 1024 + 16 * 1024);
    const auto used = worker.processor_time();
    // A busy loop would take all of it.
    CAF_CHECK(!wait_until([&] { return worker.processor_time() - used > 200ms; }, 600ms));
    CAF_CHECK(worker.program().read_now());
}

/// Strangers of all kinds, many at once, while a run goes on that is not disturbed.
void check_undisturbed(node_worker& worker, const arguments& with, const std::string& recording) {
    const held before(worker);
    std::mt19937_64 random(4711);
    node_run run({worker.address()}, joined({"--rounds.count=5"}, with));
    CAF_REQUIRE(run.wait_for_output("[Round 2/"));
    {
        std::list<hostile_peer> strangers;
        for (int i = 0; i < 150; ++i) {
            strangers.emplace_back(worker.port());
            strangers.back().say(hostile_bytes(random, recording));
        }
        check_end(run.finish(30s), 0);
    }
    check_calm(worker, before);
}

/// What a coordinator says to it, in plain.
std::string record_link(const node_worker& worker) {
    tcp_proxy network(worker.port());
    // The clip would be most of what crosses.
    const scratch_folder folder;
    const auto clip = folder.file("short.pcm", std::string(2'000, '\1'));
    node_run recorded({network.address()}, {"--rounds.count=2", "--audio.file=" + clip});
    check_end(recorded.finish(20s), 0);
    return network.recording();
}

/// Where the headers of messages begin.
std::vector<std::size_t> headers_of_messages(const std::string& recording) {
    constexpr std::size_t header_size = 32;
    constexpr char direct_message = 2;
    std::vector<std::size_t> found;
    for (std::size_t at = 0; at + header_size <= recording.size();) {
        std::size_t payload = 0;
        for (std::size_t i = at + 4; i < at + 8; ++i)
            payload = payload << 8 | static_cast<unsigned char>(recording[i]);
        if (recording[at] == direct_message)
            found.push_back(at);
        at += header_size + payload;
    }
    return found;
}

} // namespace

CAF_TEST(strangers at a plain port do not disturb a run) {
    node_service service(200ms);
    node_worker worker(service.variables());
    check_undisturbed(worker, {}, {});
    CAF_CHECK(service.wait_for_no_session(close_limit));
}

CAF_TEST(strangers at a port with TLS do not disturb a run) {
    const node_certificates pki({"127.0.0.1"});
    node_service service(200ms);
    node_worker worker(service.variables(), pki.options("127.0.0.1"));
    tcp_proxy network(worker.port());
    node_run recorded({network.address()}, joined({"--rounds.count=1"}, pki.options("127.0.0.1")));
    check_end(recorded.finish(20s), 0);
    check_undisturbed(worker, pki.options("127.0.0.1"), network.recording());
    CAF_CHECK(service.wait_for_no_session(close_limit));
}

CAF_TEST(strangers who are silent are sent away) {
    const node_certificates pki({"127.0.0.1"});
    node_service service;
    node_worker plain(service.variables());
    node_worker secure(service.variables(), pki.options("127.0.0.1"));
    std::list<hostile_peer> strangers;
    for (const auto* worker : {&plain, &secure}) {
        for (const auto& said : {std::string(), basp_header(0, 64).substr(0, 7), tls_hello(200)}) {
            strangers.emplace_back(worker->port());
            strangers.back().say(said);
        }
    }
    for (auto& stranger : strangers)
        CAF_CHECK(stranger.wait_for_end(10s));
}

CAF_TEST(a header that claims too much ends its link alone) {
    node_service service;
    node_worker worker(service.variables());
    const held before(worker);
    for (int operation = 0; operation < 8; ++operation) {
        hostile_peer stranger(worker.port());
        stranger.say(basp_header(static_cast<std::uint8_t>(operation), 0xffff'ffff));
        stranger.say(std::string(100'000, 'x'));
        CAF_CHECK(stranger.wait_for_end(2s));
    }
    check_calm(worker, before);
    check_next_run({worker.address()}, service);
}

CAF_TEST(a worker outlives messages that claim to be of a stream) {
    node_service service;
    node_worker worker(service.variables());
    const auto recording = record_link(worker);
    const auto headers = headers_of_messages(recording);
    CAF_CHECK(headers.size() > 3);
    for (const auto at : headers) {
        for (const char category : {'\x20', '\x30'}) {
            auto bytes = recording;
            bytes[at + 8] = static_cast<char>(bytes[at + 8] | category);
            hostile_peer stranger(worker.port());
            stranger.say(bytes);
            CAF_CHECK(stranger.wait_for_end(2s));
        }
    }
    CAF_CHECK(service.wait_for_no_session(15s));
    check_next_run({worker.address()}, service);
}

CAF_TEST(a worker outlives changed recordings of a link) {
    node_service service;
    node_worker worker(service.variables());
    const auto recording = record_link(worker);
    const held before(worker);
    std::mt19937_64 random(815);
    std::list<hostile_peer> strangers;
    for (int i = 0; i < 300 && worker.program().read_now(); ++i) {
        strangers.emplace_back(worker.port());
        strangers.back().say(mutated(recording, random));
        if (strangers.size() > 30) {
            strangers.front().wait_for_end(20ms); // For it to be read.
            strangers.pop_front();
        }
    }
    strangers.clear();
    if (!worker.program().read_now())
        CAF_FAIL("the worker ended: " << worker.program().wait() << worker.program().err());
    CAF_CHECK(service.wait_for_no_session(15s));
    check_calm(worker, before);
    check_next_run({worker.address()}, service);
}
