#include "actors/pool/lease_table.hpp"

#include "tests/support/dsl.hpp"

#include <deque>
#include <set>

#define CAF_SUITE lease_table

using namespace avatar;

namespace {

struct lease_table_fixture {
    lease of_slot(std::uint64_t slot) {
        lease held;
        held.slot = slot;
        held.holder = ann->address();
        return held;
    }

    caf::actor_system_config config;
    caf::actor_system system{config};
    caf::scoped_actor ann{system};
    caf::scoped_actor bob{system};
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(lease_table_tests, lease_table_fixture)

CAF_TEST(a number is never nothing and never one in use) {
    std::deque<std::uint64_t> numbers{0, 7, 7, 0, 9};
    lease_table table([&] {
        const auto next = numbers.front();
        numbers.pop_front();
        return next;
    });
    CAF_CHECK_EQUAL(table.add(of_slot(1)), 7u);
    CAF_CHECK_EQUAL(table.add(of_slot(2)), 9u);
    CAF_CHECK_EQUAL(table.find(7)->slot, 1u);
    CAF_CHECK_EQUAL(table.find(9)->slot, 2u);
}

CAF_TEST(two tables draw other numbers) {
    std::set<std::uint64_t> numbers;
    for (int i = 0; i < 2; ++i) {
        lease_table table;
        for (std::uint64_t slot = 0; slot < 100; ++slot)
            numbers.insert(table.add(of_slot(slot)));
    }
    CAF_CHECK_EQUAL(numbers.size(), 200u);
}

CAF_TEST(the oldest is the first that was added and is still there) {
    lease_table table;
    const auto first = table.add(of_slot(1));
    table.add(of_slot(2));
    CAF_CHECK_EQUAL(table.oldest()->slot, 1u);
    const auto removed = table.remove(first);
    CAF_REQUIRE(removed);
    CAF_CHECK_EQUAL(removed->slot, 1u);
    CAF_CHECK_EQUAL(table.oldest()->slot, 2u);
    CAF_CHECK(!table.remove(first));
    CAF_CHECK(table.find(first) == nullptr);
}

CAF_TEST(each holder has its own) {
    lease_table table;
    const auto number = table.add(of_slot(1));
    CAF_CHECK_EQUAL(table.of(ann->address())->slot, 1u);
    CAF_CHECK(table.of(bob->address()) == nullptr);
    table.remove(number);
    CAF_CHECK(table.of(ann->address()) == nullptr);
}

CAF_TEST_FIXTURE_SCOPE_END()
