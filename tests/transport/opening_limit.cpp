#include "transport/opening_limit.hpp"

#include "tests/support/dsl.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/error.hpp>

#include <list>
#include <memory>
#include <optional>

#define CAF_SUITE opening_limit

namespace asio = boost::asio;
using namespace avatar::transport;
using boost::system::error_code;

namespace {

/// Who waits for a permit, and what became of it.
struct opener {
    explicit opener(asio::io_context& io) : timer(io) {}

    bool may_open() const { return permit != nullptr; }

    steady_timer timer;
    opening_limit::permit permit;
    error_code error;
};

struct opening_limit_fixture {
    opener& ask() {
        auto& one = openers.emplace_back(*io);
        asio::co_spawn(*io, acquire(one), [](std::exception_ptr thrown) {
            if (thrown)
                std::rethrow_exception(thrown);
        });
        run();
        return one;
    }

    awaitable<void> acquire(opener& one) {
        try {
            one.permit = co_await limit.acquire(one.timer);
        } catch (const boost::system::system_error& e) {
            one.error = e.code();
        }
    }

    void run() {
        io->restart();
        io->poll();
    }

    opening_limit limit{2};
    std::unique_ptr<asio::io_context> io = std::make_unique<asio::io_context>();
    std::list<opener> openers;
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(opening_limit_tests, opening_limit_fixture)

CAF_TEST(the others wait for their turn in the order they came) {
    auto& first = ask();
    auto& second = ask();
    auto& third = ask();
    auto& fourth = ask();
    CAF_CHECK(first.may_open() && second.may_open());
    CAF_CHECK(!third.may_open() && !fourth.may_open());
    second.permit.reset();
    run();
    CAF_CHECK(third.may_open() && !fourth.may_open());
    first.permit.reset();
    third.permit.reset();
    run();
    CAF_CHECK(fourth.may_open());
    CAF_CHECK(ask().may_open());
    CAF_CHECK(!ask().may_open());
}

CAF_TEST(two permits that end at once serve two) {
    auto& first = ask();
    auto& second = ask();
    auto& third = ask();
    auto& fourth = ask();
    first.permit.reset();
    second.permit.reset();
    run();
    CAF_CHECK(third.may_open() && fourth.may_open());
}

CAF_TEST(who no longer waits is passed over) {
    auto& first = ask();
    ask();
    auto& third = ask();
    auto& fourth = ask();
    third.timer.cancel();
    run();
    CAF_CHECK(third.error == asio::error::operation_aborted);
    first.permit.reset();
    run();
    CAF_CHECK(fourth.may_open());
}

CAF_TEST(who stops waiting at the moment of its turn has it) {
    auto& first = ask();
    ask();
    auto& third = ask();
    auto& fourth = ask();
    first.permit.reset();
    third.timer.cancel();
    run();
    CAF_CHECK(third.may_open());
    third.permit.reset();
    run();
    CAF_CHECK(fourth.may_open());
}

CAF_TEST(who is gone while it waits is passed over) {
    auto& first = ask();
    auto& second = ask();
    ask();
    auto permits = std::pair(std::move(first.permit), std::move(second.permit));
    openers.clear();
    io.reset(); // And with it the coroutine that waits.
    permits.first.reset();
    io = std::make_unique<asio::io_context>();
    CAF_CHECK(ask().may_open());
}

CAF_TEST_FIXTURE_SCOPE_END()
