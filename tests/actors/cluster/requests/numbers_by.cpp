#include "actors/cluster/requests/numbers_by.hpp"

#include "tests/support/dsl.hpp"

#include <string>

#define CAF_SUITE numbers_by

using namespace avatar;

namespace {

using found_numbers = std::vector<std::uint64_t>;

} // namespace

CAF_TEST(numbers are found by what they have in common) {
    numbers_by<std::string> numbers;
    CAF_CHECK(numbers.of("a").empty());
    numbers.add("a", 3);
    numbers.add("b", 2);
    numbers.add("a", 1);
    CAF_CHECK(numbers.of("a") == (found_numbers{1, 3}));
    CAF_CHECK(numbers.of("b") == (found_numbers{2}));
}

CAF_TEST(one number is removed and no other) {
    numbers_by<std::string> numbers;
    for (const std::uint64_t number : {5, 3, 4})
        numbers.add("a", number);
    numbers.add("b", 3);
    numbers.remove("a", 3);
    numbers.remove("a", 9);
    numbers.remove("c", 3);
    CAF_CHECK(numbers.of("a") == (found_numbers{4, 5}));
    CAF_CHECK(numbers.of("b") == (found_numbers{3}));
    numbers.remove("a", 4);
    numbers.remove("a", 5);
    CAF_CHECK(numbers.of("a").empty());
    numbers.remove("a", 5);
    numbers.add("a", 6);
    CAF_CHECK(numbers.of("a") == (found_numbers{6}));
}

CAF_TEST(a number that is added twice is there once) {
    numbers_by<std::string> numbers;
    numbers.add("a", 1);
    numbers.add("a", 1);
    CAF_CHECK(numbers.of("a") == (found_numbers{1}));
    numbers.remove("a", 1);
    CAF_CHECK(numbers.of("a").empty());
}
