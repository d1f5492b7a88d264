#include "application/frame_collection.hpp"

#include <string>
#include <thread>

#define CAF_SUITE frame_collection
#include "caf/test/dsl.hpp"

using namespace avatar;
using namespace avatar::application;
using namespace std::chrono_literals;

namespace {

frame_batch batch_of(std::string frames) {
    std::vector<std::uint64_t> ends;
    for (std::size_t i = 1; i <= frames.size(); ++i)
        ends.push_back(i);
    return {std::move(frames), std::move(ends)};
}

std::string listed(frame_collection& from) {
    std::vector<std::string_view> all;
    from.list(all);
    std::string text;
    for (const auto frame : all)
        text += frame;
    return text;
}

std::string bytes_taken_from(frame_collection& frames) {
    const auto some = frames.take();
    return std::string(some.frames.bytes());
}

} // namespace

CAF_TEST(frames come out in the order in which they came) {
    frame_collection frames(100);
    CAF_CHECK(frames.add(batch_of("ab")));
    CAF_CHECK(frames.add(batch_of("c")));
    CAF_CHECK_EQUAL(listed(frames), "abc");
    CAF_CHECK_EQUAL(bytes_taken_from(frames), "ab");
    CAF_CHECK_EQUAL(listed(frames), "c");
    CAF_CHECK_EQUAL(bytes_taken_from(frames), "c");
}

CAF_TEST(a full collection says when it is not full any more) {
    frame_collection frames(3);
    CAF_CHECK(frames.add(batch_of("ab")));
    CAF_CHECK(!frames.add(batch_of("c")));
    CAF_CHECK(!frames.add(batch_of("defg")));
    CAF_CHECK(!frames.take().was_full); // It still is.
    CAF_CHECK(!frames.take().was_full);
    CAF_CHECK(frames.take().was_full);
    CAF_CHECK(frames.add(batch_of("h")));
    CAF_CHECK(!frames.take().was_full);
}

CAF_TEST(after the last frame nothing is taken) {
    frame_collection frames(100);
    frames.add(batch_of("a"));
    frames.finish({});
    CAF_CHECK_EQUAL(frames.take().frames.size(), 1u);
    CAF_CHECK(frames.take().frames.empty());
    CAF_CHECK(frames.take().frames.empty());
}

CAF_TEST(the first result counts) {
    frame_collection frames(100);
    CAF_CHECK(!frames.has_ended());
    CAF_CHECK(!frames.wait_for(0ms));
    audio_result first;
    first.request_id = "first";
    frames.finish(first);
    frames.finish({});
    CAF_CHECK(frames.has_ended());
    CAF_CHECK(frames.wait_for(0ms));
    CAF_CHECK_EQUAL(frames.wait().request_id, "first");
}

CAF_TEST(a thread that waits for frames is woken by them and by the end) {
    frame_collection frames(100);
    std::string taken;
    std::thread taker([&] {
        for (auto some = frames.take(); !some.frames.empty(); some = frames.take())
            taken += some.frames.bytes();
    });
    frames.add(batch_of("a"));
    frames.add(batch_of("b"));
    frames.finish({});
    taker.join();
    CAF_CHECK_EQUAL(taken, "ab");
}
