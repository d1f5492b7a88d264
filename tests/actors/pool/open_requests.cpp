#include "actors/pool/open_requests.hpp"

#include "tests/support/dsl.hpp"

#define CAF_SUITE open_requests

using namespace avatar;

namespace {

struct open_requests_fixture : test_coordinator_fixture<> {
    caf::actor_addr someone() {
        callers.push_back(sys.spawn([] {}));
        return callers.back().address();
    }

    std::vector<caf::actor> callers;
    open_requests requests;
    const caf::actor_addr one = someone();
    const caf::actor_addr two = someone();
};

const protocol::failure interrupted = [] {
    protocol::failure why;
    why.code = protocol::failure_code::request_interrupted;
    return why;
}();

} // namespace

CAF_TEST_FIXTURE_SCOPE(open_request_tests, open_requests_fixture)

CAF_TEST(a name means the request of that caller and id) {
    auto& a = requests.enter({"a", one}, {});
    auto& b = requests.enter({"b", one}, {});
    auto& a_of_two = requests.enter({"a", two}, {});
    auto& a_of_nobody = requests.enter({"a", nullptr}, {});
    CAF_CHECK(requests.oldest({"a", one}) == &a);
    CAF_CHECK(requests.oldest({"b", one}) == &b);
    CAF_CHECK(requests.oldest({"a", two}) == &a_of_two);
    CAF_CHECK(requests.oldest({"a", nullptr}) == &a_of_nobody);
    CAF_CHECK(requests.oldest({"b", two}) == nullptr);
    CAF_CHECK_EQUAL(requests.size(), 4u);
    CAF_CHECK_EQUAL(b.name.id, "b");
    CAF_CHECK(b.name.caller == one);
}

CAF_TEST(of one name the first comes first and each that ends is followed by the next) {
    auto& first = requests.enter({"a", one}, {});
    auto& second = requests.enter({"a", one}, {});
    auto& third = requests.enter({"a", one}, {});
    requests.end(second);
    CAF_CHECK(requests.oldest({"a", one}) == &first);
    requests.end(first);
    CAF_CHECK(requests.oldest({"a", one}) == &third);
    requests.end(third);
    CAF_CHECK(requests.oldest({"a", one}) == nullptr);
    CAF_CHECK_EQUAL(requests.size(), 0u);
    auto& again = requests.enter({"a", one}, {});
    CAF_CHECK(requests.oldest({"a", one}) == &again);
}

CAF_TEST(a decided request is open and is not meant any more) {
    auto& first = requests.enter({"a", one}, {});
    auto& second = requests.enter({"a", one}, {});
    requests.decide(first, interrupted);
    CAF_CHECK(first.decided->code == interrupted.code);
    CAF_CHECK(!second.decided);
    CAF_CHECK(requests.oldest({"a", one}) == &second);
    requests.decide(second, interrupted);
    CAF_CHECK(requests.oldest({"a", one}) == nullptr);
    CAF_CHECK_EQUAL(requests.size(), 2u);
    requests.end(first);
    requests.end(second);
    CAF_CHECK_EQUAL(requests.size(), 0u);
}

CAF_TEST_FIXTURE_SCOPE_END()
