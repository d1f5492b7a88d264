// The whole program with behaviours of its own: good ones, and for each kind some that throw,
// never answer or choose what does not exist.
#include "main/program.hpp"
#include "transport/memory_channels.hpp"
#include "transport/tapped_channels.hpp"

#include <fstream>
#include <memory>
#include <stdexcept>
#include <string>

namespace {

using namespace avatar;

std::string file_of_ids = "ids.txt";
std::size_t seed = 7;
std::int64_t shift = -3;
double skew = 0;
config::milliseconds pause_of_ids{10};

[[noreturn]] void fail() {
    throw std::runtime_error("broken\nindeed");
}

void add_policies(extensions& to) {
    struct bad_session : dispatch_policy {
        std::optional<std::uint64_t> choose_session() override { return 77; }
    };
    struct throws : dispatch_policy {
        std::optional<std::uint64_t> choose_session() override { fail(); }
    };
    to.add_dispatch_policy("as-usual", [] { return std::make_unique<dispatch_policy>(); });
    to.add_dispatch_policy("bad-session", [] { return std::make_unique<bad_session>(); });
    to.add_dispatch_policy("throws", [] { return std::make_unique<throws>(); });
    to.add_dispatch_policy("unmade", []() -> std::unique_ptr<dispatch_policy> { fail(); });
}

void add_shapes(extensions& to) {
    using behavior = load_shape_actor::behavior_type;
    using self_pointer = load_shape_actor::pointer;
    to.add_load_shape("pairs", [](self_pointer, const config::settings&) -> behavior {
        return {[](const next_start& q) {
            return start_time{std::chrono::milliseconds(10 * (q.request / 2)), q.request == 6};
        }};
    });
    to.add_load_shape("throws", [](self_pointer, const config::settings&) -> behavior {
        return {[](const next_start& q) {
            if (q.request == 1)
                fail();
            return start_time{};
        }};
    });
    to.add_load_shape("unmade", [](self_pointer, const config::settings&) -> behavior { fail(); });
}

void add_sinks(extensions& to) {
    to.add_result_sink(
        "ids",
        [](result_sink_actor::pointer,
           const config::settings&) -> result_sink_actor::behavior_type {
            const auto file = std::make_shared<std::ofstream>(file_of_ids);
            return {[=](const audio_result& result) { *file << result.request_id << '\n'; },
                    [=](flush_results) {
                        file->flush();
                        return results_flushed{};
                    }};
        });
    to.add_result_sink("throws",
                       [](result_sink_actor::pointer,
                          const config::settings&) -> result_sink_actor::behavior_type {
                           return {[](const audio_result&) { fail(); },
                                   [](flush_results) { return results_flushed{}; }};
                       });
    to.add_result_sink(
        "never",
        [](result_sink_actor::pointer self,
           const config::settings&) -> result_sink_actor::behavior_type {
            static caf::typed_response_promise<results_flushed> kept; // Holds the actor.
            return {[](const audio_result&) {},
                    [self](flush_results) {
                        kept = self->make_response_promise<results_flushed>();
                        return kept;
                    }};
        });
    to.add_frame_and_result_sink(
        "frames",
        [](frame_and_result_sink_actor::pointer,
           const config::settings&) -> frame_and_result_sink_actor::behavior_type {
            const auto frames = std::make_shared<std::uint64_t>(0);
            return {[](const audio_result&) {},
                    [=](flush_results) {
                        std::ofstream(file_of_ids) << *frames << '\n';
                        return results_flushed{};
                    },
                    [=](const animation_frames& some) {
                        *frames += some.frames.size();
                        return frame_credit{some.frames.size(), some.frames.bytes().size()};
                    }};
        });
}

/// One whose tap throws at every event, or at what is sent.
session_function with_failing_tap(bool at_events) {
    return [at_events](session_actor::stateful_pointer<session_state> self, session_key key,
                       session_owner_actor owner, const transport::channel_factory& make) {
        const auto tapped = transport::tap_channels("mine", make, [at_events] {
            transport::channel_tap tap;
            if (at_events)
                tap.got = [](const channel_event&) { fail(); };
            else
                tap.sent = [](const std::string&, std::string_view) { fail(); };
            return tap;
        });
        return pool_session(self, key, std::move(owner), tapped);
    };
}

void add_sessions(extensions& to) {
    to.add_session("plain", pool_session);
    to.add_session("unmade",
                   [](auto*, session_key, session_owner_actor, const transport::channel_factory&)
                       -> session_actor::behavior_type { fail(); });
    to.add_session("silent", [](auto* self, session_key, session_owner_actor,
                                const transport::channel_factory&) {
        return self->state.behavior(); // Without a channel.
    });
    to.add_session("tap-throws", with_failing_tap(false));
    to.add_session("tap-throws-at-events", with_failing_tap(true));
}

void add_channels(extensions& to) {
    to.add_channel("memory", [](transport::io_runtime&, const config::settings&) {
        return transport::memory_channels([](const std::string&, std::string_view) {
            return frame_batch("abbccc", {1, 3, 6});
        });
    });
    to.add_channel("throws", [](transport::io_runtime&, const config::settings&) {
        return transport::memory_channels(
            [](const std::string&, std::string_view) -> frame_batch { fail(); });
    });
    to.add_channel("none", [](transport::io_runtime&, const config::settings&) {
        return [](transport::channel_sink) { return nullptr; };
    });
    to.add_channel("number",
                   [](transport::io_runtime&,
                      const config::settings&) -> transport::channel_factory { throw 7; });
    to.add_channel("unmade",
                   [](transport::io_runtime&,
                      const config::settings&) -> transport::channel_factory { fail(); });
}

} // namespace

int main(int argc, char** argv) {
    extensions mine;
    add_policies(mine);
    add_shapes(mine);
    add_sinks(mine);
    add_sessions(mine);
    add_channels(mine);
    mine.add_option("ids.file", file_of_ids, "File of the sink ids");
    mine.add_option("ids.seed", seed, "Of nothing", {.lowest = 1});
    mine.add_option("ids.shift", shift, "Of nothing", {.lowest = -3, .highest = 3});
    mine.add_option("ids.skew", skew, "Of nothing", {.lowest = -0.5, .highest = 0.5});
    mine.add_option("ids.pause", pause_of_ids, "Of nothing", {.highest = std::chrono::seconds(1)});
    return run_program(argc, argv, mine);
}
