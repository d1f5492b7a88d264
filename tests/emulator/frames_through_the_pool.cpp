// That the frames of every request reach its sink byte for byte, from the emulator's
// socket through channel, session and pool, on threads and with little credit at a time.
#include "actors/actor_runtime.hpp"
#include "actors/pool/spawn_pool.hpp"
#include "emulator/emulator.hpp"
#include "protocol/wire.hpp"
#include "tests/support/inbox.hpp"
#include "transport/avatar_channel.hpp"
#include "transport/io_runtime.hpp"

#include <caf/actor_cast.hpp>
#include <caf/actor_system.hpp>
#include <caf/atom.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/scoped_actor.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>
#include <caf/typed_response_promise.hpp>

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#define CAF_SUITE frames_through_the_pool
#include "caf/test/dsl.hpp"

using namespace avatar;
using namespace std::chrono_literals;

namespace {

constexpr int requests = 40;

/// The frames of each request in order, from several threads.
class transcript {
public:
    using frames_by_request = std::map<std::string, std::vector<std::string>>;

    void add(const std::string& request_id, std::string_view frame) {
        const std::lock_guard lock(mutex_);
        of_[request_id].emplace_back(frame);
    }

    void add(const animation_frames& some) {
        for (std::size_t i = 0; i < some.frames.size(); ++i)
            add(some.request_id, some.frames[i]);
    }

    frames_by_request take() {
        const std::lock_guard lock(mutex_);
        return std::exchange(of_, {});
    }

private:
    std::mutex mutex_;
    frames_by_request of_;
};

frame_credit used_by(const animation_frames& some) {
    return {some.frames.size(), some.frames.bytes().size()};
}

frame_sink_actor::behavior_type note(frame_sink_actor::pointer, transcript* taken) {
    return {[=](const animation_frames& some) {
        taken->add(some);
        return used_by(some);
    }};
}

/// What a sink has got that holds its credit back.
struct held_frames {
    transcript taken;
    tests::inbox<std::size_t> batches; // Their frames.
};

struct held_credit {
    using promise = caf::typed_response_promise<frame_credit>;

