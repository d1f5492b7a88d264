#include "transport/memory_channels.hpp"

#include "tests/support/dsl.hpp"
#include "tests/support/log_capture.hpp"
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

    /// Of a channel with a tap that throws when it hears such an event.
    template <class Event>
    void make_with_failing_tap() {
        make(tap_channels("mine", memory_channels([](const std::string&, std::string_view) {
                              return three_frames();
                          }),
                          [] {
                              return channel_tap{{}, [](const channel_event& event) {
                                                     if (std::holds_alternative<Event>(event))
                                                         throw std::runtime_error("disk\nfull");
                                                 }};
                          }));
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

/// What `step` throws.
template <class Step>
std::string text_of(Step step) {
    try {
        step();
        return "nothing";
    } catch (const std::runtime_error& e) {
        return e.what();
    }
}

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
        "mine",
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
    auto held = tap_channels("mine", memory_channels([](const std::string&, std::string_view) {
                                 return three_frames();
                             }),
                             [] { return channel_tap{}; })([session](channel_event) {});
    CAF_CHECK_EQUAL(session.use_count(), 2);
    held->send("r-0", audio_clip("speech"));
    held->close(close_reason::normal);
    CAF_CHECK_EQUAL(session.use_count(), 1);
}

CAF_TEST(what a tap throws has its name and the connection) {
    make_with_failing_tap<channel_opened>();
    CAF_CHECK_EQUAL(text_of([&] { sut->send("r-0", audio_clip("speech")); }), "nothing");
    const auto text = text_of([&] { sut->open(); });
    CAF_CHECK(text.starts_with("tap \"mine\" of connection [memory-"));
    CAF_CHECK(text.ends_with("]: disk full"));
    CAF_CHECK_EQUAL(all<channel_opened>().size(), 0u);
    make_with_failing_tap<exchange_finished>();
    CAF_CHECK_EQUAL(text_of([&] { sut->send("r-0", audio_clip("speech")); }),
                    "tap \"mine\": disk full"); // Not open yet.
}

CAF_TEST(what a tap throws at sent audio or when it is made has its name) {
    const auto channels =
        memory_channels([](const std::string&, std::string_view) { return three_frames(); });
    make(tap_channels("mine", channels, [] {
        return channel_tap{[](const std::string&, std::string_view) { throw 7; }, {}};
    }));
    const auto text = "tap \"mine\": an exception of a type of its own";
    CAF_CHECK_EQUAL(text_of([&] { sut->send("r-0", audio_clip("speech")); }), text);
    sut->begin_stream("r-1");
    CAF_CHECK_EQUAL(text_of([&] { sut->send_piece("r-1", {"speech", true}); }), text);
    const auto unmade = tap_channels("mine", channels, []() -> channel_tap { throw 7; });
    CAF_CHECK_EQUAL(text_of([&] { make(unmade); }), text);
}

CAF_TEST(a tap that throws at the last event is logged and the session hears it) {
    tests::log_capture log;
    make_with_failing_tap<channel_closed>();
    CAF_CHECK_EQUAL(text_of([&] { sut->close(close_reason::normal); }), "nothing");
    CAF_CHECK_EQUAL(all<channel_closed>().size(), 1u);
    CAF_CHECK_EQUAL(log.next(), "error: tap \"mine\": disk full");
}

CAF_TEST(a tap on a named channel keeps its name) {
    make(tap_channels("mine",
                      name_channels("echo", memory_channels([](const std::string&,
                                                               std::string_view) -> frame_batch {
                                        throw std::invalid_argument("no answer");
                                    })),
                      [] { return channel_tap{}; }));
    CAF_CHECK_EQUAL(text_of([&] { sut->send("r-0", {}, {}); }), "channel \"echo\": no answer");
    const auto memory =
        memory_channels([](const std::string&, std::string_view) { return three_frames(); });
    make(tap_channels("mine", name_channels("echo", memory), [] {
        return channel_tap{{}, [](const channel_event&) { throw 7; }};
    }));
    CAF_CHECK_EQUAL(text_of([&] { sut->send("r-0", {}, {}); }),
                    "tap \"mine\": an exception of a type of its own");
}

CAF_TEST(a named channel names what it throws) {
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
