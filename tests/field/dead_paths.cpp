// Connections that a network has forgotten.
#include "tests/main/binary.hpp"
#include "tests/support/other_machine.hpp"

#define CAF_SUITE field_dead_paths

using namespace avatar;
using namespace avatar::tests;
using namespace std::chrono_literals;

namespace {

/// The service on the other machine.
class far_service {
public:
    explicit far_service(const other_machine& machine) : process_(ip_command, command(machine)) {
        CAF_REQUIRE(process_.wait_for_output("AVATAR_SESSION_AVATAR_ID="));
    }

    environment variables() const { return exported(process_.out()); }

private:
    static arguments command(const other_machine& machine) {
        auto with = machine.launcher();
        with.erase(with.begin()); // ip itself
        for (const auto* word : {AVATAR_POOL_BINARY, "emulator", "--emulator.first-frame=0.06",
                                 "--emulator.frame-interval=1ms"})
            with.emplace_back(word);
        with.push_back("--emulator.address=" + machine.address());
        return with;
    }

    process process_;
};

} // namespace

CAF_TEST(requests on connections that a network has forgotten go on unseen) {
    const other_machine machine;
    if (!machine.there()) {
        CAF_MESSAGE("skipped: no network namespaces for this user");
        return;
    }
    const far_service service(machine);
    process run(AVATAR_POOL_BINARY,
                {"run", "--pool.size=6", "--rounds.count=3", "--rounds.concurrency=4",
                 "--rounds.interval=1s", "--pool.ack-timeout=1s", "--service.allow-plaintext=true"},
                service.variables());
    CAF_REQUIRE(run.wait_for_output("[Round 1/"));
    CAF_REQUIRE(run.wait_for_output("Waiting"));
    CAF_REQUIRE(machine.forget_connections());
    const int code = run.wait();
    CAF_CHECK_EQUAL(code, 0);
    check_contains(run.out(), "Successful: 12");
    if (code != 0)
        CAF_ERROR(run.out() << run.err());
}
