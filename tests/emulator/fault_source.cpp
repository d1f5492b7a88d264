#include "emulator/fault_source.hpp"

#include <algorithm>
#include <string>
#include <vector>

#define CAF_SUITE fault_source
#include "caf/test/dsl.hpp"

using namespace avatar::emulator;
using namespace std::chrono_literals;

namespace {

fault at_audio(std::string whom, fault_action action, occasion when = {}) {
    return {.at = fault_point::audio, .whom = std::move(whom), .action = action, .when = when};
}

struct fault_source_fixture {
    std::chrono::milliseconds now{0};

    fault_source with(std::vector<fault> faults, std::uint64_t seed = 1) {
        return fault_source(scenario(std::move(faults)), seed, [this] { return now; });
    }

    /// Out of 10,000.
    static int occurrences(fault_source& source) {
        int count = 0;
        for (int i = 0; i < 10'000; ++i)
            count += source.fault_at(fault_point::audio, "a") != nullptr;
        return count;
    }

    /// The numbers of the frames, of as many, that a fault hits.
    static std::string hit_frames(fault_source& source, std::size_t frames, double luck) {
        std::string numbers;
        for (std::size_t i = 0; i < frames; ++i)
            if (source.frame_fault("a", {i, frames, i + 1 == frames, luck}))
                numbers += std::to_string(i) + " ";
        return numbers;
    }
};

bool open_at(const time_window& window, std::chrono::milliseconds time) {
    CAF_CHECK(!problem_of(window));
    return is_open(window, time);
}

} // namespace

CAF_TEST_FIXTURE_SCOPE(fault_source_tests, fault_source_fixture)

CAF_TEST(a window without limits is always open) {
    CAF_CHECK(open_at({}, 0ms));
    CAF_CHECK(open_at({}, 8000h));
    CAF_CHECK(!open_at({.from = 5s}, 4999ms));
    CAF_CHECK(open_at({.from = 5s}, 8000h));
    CAF_CHECK(time_left({}, 5s) == 0ms);
}

CAF_TEST(a window opens at its beginning and closes at its end) {
    const time_window window{.from = 20s, .until = 30s};
    CAF_CHECK(!open_at(window, 19'999ms));
    CAF_CHECK(open_at(window, 20s));
    CAF_CHECK(open_at(window, 29'999ms));
    CAF_CHECK(!open_at(window, 30s));
    CAF_CHECK(time_left(window, 19s) == 0ms);
    CAF_CHECK(time_left(window, 22s) == 8s);
    CAF_CHECK(time_left(window, 30s) == 0ms);
}

CAF_TEST(a window that comes again opens once in each period) {
    const time_window window{.from = 20s, .until = 30s, .every = 2min};
    CAF_CHECK(!open_at(window, 0s));
    CAF_CHECK(open_at(window, 25s));
    CAF_CHECK(!open_at(window, 2min));
    CAF_CHECK(open_at(window, 2min + 20s));
    CAF_CHECK(time_left(window, 2min + 21s) == 9s);
    CAF_CHECK(!open_at(window, 2min + 30s));
    CAF_CHECK(open_at(window, 20min + 29s));
    CAF_CHECK(open_at({.until = 1s, .every = 1s}, 5s));
    for (const auto time : {0ms, 1ms, 2ms, 1000ms}) {
        CAF_CHECK(open_at({.until = 1ms, .every = 1ms}, time));
        CAF_CHECK_EQUAL(open_at({.until = 1ms, .every = 2ms}, time), time.count() % 2 == 0);
        CAF_CHECK(time_left({.until = 1ms, .every = 1ms}, time) == 1ms);
    }
    CAF_CHECK(!open_at({.from = 1ms, .until = 2ms, .every = 1ms}, 0ms));
}

CAF_TEST(a window ends after it begins and before it comes again) {
    CAF_CHECK(!problem_of({}));
    CAF_CHECK(!problem_of({.from = 5ms}));
    CAF_CHECK(!problem_of({.from = 5ms, .until = 6ms}));
    CAF_CHECK(!problem_of({.from = 5ms, .until = 7ms, .every = 2ms}));
    CAF_CHECK(!problem_of({.from = 5ms, .until = 7ms, .every = 3ms}));
    CAF_CHECK_EQUAL(problem_of({.from = 5ms, .until = 5ms}).value_or(""),
                    "the end 5ms is not after the beginning 5ms: expected a later one");
    CAF_CHECK_EQUAL(problem_of({.from = 5ms, .until = 4ms}).value_or(""),
                    "the end 4ms is not after the beginning 5ms: expected a later one");
    CAF_CHECK_EQUAL(problem_of({.from = 5ms, .until = 7ms, .every = 1ms}).value_or(""),
                    "it comes again after 1ms and lasts 2ms: expected at most as long");
    CAF_CHECK_EQUAL(problem_of({.every = 1ms}).value_or(""),
                    "what comes again must end: expected an end as well");
}

CAF_TEST(the first fault that fits counts) {
    auto source = with({at_audio("a", silence{}), at_audio("", reset{})});
    CAF_CHECK(std::holds_alternative<silence>(source.fault_at(fault_point::audio, "a")->action));
    CAF_CHECK(std::holds_alternative<reset>(source.fault_at(fault_point::audio, "b")->action));
    CAF_CHECK(source.fault_at(fault_point::handshake, "a") == nullptr);
    CAF_CHECK(fault_source().fault_at(fault_point::audio, "a") == nullptr);
}

CAF_TEST(a fault that fits and does not occur leaves it to the next) {
    auto source = with({at_audio("", silence{}, {.window = {.from = 10s}}),
                        at_audio("", stall{}, {.probability = 0.0}), at_audio("", reset{})});
    CAF_CHECK(std::holds_alternative<reset>(source.fault_at(fault_point::audio, "a")->action));
    now = 10s;
    CAF_CHECK(std::holds_alternative<silence>(source.fault_at(fault_point::audio, "a")->action));
}

CAF_TEST(a fault occurs as often as its probability says) {
    auto rare = with({at_audio("", reset{}, {.probability = 0.05})});
    const auto count = occurrences(rare);
    CAF_CHECK(count > 400 && count < 600);
    auto never = with({at_audio("", reset{}, {.probability = 0.0})});
    CAF_CHECK_EQUAL(occurrences(never), 0);
    auto outside = with({at_audio("", reset{}, {.probability = 0.5, .window = {.from = 1s}})});
    CAF_CHECK_EQUAL(occurrences(outside), 0);
    now = 1s;
    CAF_CHECK(occurrences(outside) > 4500);
}

CAF_TEST(the seed decides when) {
    const auto pattern = [&](std::uint64_t seed) {
        auto source = with({at_audio("", reset{}, {.probability = 0.5})}, seed);
        std::string text;
        for (int i = 0; i < 64; ++i)
            text += source.fault_at(fault_point::audio, "") ? '!' : '.';
        return text;
    };
    CAF_CHECK_EQUAL(pattern(7), pattern(7));
    CAF_CHECK_NOT_EQUAL(pattern(7), pattern(8));
}

CAF_TEST(what is certain draws no random number) {
    const auto pattern = [&](bool ask_certain) {
        auto source = with({{.at = fault_point::upgrade, .action = reset{}},
                            at_audio("", reset{}, {.probability = 0.5})});
        std::string text;
        for (int i = 0; i < 64; ++i) {
            if (ask_certain)
                CAF_CHECK(source.fault_at(fault_point::upgrade, "") != nullptr);
            text += source.fault_at(fault_point::audio, "") ? '!' : '.';
        }
        return text;
    };
    CAF_CHECK_EQUAL(pattern(true), pattern(false));
}

CAF_TEST(luck is drawn anew from zero to below one) {
    auto source = with({});
    double least = 1.0, most = 0.0;
    for (int i = 0; i < 1'000; ++i) {
        const auto luck = source.luck();
        CAF_REQUIRE(luck >= 0.0 && luck < 1.0);
        least = std::min(least, luck);
        most = std::max(most, luck);
    }
    CAF_CHECK(least < 0.05 && most > 0.95);
}

CAF_TEST(a fault of the frames hits the frame it names) {
    auto source = with({{.at = fault_point::frames, .after = 2, .action = reset{}}});
    CAF_CHECK_EQUAL(hit_frames(source, 5, 0.9), "2 ");
    CAF_CHECK_EQUAL(hit_frames(source, 2, 0.9), "");
}

CAF_TEST(a fault of any frame hits once in a request one of all its frames) {
    auto source = with({{.at = fault_point::frames, .action = reset{}, .any_frame = true}});
    CAF_CHECK_EQUAL(hit_frames(source, 4, 0.0), "0 ");
    CAF_CHECK_EQUAL(hit_frames(source, 4, 0.5), "2 ");
    CAF_CHECK_EQUAL(hit_frames(source, 4, 0.999), "3 ");
    CAF_CHECK_EQUAL(hit_frames(source, 1, 0.999), "0 ");
}

CAF_TEST(a dropped or held back frame is never the last unless asked for) {
    using kind = frame_fault::kind;
    for (const auto what : {kind::drop, kind::hold_back}) {
        auto any =
            with({{.at = fault_point::frames, .action = frame_fault{what}, .any_frame = true}});
        CAF_CHECK_EQUAL(hit_frames(any, 4, 0.0), "0 ");
        CAF_CHECK_EQUAL(hit_frames(any, 4, 0.999), "2 ");
        CAF_CHECK_EQUAL(hit_frames(any, 1, 0.0), "");
        auto third = with({{.at = fault_point::frames, .after = 2, .action = frame_fault{what}}});
        CAF_CHECK_EQUAL(hit_frames(third, 4, 0.0), "2 ");
        CAF_CHECK_EQUAL(hit_frames(third, 3, 0.0), "");
    }
    auto end = with({{.at = fault_point::frames, .action = frame_fault{kind::drop_end}}});
    CAF_CHECK_EQUAL(hit_frames(end, 4, 0.0), "3 ");
    CAF_CHECK_EQUAL(hit_frames(end, 1, 0.0), "0 ");
}

CAF_TEST(an idle session meets its fault each time its while has passed) {
    auto source = with({{.at = fault_point::idle, .action = reset{}, .idle_for = 2s},
                        {.at = fault_point::idle, .whom = "b", .action = reset{}, .idle_for = 3s}});
    CAF_CHECK(source.next_idle("a", 0s) == 2s);
    CAF_CHECK(source.next_idle("a", 2s) == 4s);
    CAF_CHECK(source.next_idle("b", 2s) == 3s);
    CAF_CHECK(!fault_source().next_idle("a", 0s));
    CAF_CHECK(source.idle_fault("a", 0s, 1999ms) == nullptr);
    CAF_CHECK(source.idle_fault("a", 0s, 2s) != nullptr);
    CAF_CHECK(source.idle_fault("a", 2s, 3999ms) == nullptr);
    CAF_CHECK(source.idle_fault("a", 2s, 4s) != nullptr);
    CAF_CHECK(source.idle_fault("b", 2s, 3s) != nullptr);
}

CAF_TEST(nothing is accepted while a window is open) {
    auto source = with({{.at = fault_point::accept,
                         .action = stop_accepting{},
                         .when = {.window = {.from = 20s, .until = 30s}}},
                        {.at = fault_point::accept,
                         .action = stop_accepting{},
                         .when = {.window = {.from = 25s, .until = 40s}}}});
    CAF_CHECK(source.accept_pause() == 0s);
    now = 21s;
    CAF_CHECK(source.accept_pause() == 9s);
    now = 26s;
    CAF_CHECK(source.accept_pause() == 14s);
    now = 40s;
    CAF_CHECK(source.accept_pause() == 0s);
    struct row {
        std::chrono::milliseconds time;
        std::chrono::milliseconds pause;
        int told;
    };
    int heard = 0;
    source.set_listener([&](const fault&) { ++heard; });
    for (const auto& [time, pause, told] :
         {row{19'999ms, 0ms, 0}, row{20s, 10s, 1}, row{29'999ms, 10'001ms, 2}, row{30s, 10s, 1},
          row{39'999ms, 1ms, 1}, row{40s, 0ms, 0}}) {
        heard = 0;
        now = time;
        CAF_CHECK(source.accept_pause() == pause);
        CAF_CHECK_EQUAL(heard, told);
    }
}

CAF_TEST(a listener hears of what occurs and of nothing else) {
    auto source = with({{.at = fault_point::audio, .whom = "a", .action = reset{}, .name = "reset"},
                        {.at = fault_point::accept,
                         .action = stop_accepting{},
                         .when = {.window = {.from = 20s, .until = 30s}},
                         .name = "stop-accepting"}});
    std::string heard;
    source.set_listener([&](const fault& f) { heard.append(f.name).append(" "); });
    source.fault_at(fault_point::audio, "b");
    source.accept_pause();
    CAF_CHECK_EQUAL(heard, "");
    source.fault_at(fault_point::audio, "a");
    now = 21s;
    source.accept_pause();
    CAF_CHECK_EQUAL(heard, "reset stop-accepting ");
}

CAF_TEST_FIXTURE_SCOPE_END()
