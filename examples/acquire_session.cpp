// A conversation of three turns on one and the same session: acquires it from the
// pool, speaks three times, and releases it by destroying the lease. Runs on an
// emulator of its own; put your service's address in the place of `address_of`.

#include "actors/actor_runtime.hpp"
#include "actors/pool/session_lease.hpp"
#include "actors/pool/spawn_pool.hpp"
#include "audio/clip.hpp"
#include "emulator/emulator.hpp"
#include "transport/avatar_channel.hpp"
#include "transport/io_runtime.hpp"

#include <caf/actor_system.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/scoped_actor.hpp>

#include <chrono>
#include <iostream>
#include <memory>
#include <utility>

using namespace avatar;

namespace {

config::service_settings address_of(const emulator::emulator& service) {
    config::service_settings address;
    address.api_key = service.known().first().api_key;
    address.app_id = service.known().first().app_id;
    address.avatar_id = service.known().first().avatar_id;
    address.console_endpoint = service.console_endpoint();
    address.ingress_endpoint = service.ingress_endpoint();
    return address;
}

/// Speaks once, then again when the avatar has answered. The lease lives in the
/// continuation: after the last turn nobody holds it, and the session is back in
/// the pool. So it is when a turn fails, or this actor ends.
void speak(caf::event_based_actor* self, const pool_actor& pool, session_lease lease,
           audio_clip clip, int turn) {
    auto request = lease.request(clip);
    auto held = std::make_shared<session_lease>(std::move(lease)); // A handler can be copied.
    self->request(pool, caf::infinite, std::move(request)).then([=](const audio_result& result) {
        std::cout << "turn " << turn << ": " << result.frames << " frames on "
                  << held->connection_id() << '\n';
        if (turn < 3 && result.ok())
            speak(self, pool, std::move(*held), clip, turn + 1);
    });
}

void conversation(caf::event_based_actor* self, const pool_actor& pool, const audio_clip& clip) {
    with_session(
        self, pool, "conversation",
        [=](session_lease lease) { speak(self, pool, std::move(lease), clip, 1); },
        [](const protocol::failure& why) { std::cout << "no session: " << describe(why) << '\n'; });
}

} // namespace

int main() {
    using namespace std::chrono_literals;
    config::emulator_settings fast;
    fast.first_frame = 0;
    fast.frame_interval = 1ms;
    transport::io_runtime service_thread(1);
    emulator::emulator service(service_thread.next(), fast);

    config::pool_settings settings;
    settings.size = 1;
    const auto speech = audio::load(config::audio_settings{}); // The clip built in.
    transport::io_runtime io(1);
    const auto channels =
        transport::settings_of_channels(address_of(service), settings, speech.clip.format());

    actor_runtime config(io);
    caf::actor_system system(config);
    caf::scoped_actor self(system);
    const auto pool =
        spawn_pool(system, {settings, transport::make_avatar_channels(io, channels), {}});
    const auto report = [](const caf::error&) { std::cout << "the pool did not answer\n"; };
    self->request(pool, 30s, open_pool{}).receive([](const pool_opened&) {}, report);

    const auto speaker = system.spawn(conversation, pool, speech.clip);
    self->wait_for(speaker);

    self->request(pool, 30s, get_pool_status{})
        .receive(
            [](const pool_status& now) {
                std::cout << now.available << " of " << now.size << " connections are free again\n";
            },
            report);
    self->request(pool, 30s, close_pool{}).receive([](const pool_closed&) {}, report);
}
