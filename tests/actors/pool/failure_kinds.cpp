#include "actors/pool/failure_kinds.hpp"

#include "tests/support/dsl.hpp"

#include <string>

#define CAF_SUITE failure_kinds

using namespace avatar;
using protocol::failure_code;

namespace {

protocol::failure failure(failure_code code, const std::string& detail) {
    protocol::failure f;
    f.code = code;
    f.detail = detail;
    return f;
}

struct failure_kinds_fixture {
    void count(failure_code code, const std::string& detail) {
        count_failure(kinds, failure(code, detail));
    }

    /// Ten that differ in their text.
    void fill() {
        for (int i = 0; i < 10; ++i)
            count(failure_code::connection_failed, "host " + std::to_string(i));
    }

    std::vector<failure_count> kinds;
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(failure_kinds_tests, failure_kinds_fixture)

CAF_TEST(equal failures are counted together) {
    count(failure_code::connection_failed, "refused");
    count(failure_code::connection_failed, "refused");
    CAF_REQUIRE_EQUAL(kinds.size(), 1u);
    CAF_CHECK_EQUAL(kinds[0].count, 2u);
    CAF_CHECK_EQUAL(kinds[0].sample.detail, "refused");
}

CAF_TEST(the first few are told apart by their text) {
    fill();
    CAF_CHECK_EQUAL(kinds.size(), 10u);
    for (const auto& kind : kinds)
        CAF_CHECK_EQUAL(kind.count, 1u);
}

CAF_TEST(further ones are told apart by their code alone) {
    fill();
    count(failure_code::connection_failed, "host 10"); // With the first of that code.
    count(failure_code::session_token_invalid, "one");
    count(failure_code::session_token_invalid, "another");
    CAF_REQUIRE_EQUAL(kinds.size(), 11u);
    CAF_CHECK_EQUAL(kinds[0].count, 2u);
    CAF_CHECK_EQUAL(kinds[10].count, 2u);
    CAF_CHECK_EQUAL(kinds[10].sample.detail, "one");
}

CAF_TEST_FIXTURE_SCOPE_END()
