#include "actors/pool/session_table.hpp"

#include "tests/support/dsl.hpp"

#define CAF_SUITE session_table

using namespace avatar;

CAF_TEST(every slot is in exactly one phase) {
    session_table table(3);
    CAF_CHECK_EQUAL(table.size(), 3u);
    CAF_CHECK_EQUAL(table.count(slot_phase::down), 3u);
    table.move(table.at(1), slot_phase::idle);
    CAF_CHECK_EQUAL(table.count(slot_phase::down), 2u);
    CAF_CHECK_EQUAL(table.count(slot_phase::idle), 1u);
    CAF_CHECK_EQUAL(table.front(slot_phase::idle).number, 1u);
}

CAF_TEST(idle slots are taken in the order they came) {
    session_table table(3);
    for (std::uint64_t slot : {2, 0, 1})
        table.move(table.at(slot), slot_phase::idle);
    std::vector<std::uint64_t> taken;
    while (table.count(slot_phase::idle) > 0) {
        auto& slot = table.front(slot_phase::idle);
        taken.push_back(slot.number);
        table.move(slot, slot_phase::busy);
    }
    CAF_CHECK_EQUAL(taken, (std::vector<std::uint64_t>{2, 0, 1}));
}

CAF_TEST(moving within a phase goes to its end) {
    session_table table(2);
    table.move(table.at(0), slot_phase::down);
    CAF_CHECK_EQUAL(table.front(slot_phase::down).number, 1u);
    CAF_CHECK_EQUAL(table.count(slot_phase::down), 2u);
}

CAF_TEST(a former sessions key finds nothing) {
    session_table table(1);
    const auto former = table.at(0).session.key;
    ++table.at(0).session.key.generation;
    CAF_CHECK(table.find(former) == nullptr);
    CAF_CHECK(table.find(table.at(0).session.key) == &table.at(0));
    CAF_CHECK(table.find(session_key{7, 0}) == nullptr);
}
