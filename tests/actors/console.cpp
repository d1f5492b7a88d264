#include "actors/console.hpp"

#include "tests/support/actor_fixture.hpp"

#include <sstream>

#define CAF_SUITE console

using namespace avatar;
using namespace std::chrono_literals;

namespace {

struct console_fixture : tests::actor_fixture {
    console_actor start(bool live) { return sys.spawn(console, console_settings{&out, live, -1}); }

    bool flush(const console_actor& hdl) {
        auto answer = self->request(hdl, caf::infinite, flush_console{});
        consume_messages();
        bool ok = false;
        answer.receive([&](console_flushed flushed) { ok = flushed.ok; },
                       [](const caf::error&) { CAF_FAIL("no answer"); });
        return ok;
    }

    std::ostringstream out;
};

connection_tried tried(std::uint64_t slot) {
    connection_tried event;
    event.slot = slot;
    event.connection_id = "c-" + std::to_string(slot);
    return event;
}

} // namespace

CAF_TEST_FIXTURE_SCOPE(console_tests, console_fixture)

CAF_TEST(connection lines come as the connections do) {
    auto hdl = start(false);
    for (std::uint64_t slot : {1, 0, 2})
        caf::anon_send(hdl, tried(slot));
    CAF_CHECK(flush(hdl));
    CAF_CHECK_EQUAL(out.str(), "  Connection 1: OK (connection_id=c-1)\n"
                               "  Connection 0: OK (connection_id=c-0)\n"
                               "  Connection 2: OK (connection_id=c-2)\n");
}

CAF_TEST(a connection that opens after the opening has no line) {
    auto hdl = start(false);
    caf::anon_send(hdl, tried(1));
    pool_opened opened;
    opened.connected = 1;
    opened.size = 2;
    opened.cancelled = true;
    caf::anon_send(hdl, opened);
    caf::anon_send(hdl, tried(0));
    CAF_CHECK(flush(hdl));
    CAF_CHECK_EQUAL(out.str(), "  Connection 1: OK (connection_id=c-1)\n"
                               "Pool initialized with 1/2 connections\n");
}

CAF_TEST(beyond the first few failed connections are grouped by reason) {
    auto hdl = start(false);
    auto failed = [](std::uint64_t slot, std::string detail) {
        connection_tried event{slot, "", {}};
        event.failure.code = protocol::failure_code::connection_failed;
        event.failure.phase = protocol::failure_phase::websocket_connect;
        event.failure.detail = std::move(detail);
        return event;
    };
    pool_opened opened;
    opened.size = 8;
    opened.connected = 1;
    for (std::uint64_t slot = 0; slot < 7; ++slot)
        caf::anon_send(hdl, failed(slot, slot == 6 ? "odd" : "refused"));
    caf::anon_send(hdl, tried(7));
    opened.failures = {{failed(0, "refused").failure, 6}, {failed(6, "odd").failure, 1}};
    caf::anon_send(hdl, opened);
    CAF_CHECK(flush(hdl));
    std::string expected;
    for (int slot = 0; slot < 5; ++slot)
        expected +=
            "  Connection " + std::to_string(slot) + ": FAILED - connectionFailed: refused\n";
    CAF_CHECK_EQUAL(out.str(), expected + "  Connection 7: OK (connection_id=c-7)\n"
                                          "  ... and 2 more FAILED; all by reason:\n"
                                          "    6 \u00d7 connectionFailed: refused\n"
                                          "    1 \u00d7 connectionFailed: odd\n"
                                          "Pool initialized with 1/8 connections\n");
}

CAF_TEST(of many connections that open the first ones have a line) {
    for (std::uint64_t size : {20, 21, 500}) {
        out.str("");
        auto hdl = start(false);
        for (std::uint64_t slot = 0; slot < size; ++slot)
            caf::anon_send(hdl, tried(slot));
        caf::anon_send(hdl, pool_opened{size, size, {}, false});
        CAF_CHECK(flush(hdl));
        const auto text = out.str();
        CAF_CHECK(text.find("  Connection 19: OK (connection_id=c-19)\n") != std::string::npos);
        CAF_CHECK(text.find("  Connection 20:") == std::string::npos);
        const auto more = "  ... and " + std::to_string(size - 20) + " more OK\n";
        CAF_CHECK_EQUAL(text.find(more) != std::string::npos, size > 20);
        CAF_CHECK(text.ends_with("Pool initialized with " + std::to_string(size) + "/" +
                                 std::to_string(size) + " connections\n"));
    }
}

CAF_TEST(without a terminal progress is a line of its own) {
    auto hdl = start(false);
    caf::anon_send(hdl, round_progress{1, 2, 5, 3, 0, 0, 1s});
    CAF_CHECK(flush(hdl));
    CAF_CHECK_EQUAL(out.str(), "  Round 1/2: 3/5 done (3 OK, 0 FAILED), 1.0s\n");
}

CAF_TEST(on a terminal the progress line makes way for the report) {
    auto hdl = start(true);
    caf::anon_send(hdl, round_progress{1, 2, 5, 3, 0, 0, 1s});
    caf::anon_send(hdl, pool_closing{});
    CAF_CHECK(flush(hdl));
    CAF_CHECK(out.str().find('\x1b') != std::string::npos);
    CAF_CHECK(out.str().ends_with("Closing connection pool...\n"));
}

CAF_TEST(says when what it wrote was lost) {
    auto hdl = start(false);
    caf::anon_send(hdl, pool_closing{});
    out.setstate(std::ios::badbit);
    CAF_CHECK(!flush(hdl));
}

CAF_TEST_FIXTURE_SCOPE_END()
