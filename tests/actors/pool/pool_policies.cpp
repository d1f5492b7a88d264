#include "tests/actors/pool/pool_fixture.hpp"

#include <map>
#include <set>
#include <stdexcept>

#define CAF_SUITE pool_policies

using namespace avatar;
using tests::ids;
using namespace std::chrono_literals;

namespace {

/// Knows what there is to choose from, and chooses the last of it. What it does wrong is
/// up to the test.
class last_first : public dispatch_policy {
public:
    struct orders {
        std::set<std::uint64_t> slots;
        std::map<std::uint64_t, std::string> requests; // Ids by number.
        std::map<std::uint64_t, std::uint64_t> taken;  // Requests by slot, as last told.
        std::optional<std::uint64_t> slot;
        std::optional<std::uint64_t> request;
        bool leaves_to_pool = false;
        bool throws = false;
        int told_wrongly = 0;
    };

    explicit last_first(orders& o) : o_(o) {}

    void session_idle(const idle_session& s) override {
        o_.told_wrongly += o_.slots.insert(s.slot).second ? 0 : 1;
        o_.taken[s.slot] = s.requests;
    }

    void session_gone(std::uint64_t slot) override {
        o_.told_wrongly += o_.slots.erase(slot) == 1 ? 0 : 1;
    }

    std::optional<std::uint64_t> choose_session() override {
        if (o_.throws)
            throw std::runtime_error("no idea\nat all");
        if (o_.slot || o_.leaves_to_pool)
            return o_.slot;
        return *o_.slots.rbegin();
    }

    void request_waiting(const waiting_request& r) override {
        o_.requests.emplace(r.number, r.request_id);
        o_.told_wrongly += r.caller ? 0 : 1;
    }

    void request_gone(std::uint64_t number) override {
        o_.told_wrongly += o_.requests.erase(number) == 1 ? 0 : 1;
    }

    std::optional<std::uint64_t> choose_request() override {
        if (o_.request || o_.leaves_to_pool)
            return o_.request;
        return o_.requests.rbegin()->first;
    }

private:
    orders& o_;
};

struct policy_fixture : tests::pool_fixture {
    policy_fixture() {
        complete = [this](pool_plan& plan) {
            plan.make_policy = [this] { return std::make_unique<last_first>(orders); };
            plan.policy_name = "last first";
        };
    }

    ~policy_fixture() override {
        wind_down();
        CAF_CHECK_EQUAL(orders.told_wrongly, 0);
    }

    std::string text_of(const std::string& id) { return describe(result_of(id).failure); }

    last_first::orders orders;
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(pool_policies_tests, policy_fixture)

CAF_TEST(the policy chooses the session) {
    open_pool_of(3);
    for (auto id : {"r-0", "r-1", "r-2"})
        ask(pool, id);
    CAF_CHECK_EQUAL(sent(2), ids{"r-0"});
    CAF_CHECK_EQUAL(sent(1), ids{"r-1"});
    CAF_CHECK_EQUAL(sent(0), ids{"r-2"});
    finish(1);
    CAF_CHECK_EQUAL(orders.slots, std::set<std::uint64_t>{1});
    CAF_CHECK_EQUAL(orders.taken[1], 1u);
}

CAF_TEST(the policy chooses the request) {
    open_pool_of(1);
    for (auto id : {"r-0", "r-1", "r-2", "r-3"})
        ask(pool, id);
    CAF_CHECK_EQUAL(orders.requests.size(), 3u);
    for (int i = 0; i < 4; ++i)
        finish(0);
    CAF_CHECK_EQUAL(sent(0), (ids{"r-0", "r-3", "r-2", "r-1"}));
    CAF_CHECK(orders.requests.empty());
}

CAF_TEST(what the policy leaves open the pool chooses) {
    orders.leaves_to_pool = true;
    open_pool_of(2);
    for (auto id : {"r-0", "r-1", "r-2", "r-3"})
        ask(pool, id);
    finish(0);
    CAF_CHECK_EQUAL(sent(0), (ids{"r-0", "r-2"}));
    CAF_CHECK_EQUAL(sent(1), ids{"r-1"});
}

CAF_TEST(the policy hears of sessions and requests that end) {
    settings.borrow_timeout = 5s;
    open_pool_of(2);
    die(0);
    CAF_CHECK_EQUAL(orders.slots, std::set<std::uint64_t>{1});
    ask(pool, "r-0");
    ask(pool, "r-1");
    CAF_CHECK_EQUAL(orders.requests.size(), 1u);
    after(5s);
    CAF_CHECK_EQUAL(code_of("r-1"), "borrowTimeout");
    CAF_CHECK(orders.requests.empty());
}

CAF_TEST(a session that does not exist costs its request) {
    open_pool_of(2);
    for (std::uint64_t slot : {std::uint64_t{7}, ~std::uint64_t{0}}) {
        orders.slot = slot;
        const auto id = "r-" + std::to_string(slot);
        ask(pool, id);
        CAF_CHECK_EQUAL(code_of(id), "extensionFailed");
        CAF_CHECK_EQUAL(text_of(id), "dispatch policy \"last first\": it chose slot " +
                                         std::to_string(slot) + ", which has no idle session");
    }
    orders.slot = 0;
    ask(pool, "r-0");
    CAF_CHECK_EQUAL(sent(0), ids{"r-0"});
    ask(pool, "r-1"); // Its session is busy.
    CAF_CHECK_EQUAL(code_of("r-1"), "extensionFailed");
    orders.slot.reset();
    ask(pool, "r-2");
    CAF_CHECK_EQUAL(sent(1), ids{"r-2"});
}

CAF_TEST(a request that does not exist costs the one in turn) {
    open_pool_of(1);
    for (auto id : {"r-0", "r-1", "r-2"})
        ask(pool, id);
    orders.request = 77;
    finish(0);
    for (auto id : {"r-1", "r-2"}) {
        CAF_CHECK_EQUAL(code_of(id), "extensionFailed");
        CAF_CHECK_EQUAL(text_of(id), "dispatch policy \"last first\": it chose request 77, which "
                                     "does not wait");
    }
    orders.request.reset();
    ask(pool, "r-3");
    CAF_CHECK_EQUAL(sent(0), (ids{"r-0", "r-3"}));
}

CAF_TEST(a policy that throws fails the pool) {
    open_pool_of(2);
    ask(pool, "r-0");
    orders.throws = true;
    ask(pool, "r-1");
    ask(pool, "r-2");
    for (auto id : {"r-0", "r-1", "r-2"}) {
        CAF_CHECK_EQUAL(code_of(id), "extensionFailed");
        CAF_CHECK_EQUAL(text_of(id), "dispatch policy \"last first\": no idea at all");
    }
    close();
    CAF_CHECK_EQUAL(closed, 1);
}

CAF_TEST(a policy that cannot be made fails the pool) {
    complete = [](pool_plan& plan) {
        plan.make_policy = []() -> std::unique_ptr<dispatch_policy> {
            throw std::runtime_error("not today");
        };
        plan.policy_name = "none";
    };
    begin_opening();
    CAF_REQUIRE_EQUAL(opened.size(), 1u);
    CAF_REQUIRE_EQUAL(opened[0].failures.size(), 1u);
    CAF_CHECK_EQUAL(describe(opened[0].failures[0].sample), "dispatch policy \"none\": not today");
    ask(pool, "r-0");
    CAF_CHECK_EQUAL(text_of("r-0"), "dispatch policy \"none\": not today");
}

CAF_TEST_FIXTURE_SCOPE_END()
