#include "transport/io_runtime.hpp"

#include "tests/support/dsl.hpp"
#include "tests/support/inbox.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include <atomic>
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

CAF_TEST(none asked for is one) {
    transport::io_runtime runtime(0);
    CAF_CHECK(&runtime.next() == &runtime.next());
}
