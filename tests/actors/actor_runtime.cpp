#include "actors/actor_runtime.hpp"

#include "tests/support/dsl.hpp"
#include "transport/io_runtime.hpp"

#include <chrono>

#define CAF_SUITE actor_runtime

using namespace avatar;
using namespace std::chrono_literals;

CAF_TEST(the wait for the last actor has a limit) {
    transport::io_runtime io(1);
    actor_runtime config(io);
    {
        caf::actor_system system(config);
        CAF_CHECK(await_actors(system, 0ms));
        auto idle = system.spawn([]() -> caf::behavior { return {[](caf::unit_t) {}}; });
        CAF_CHECK(!await_actors(system, 5ms));
        caf::anon_send_exit(idle, caf::exit_reason::user_shutdown);
        CAF_CHECK(await_actors(system, 60s));
    }
    CAF_CHECK(io.drain(60s));
}
