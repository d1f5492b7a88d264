#include "transport/name_lookup.hpp"

#include "tests/support/dsl.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/error.hpp>

#include <deque>
#include <optional>

#define CAF_SUITE name_lookup

namespace asio = boost::asio;
using namespace avatar::transport;
using namespace std::chrono_literals;
using boost::system::error_code;

namespace {

name_lookup::time_point now{24h};

/// Who asks for one name, and what became of it.
struct caller {
    explicit caller(asio::io_context& io) : timer(io) {}

    steady_timer timer;
    std::optional<error_code> end; // Without: it waits.
    std::size_t addresses = 0;
};

struct name_lookup_fixture {
    name_lookup_fixture() { now = name_lookup::time_point{24h}; }

    caller& ask(const std::string& host, const std::string& port = "80") {
        auto& one = callers.emplace_back(io);
        asio::co_spawn(io, find(one, host, port), [](std::exception_ptr thrown) {
            if (thrown)
                std::rethrow_exception(thrown);
        });
        run();
        return one;
    }

    awaitable<void> find(caller& one, std::string host, std::string port) {
        try {
            const auto found = co_await names->find(host, port, one.timer);
            one.addresses = found.size();
            one.end = error_code();
        } catch (const boost::system::system_error& e) {
            one.end = e.code();
        }
    }

    /// The system answers the lookup that has waited longest.
    void answer(error_code ec = {}) {
        CAF_REQUIRE(!asked.empty());
        const auto found = std::move(asked.front());
        asked.pop_front();
        const asio::ip::tcp::endpoint address(asio::ip::address_v4::loopback(), 80);
        found(ec, ec ? name_lookup::addresses() : name_lookup::addresses::create(address, "", ""));
        run();
    }

    void run() {
        io.restart();
        while (io.poll() > 0) {
        }
    }

    asio::io_context io;
    std::deque<name_lookup::on_found> asked; // Not answered yet.
    std::size_t lookups = 0;
    std::shared_ptr<name_lookup> names = std::make_shared<name_lookup>(
        [this](const std::string&, const std::string&, name_lookup::on_found found) {
            ++lookups;
            asked.push_back(std::move(found));
        },
        [] { return now; });
    std::deque<caller> callers;
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(name_lookup_tests, name_lookup_fixture)

CAF_TEST(who asks for a name at the same time shares its lookup) {
    for (int i = 0; i < 20; ++i)
        CAF_CHECK(!ask("host").end);
    CAF_CHECK_EQUAL(lookups, 1u);
    answer();
    for (const auto& each : callers) {
        CAF_CHECK(each.end == error_code());
        CAF_CHECK_EQUAL(each.addresses, 1u);
    }
}

CAF_TEST(another name or port is another lookup) {
    ask("host");
    ask("other");
    ask("host", "443");
    CAF_CHECK_EQUAL(lookups, 3u);
    answer();
    CAF_CHECK(callers[0].end == error_code());
    CAF_CHECK(!callers[1].end);
    CAF_CHECK(!callers[2].end);
    answer();
    answer();
}

CAF_TEST(what was found serves for five seconds) {
    ask("host");
    answer();
    now += 4999ms;
    CAF_CHECK(ask("host").end == error_code());
    CAF_CHECK_EQUAL(lookups, 1u);
    now += 1ms;
    CAF_CHECK(!ask("host").end);
    CAF_CHECK_EQUAL(lookups, 2u);
    answer();
    CAF_CHECK(callers.back().end == error_code());
}

CAF_TEST(what was not found is looked up again at once) {
    ask("host");
    answer(asio::error::host_not_found);
    CAF_CHECK(callers.back().end == error_code(asio::error::host_not_found));
    CAF_CHECK(!ask("host").end);
    CAF_CHECK_EQUAL(lookups, 2u);
    answer();
    CAF_CHECK(callers.back().end == error_code());
}

CAF_TEST(who cancels leaves the lookup to the others) {
    auto& gone = ask("host");
    auto& stays = ask("host");
    gone.timer.cancel();
    run();
    CAF_CHECK(gone.end == error_code(asio::error::operation_aborted));
    CAF_CHECK(!stays.end);
    ask("host");
    CAF_CHECK_EQUAL(lookups, 1u);
    answer();
    CAF_CHECK(stays.end == error_code());
    CAF_CHECK(callers.back().end == error_code());
}

CAF_TEST(who has cancelled may wait for something else with the same timer) {
    auto& gone = ask("host");
    ask("host");
    gone.timer.cancel();
    run();
    error_code other = asio::error::would_block;
    gone.timer.expires_after(1h);
    gone.timer.async_wait([&](error_code ec) { other = ec; });
    answer();
    CAF_CHECK(callers.back().end == error_code());
    CAF_CHECK(other == error_code(asio::error::would_block)); // It still waits.
    gone.timer.cancel();
    run();
}

CAF_TEST(an answer after all have cancelled serves the next) {
    auto& gone = ask("host");
    gone.timer.cancel();
    run();
    answer();
    CAF_CHECK(ask("host").end == error_code());
    CAF_CHECK_EQUAL(lookups, 1u);
}

CAF_TEST(localhost is this machine though the system does not know it) {
    for (const auto* name : {"localhost", "LOCALHOST.", "a.localhost"}) {
        ask(name, "8080");
        answer(asio::error::host_not_found);
        CAF_CHECK(callers.back().end == error_code());
        CAF_CHECK_EQUAL(callers.back().addresses, 2u);
    }
    ask("localhost.example");
    answer(asio::error::host_not_found);
    CAF_CHECK(callers.back().end == error_code(asio::error::host_not_found));
}

CAF_TEST(addresses need no lookup) {
    for (const auto* address : {"127.0.0.1", "::1", "fe80::1%lo"})
        CAF_CHECK(ask(address).end == error_code());
    CAF_CHECK_EQUAL(lookups, 0u);
}

CAF_TEST_FIXTURE_SCOPE_END()
