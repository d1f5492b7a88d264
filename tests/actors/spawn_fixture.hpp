#pragma once

#include "actors/actor_end.hpp"
#include "actors/pool/pool_plan.hpp"
#include "config/error.hpp"
#include "tests/support/actor_fixture.hpp"

#include <caf/actor_cast.hpp>

#include <memory>
#include <optional>
#include <string>

namespace avatar::tests {

/// For what spawns actors after it has checked what they are to work with.
struct spawn_fixture : actor_fixture {
    spawn_fixture() {
        good.settings.size = 1;
        good.make_channel = service.factory();
        good.seed = 1;
    }

    template <class Action>
    std::string error_of(Action action) {
        const auto before = sys.registry().running();
        try {
            action();
        } catch (const config::config_error& e) {
            CAF_CHECK_EQUAL(sys.registry().running(), before); // Nothing was spawned.
            return e.what();
        }
        return "no error";
    }

    /// Why the actor ended; nothing when it lives.
    template <class Handle>
    std::optional<std::string> end_of(const Handle& spawned) {
        consume_messages();
        // An actor that lives keeps the functor for later.
        const auto why = std::make_shared<std::optional<std::string>>();
        caf::actor_cast<caf::actor>(spawned)->attach_functor(
            [why](const caf::error& reason) { *why = describe_end(reason); });
        return *why;
    }

    pool_plan good;
};

} // namespace avatar::tests