    bool is_held = true;
    std::vector<std::pair<promise, frame_credit>> owed;
};

using grant_atom = caf::atom_constant<caf::atom("grant")>;

/// A sink that grants no credit before `grant_atom`, and then what is used.
caf::behavior hold(caf::stateful_actor<held_credit>* self, const std::shared_ptr<held_frames>& to) {
    return {[=](const animation_frames& some) {
                to->taken.add(some);
                to->batches.put(some.frames.size());
                auto promise = self->make_response_promise<frame_credit>();
                if (self->state.is_held)
                    self->state.owed.emplace_back(promise, used_by(some));
                else
                    promise.deliver(used_by(some));
                return promise;
            },
            [=](grant_atom) {
                self->state.is_held = false;
                for (auto& [promise, credit] : std::exchange(self->state.owed, {}))
                    promise.deliver(credit);
            }};
}

/// Says a second of silence in ten pieces, for each request.
caf::behavior speak(caf::stateful_actor<std::map<std::string, int>>* self) {
    return {[self](const next_audio& asked) {
        auto& said = self->state[asked.request_id];
        return audio_piece{std::string(3'200, '\0'), ++said == 10};
    }};
}

/// Unpaced, with frames of 3000 bytes and a little more.
config::emulator_settings fast_service() {
    config::emulator_settings values;
    values.first_frame = 0;
    values.frame_interval = 0ms;
    values.frame_bytes = 3'000;
    return values;
}

/// A pool of an emulator's sessions, with what that has sent and how the requests end.
class emulated_pool {
public:
    emulated_pool(std::size_t sessions, std::size_t threads) : io_(threads) {
        const auto keys = service_.known().first();
        transport::channel_settings channels;
        channels.service.api_key = keys.api_key;
        channels.service.app_id = keys.app_id;
        channels.service.avatar_id = keys.avatar_id;
        channels.service.console_endpoint = service_.console_endpoint();
        channels.service.ingress_endpoint = service_.ingress_endpoint();
        channels.session_ttl = 10min;
        channels.keepalive = 30s;
        config::pool_settings settings;
        settings.size = sessions;
        pool_ = spawn_pool(system_, {settings, transport::make_avatar_channels(io_, channels), {}});
        self_->send(pool_, open_pool{});
        caller_ = system_.spawn([this](caf::event_based_actor*) -> caf::behavior {
            return {[this](audio_result& result) { results_.put(std::move(result)); }};
        });
        source_ = system_.spawn(speak);
    }

    ~emulated_pool() {
        for (const auto& each : {caller_, source_})
            self_->send_exit(each, caf::exit_reason::user_shutdown);
    }

    emulated_pool(const emulated_pool&) = delete;
    emulated_pool& operator=(const emulated_pool&) = delete;

    template <class Behavior, class Argument>
    auto spawn(Behavior behavior, Argument argument) {
        return system_.spawn(behavior, argument);
    }

    void request(std::string id, const frame_sink_actor& sink, const frame_credit& window,
                 bool spoken) {
        audio_request request;
        request.request_id = std::move(id);
        request.sink = sink;
        request.window = window;
        if (spoken)
            request.source = caf::actor_cast<audio_source_actor>(source_);
        else
            request.audio = audio_clip(std::string(32'000, '\0'));
        caf::send_as(caller_, pool_, std::move(request));
    }

    /// The next request that has ended, which has succeeded.
    audio_result next_result() {
        auto result = results_.take();
        CAF_REQUIRE(result.has_value());
        CAF_CHECK_EQUAL(describe(result->failure), describe(protocol::failure()));
        return *std::move(result);
    }

    /// By all sessions, for all requests.
    transcript::frames_by_request sent() { return sent_.take(); }

    void close() {
        self_->request(pool_, 30s, close_pool{})
            .receive([](const pool_closed&) {},
                     [](const caf::error&) { CAF_ERROR("the pool did not close"); });
    }

    /// After the last frames, which were sent before the last result.
    void end(const frame_sink_actor& sink) {
        self_->request(sink, 30s, animation_frames{"none", {}})
            .receive([](const frame_credit&) {},
                     [](const caf::error&) { CAF_ERROR("the sink did not answer"); });
        self_->send_exit(sink, caf::exit_reason::user_shutdown);
    }

private:
    /// Outlive the threads, which put into them.
    transcript sent_;
    tests::inbox<audio_result> results_;
    transport::io_runtime service_thread_{1};
    emulator::emulator service_{
        service_thread_.next(), fast_service(), {.on_message_sent = [this](std::string_view bytes) {
            const auto m = protocol::decode(bytes);
            if (const auto* frame = std::get_if<protocol::response_animation>(&*m))
                sent_.add(std::string(frame->req_id), bytes);
        }}};
    transport::io_runtime io_;
    actor_runtime config_{io_};
    caf::actor_system system_{config_};
    caf::scoped_actor self_{system_};
    pool_actor pool_;
    caf::actor caller_;
    caf::actor source_;
};

/// A sink that holds its credit back, seen from the test.
class holding_sink {
public:
    explicit holding_sink(emulated_pool& pool) : actor_(pool.spawn(hold, got_)) {}

    frame_sink_actor handle() const { return caf::actor_cast<frame_sink_actor>(actor_); }

    void grant() { caf::anon_send(actor_, grant_atom::value); }

    /// So many frames, and none beyond them.
    void wait_for(std::size_t count) {
        std::size_t got = 0;
        while (got < count) {
            const auto more = got_->batches.take();
            CAF_REQUIRE(more.has_value());
            got += *more;
        }
        CAF_CHECK_EQUAL(got, count);
    }

    bool nothing_more() { return !got_->batches.take(0s); }

    transcript::frames_by_request taken() { return got_->taken.take(); }

private:
    std::shared_ptr<held_frames> got_ = std::make_shared<held_frames>();
    caf::actor actor_;
};

/// Two sessions, and two sinks with little credit each.
struct two_sinks {
    explicit two_sinks(std::size_t threads) : pool(2, threads) {}

    void request(int number, bool slow_spoken, bool fast_spoken) {
        const frame_credit few_bytes{100, 5'000}; // Two frames: the last may exceed it.
        const frame_credit few_frames{3, 1'000'000};
        pool.request("slow-" + std::to_string(number), slow.handle(), few_bytes, slow_spoken);
        pool.request("fast-" + std::to_string(number), fast.handle(), few_frames, fast_spoken);
    }

    /// Each sink has all that was sent for its own requests, so many, and nothing else.
    void compare(int count) {
        pool.close();
        pool.end(slow.handle());
        pool.end(fast.handle());
        transcript::frames_by_request of_slow;
        transcript::frames_by_request of_fast;
        for (const auto& [id, frames] : pool.sent())
            (id.starts_with("slow") ? of_slow : of_fast)[id] = frames;
        CAF_CHECK_EQUAL(of_slow.size(), static_cast<std::size_t>(count));
        CAF_CHECK_EQUAL(of_fast.size(), static_cast<std::size_t>(count));
        CAF_CHECK(slow.taken() == of_slow);
        CAF_CHECK(fast.taken() == of_fast);
    }

    emulated_pool pool;
    holding_sink slow{pool};
    holding_sink fast{pool};
};

constexpr std::size_t one_and_two[] = {1, 2}; // Threads.

} // namespace

CAF_TEST(every sink gets what the service has sent for its request) {
    transcript taken;
    emulated_pool pool(4, 2);
    const auto sink = pool.spawn(note, &taken);
    for (int i = 0; i < requests; ++i)
        pool.request("r-" + std::to_string(i), sink, {3, 7'000}, /*spoken=*/i % 2 == 1);
    for (int i = 0; i < requests; ++i)
        pool.next_result();
    pool.close();
    pool.end(sink);
    const auto expected = pool.sent();
    CAF_CHECK_EQUAL(expected.size(), static_cast<std::size_t>(requests));
    CAF_CHECK(taken.take() == expected);
}

CAF_TEST(a sink that holds back holds up its own request only) {
    for (const auto threads : one_and_two) {
        two_sinks sinks(threads);
        // Neither can end before its sink grants more: both are under way.
        sinks.request(0, /*slow_spoken=*/false, /*fast_spoken=*/true);
        sinks.slow.wait_for(2);
        sinks.fast.wait_for(3);

        sinks.fast.grant();
        const auto first = sinks.pool.next_result();
        CAF_CHECK_EQUAL(first.request_id, "fast-0");
        CAF_CHECK(sinks.slow.nothing_more());
        sinks.slow.grant();
        const auto second = sinks.pool.next_result();
        CAF_CHECK_EQUAL(second.request_id, "slow-0");
        CAF_CHECK_NOT_EQUAL(first.connection_id, second.connection_id);
        sinks.compare(1);
    }
}

CAF_TEST(two sinks at once get the frames of their own requests) {
    for (const auto threads : one_and_two) {
        two_sinks sinks(threads);
        sinks.slow.grant();
        sinks.fast.grant();
        for (int i = 0; i < requests; ++i)
            sinks.request(i, /*slow_spoken=*/i % 2 == 0, /*fast_spoken=*/i % 3 == 0);
        for (int i = 0; i < 2 * requests; ++i)
            sinks.pool.next_result();
        sinks.compare(requests);
    }
}
