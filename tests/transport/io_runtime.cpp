#include "transport/io_runtime.hpp"

#include "tests/support/dsl.hpp"
#include "tests/support/inbox.hpp"
#include "tests/support/log_capture.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include <atomic>
#include <future>
#include <stdexcept>
#include <thread>

#define CAF_SUITE io_runtime

using namespace avatar;

CAF_TEST(work is spread over all threads in turn) {
    transport::io_runtime runtime(2);
    auto& first = runtime.next();
    auto& second = runtime.next();
    CAF_CHECK(&first != &second);
    CAF_CHECK(&runtime.next() == &first);
    CAF_CHECK(runtime.contexts() == std::vector({&first, &second}));
}

CAF_TEST(each context runs on its own thread) {
    tests::inbox<std::thread::id> ran;
    transport::io_runtime runtime(2);
    for (int i = 0; i < 2; ++i)
        boost::asio::post(runtime.next(), [&] { ran.put(std::this_thread::get_id()); });
    const auto one = ran.take();
    const auto other = ran.take();
    CAF_REQUIRE(one && other);
    CAF_CHECK(*one != *other);
    CAF_CHECK(*one != std::this_thread::get_id());
}

CAF_TEST(draining waits for what is under way) {
    transport::io_runtime runtime(2);
    std::atomic<int> ran{0};
    for (int i = 0; i < 100; ++i) {
        auto& context = runtime.next();
        boost::asio::post(context, [&] {
            boost::asio::post(context, [&] { ++ran; });
            ++ran;
        });
    }
    CAF_CHECK(runtime.drain(std::chrono::seconds(60)));
    CAF_CHECK_EQUAL(ran.load(), 200);
}

CAF_TEST(turns are taken by each of several and all over again) {
    transport::io_runtime runtime(3);
    const auto contexts = runtime.contexts();
    CAF_REQUIRE_EQUAL(contexts.size(), 3u);
    for (int round = 0; round < 2; ++round)
        for (auto* context : contexts)
            CAF_CHECK(&runtime.next() == context);
}

CAF_TEST(draining leaves a thread that hangs and not before its limit) {
    std::promise<void> go_on;
    tests::inbox<int> hangs;
    transport::io_runtime runtime(2);
    boost::asio::post(runtime.next(), [&, until = go_on.get_future()] {
        hangs.put(1);
        until.wait();
    });
    CAF_REQUIRE(hangs.take().has_value());
    const auto limit = std::chrono::milliseconds(20);
    const auto begin = std::chrono::steady_clock::now();
    CAF_CHECK(!runtime.drain(limit));
    CAF_CHECK(std::chrono::steady_clock::now() - begin >= limit);
    go_on.set_value();
}

CAF_TEST(a handler that throws is logged and its thread runs on) {
    tests::log_capture log;
    tests::inbox<int> ran;
    transport::io_runtime runtime(1);
    auto& io = runtime.next();
    boost::asio::post(io, [] { throw std::runtime_error("made\nto fail"); });
    boost::asio::post(io, [] { throw 42; });
    boost::asio::post(io, [&] { ran.put(1); });
    CAF_CHECK(ran.take().has_value());
    CAF_CHECK_EQUAL(log.next(), "error: a handler on an I/O thread failed: made to fail");
    CAF_CHECK_EQUAL(log.next(),
                    "error: a handler on an I/O thread failed: an exception of an unknown type");
    CAF_CHECK(runtime.drain(std::chrono::seconds(60)));
    CAF_CHECK(!log.more());
}

CAF_TEST(none asked for is one) {
    transport::io_runtime runtime(0);
    CAF_CHECK(&runtime.next() == &runtime.next());
}
