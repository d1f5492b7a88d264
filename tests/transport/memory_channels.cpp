#include "transport/memory_channels.hpp"

#include "tests/support/dsl.hpp"
#include "transport/forwarding_channel.hpp"
#include "transport/named_channel.hpp"
#include "transport/tapped_channels.hpp"

#include <stdexcept>
#include <vector>

#define CAF_SUITE memory_channels

using namespace avatar;
using namespace avatar::transport;

namespace {

frame_batch three_frames() {
    return {"abbccc", {1, 3, 6}};
}

struct memory_channels_fixture {
    /// Of a service that answers three frames.
    void make() {
        make(memory_channels([this](const std::string&, std::string_view audio) {
            heard.emplace_back(audio);
            return three_frames();
        }));
    }

    void make(const channel_factory& factory) {
        sut = factory([this](channel_event event) { events.push_back(std::move(event)); });
    }

    template <class Event>
    std::vector<Event> all() const {
        std::vector<Event> some;
        for (const auto& event : events)
            if (const auto* one = std::get_if<Event>(&event))
                some.push_back(*one);
        return some;
    }

    std::string frames() const {
        std::string text;
        for (const auto& some : all<animation_frames>())
            text += std::string(some.frames.bytes()) + "|";
        return text;
    }

    std::vector<std::string> heard;
    std::vector<channel_event> events;
    std::unique_ptr<channel> sut;
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(memory_channels_tests, memory_channels_fixture)

CAF_TEST(a channel in memory opens and passes its checks at once) {
    make();
    sut->open();
    sut->check();
    CAF_REQUIRE_EQUAL(events.size(), 2u);
    CAF_CHECK(std::get<channel_opened>(events[0]).connection_id.starts_with("memory-"));
    CAF_CHECK(std::holds_alternative<channel_alive>(events[1]));
}

CAF_TEST(a clip is answered at once) {
    make();
    sut->send("r-0", audio_clip("speech"));
    CAF_CHECK_EQUAL(heard, std::vector<std::string>{"speech"});
    CAF_REQUIRE_EQUAL(events.size(), 1u);
    const auto& end = std::get<exchange_finished>(events[0]);
    CAF_CHECK_EQUAL(end.request_id, "r-0");
    CAF_CHECK_EQUAL(end.frames, 3u);
    CAF_CHECK_EQUAL(end.bytes, 6u);
}

CAF_TEST(frames wait for credit) {
    make();
    sut->send("r-0", audio_clip("speech"), frame_credit{1, 100});
    CAF_CHECK_EQUAL(frames(), "a|");
    CAF_CHECK_EQUAL(all<reading_paused>().size(), 1u);
    sut->grant("another", {10, 10});
    sut->grant("r-0", {0, 10});
    CAF_CHECK_EQUAL(frames(), "a|");
    sut->grant("r-0", {5, 0});
    CAF_CHECK_EQUAL(frames(), "a|bbccc|");
    CAF_CHECK_EQUAL(all<reading_paused>().size(), 2u);
    CAF_CHECK_EQUAL(all<exchange_finished>().size(), 1u);
}

CAF_TEST(the last frame may exceed the bytes of the credit) {
    make();
    sut->send("r-0", audio_clip("speech"), frame_credit{10, 2});
    CAF_CHECK_EQUAL(frames(), "abb|");
    sut->grant("r-0", {0, 1});
    CAF_CHECK_EQUAL(frames(), "abb|ccc|");
    CAF_CHECK_EQUAL(all<exchange_finished>().size(), 1u);
}

CAF_TEST(speech is answered after its last piece) {
    make();
    sut->begin_stream("r-0");
    sut->send_piece("r-0", {"one ", false});
    sut->send_piece("another", {"x", true});
    CAF_CHECK_EQUAL(all<audio_wanted>().size(), 2u);
    CAF_CHECK(heard.empty());
    sut->send_piece("r-0", {"two", true});
    CAF_CHECK_EQUAL(heard, std::vector<std::string>{"one two"});
    CAF_CHECK_EQUAL(all<exchange_finished>().size(), 1u);
}

CAF_TEST(a request that is interrupted ends at once and once) {
    make();
    sut->interrupt();
    CAF_CHECK(events.empty());
    sut->send("r-0", audio_clip("speech"), frame_credit{1, 1});
    sut->abandon();
    sut->grant("r-0", {10, 10});
    sut->interrupt();
    CAF_CHECK_EQUAL(frames(), "a|");
    CAF_CHECK_EQUAL(all<exchange_finished>().size(), 1u);
}

CAF_TEST(closing is the last event) {
    make();
    sut->send("r-0", audio_clip("speech"), frame_credit{1, 1});
    sut->close(close_reason::normal);
    const auto before = events.size();
    CAF_CHECK(std::holds_alternative<channel_closed>(events.back()));
    sut->grant("r-0", {10, 10});
    sut->check();
    sut->close(close_reason::normal);
    CAF_CHECK_EQUAL(events.size(), before);
}

CAF_TEST(a tap hears what is sent and all frames) {
    std::string sent;
    std::string got;
    make(tap_channels(
        memory_channels([](const std::string&, std::string_view) { return three_frames(); }), [&] {
            return channel_tap{[&](const std::string& id, std::string_view audio) {
                                   sent += id + ":" + std::string(audio) + " ";
                               },
                               [&](const channel_event& event) {
                                   if (const auto* some = std::get_if<animation_frames>(&event))
                                       got += some->frames.bytes();
                               }};
        }));
    sut->open();
    sut->send("r-0", audio_clip("speech"));
    CAF_CHECK_EQUAL(frames(), ""); // Nobody but the tap asked for them.
    sut->send("r-1", audio_clip("more"), frame_credit{10, 10});
    CAF_CHECK_EQUAL(frames(), "abbccc|");
    sut->begin_stream("r-2");
    sut->send_piece("r-2", {"last", true});
    CAF_CHECK_EQUAL(sent, "r-0:speech r-1:more r-2:last ");
    CAF_CHECK_EQUAL(got, "abbcccabbcccabbccc");
    CAF_CHECK_EQUAL(all<exchange_finished>().size(), 3u);
}

CAF_TEST(a tap lets go of its session with the last event) {
    const auto session = std::make_shared<int>(0);
    auto held = tap_channels(
        memory_channels([](const std::string&, std::string_view) { return three_frames(); }),
        [] { return channel_tap{}; })([session](channel_event) {});
    CAF_CHECK_EQUAL(session.use_count(), 2);
    held->send("r-0", audio_clip("speech"));
    held->close(close_reason::normal);
    CAF_CHECK_EQUAL(session.use_count(), 1);
}

CAF_TEST(a named channel names what it throws) {
    const auto text_of = [](auto step) -> std::string {
        try {
            step();
            return "nothing";
        } catch (const std::runtime_error& e) {
            return e.what();
        }
    };
    make(name_channels("mine",
                       memory_channels([](const std::string&, std::string_view) -> frame_batch {
                           throw std::invalid_argument("no\nanswer");
                       })));
    CAF_CHECK_EQUAL(text_of([&] { sut->open(); }), "nothing");
    CAF_CHECK_EQUAL(text_of([&] { sut->send("r-0", {}, {}); }), "channel \"mine\": no answer");
    CAF_CHECK_EQUAL(text_of([&] { name_channels("mine", nullptr); }),
                    "channel \"mine\": it has no factory");
    const auto none = name_channels("mine", [](channel_sink) { return nullptr; });
    CAF_CHECK_EQUAL(text_of([&] { make(none); }), "channel \"mine\": its factory made none");
    const auto odd =
        name_channels("mine", [](channel_sink) -> std::unique_ptr<channel> { throw 7; });
    CAF_CHECK_EQUAL(text_of([&] { make(odd); }),
                    "channel \"mine\": an exception of a type of its own");
}

CAF_TEST_FIXTURE_SCOPE_END()
