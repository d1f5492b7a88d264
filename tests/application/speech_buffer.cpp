#include "application/speech_buffer.hpp"

#include <string>
#include <thread>

#define CAF_SUITE speech_buffer
#include "caf/test/dsl.hpp"

using avatar::application::speech_buffer;

namespace {

std::string taken_from(speech_buffer& buffer, std::size_t at_most) {
    const auto piece = buffer.take(at_most);
    return piece ? piece->bytes : "nothing";
}

} // namespace

CAF_TEST(what is written is taken in order) {
    speech_buffer buffer(100);
    CAF_CHECK_EQUAL(buffer.write("abc").bytes, 3u);
    CAF_CHECK_EQUAL(buffer.write("de").bytes, 2u);
    CAF_CHECK_EQUAL(taken_from(buffer, 4), "abcd");
    CAF_CHECK_EQUAL(taken_from(buffer, 4), "e");
}

CAF_TEST(a buffer that was asked in vain says so to whoever writes) {
    speech_buffer buffer(100);
    CAF_CHECK(!buffer.write("a").wanted);
    CAF_CHECK(buffer.take(4));
    CAF_CHECK(!buffer.take(4));
    CAF_CHECK(!buffer.write("").wanted);
    CAF_CHECK(buffer.write("b").wanted);
    CAF_CHECK(!buffer.write("c").wanted);
    CAF_CHECK(buffer.take(4));
    CAF_CHECK(!buffer.take(4));
    CAF_CHECK(buffer.finish().wanted);
}

CAF_TEST(only the last piece is the last) {
    speech_buffer buffer(100);
    buffer.write("abc");
    buffer.finish();
    CAF_CHECK(!buffer.take(2)->last);
    const auto piece = buffer.take(2);
    CAF_CHECK_EQUAL(piece->bytes, "c");
    CAF_CHECK(piece->last);
}

CAF_TEST(speech that ends at once is one empty piece) {
    speech_buffer buffer(100);
    buffer.finish();
    const auto piece = buffer.take(2);
    CAF_REQUIRE(piece);
    CAF_CHECK(piece->bytes.empty());
    CAF_CHECK(piece->last);
}

CAF_TEST(no more is kept than there is space for) {
    speech_buffer buffer(4);
    CAF_CHECK_EQUAL(buffer.write("abcdef").bytes, 4u);
    std::size_t second = 0;
    std::thread writer([&] { second = buffer.write("ef").bytes; }); // Waits for the take.
    CAF_CHECK_EQUAL(taken_from(buffer, 3), "abc");
    writer.join();
    CAF_CHECK_EQUAL(second, 2u);
    CAF_CHECK_EQUAL(taken_from(buffer, 9), "def");
}

CAF_TEST(nothing is written after the end) {
    speech_buffer finished(100);
    finished.finish();
    CAF_CHECK(finished.write("a").over);
    CAF_CHECK(finished.finish().over);

    speech_buffer closed(2);
    closed.write("ab");
    bool over = false;
    std::thread writer([&] { over = closed.write("c").over; });
    closed.close();
    writer.join();
    CAF_CHECK(over);
    CAF_CHECK(closed.finish().over);
}
