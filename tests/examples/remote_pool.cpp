#include "tests/main/binary.hpp"

#define CAF_SUITE remote_pool_example

using namespace avatar::tests;

namespace {

/// Of the line "Worker listening on ADDRESS, …".
std::string address_in(const std::string& text) {
    const auto begin = text.find("listening on ") + 13;
    return text.substr(begin, text.find(',', begin) - begin);
}

} // namespace

CAF_TEST(requests go to the workers and come back) {
    process emulator(AVATAR_POOL_BINARY,
                     {"emulator", "--emulator.first-frame=0", "--emulator.frame-interval=1ms"});
    CAF_REQUIRE(emulator.wait_for_error("Emulator listening"));
    CAF_REQUIRE(emulator.wait_for_output("AVATAR_SESSION_AVATAR_ID=\"emulator-avatar\"\n"));
    const auto service = exported(emulator.out());
    process first(AVATAR_POOL_BINARY, {"worker", "--node.listen=127.0.0.1:0"}, service);
    process second(AVATAR_POOL_BINARY, {"worker", "--node.listen=127.0.0.1:0"}, service);
    CAF_REQUIRE(first.wait_for_error("until Ctrl-C"));
    CAF_REQUIRE(second.wait_for_error("until Ctrl-C"));
    process example(REMOTE_POOL, {address_in(first.err()), address_in(second.err())});
    CAF_CHECK_EQUAL(example.wait(), 0);
    check_contains(example.out(), "4 of 4 connections\n");
    check_contains(example.out(), "turn 10: 33 frames on ");
    check_contains(example.out(), "10 of 10 requests succeeded\n");
}

CAF_TEST(workers that are not there are named) {
    process example(REMOTE_POOL, {"127.0.0.1:1"});
    CAF_CHECK_EQUAL(example.wait(), 0);
    check_contains(example.out(), "0 of 2 connections\n");
    check_contains(example.out(), "node 127.0.0.1:1 is unavailable: ");
    check_contains(example.out(), "0 of 10 requests succeeded\n");
}
