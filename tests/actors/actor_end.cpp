#include "actors/actor_end.hpp"

#include "actors/load/run_supervisor.hpp"
#include "actors/load/stats.hpp"
#include "tests/support/actor_fixture.hpp"

#include <caf/sec.hpp>

#include <stdexcept>

#define CAF_SUITE actor_end

using namespace avatar;

CAF_TEST(an exception is told by its text on one line) {
    const auto text_of = [](auto thrown) {
        return describe_end(reason_of(std::make_exception_ptr(thrown)));
    };
    CAF_CHECK_EQUAL(text_of(std::runtime_error("disk full")), "disk full");
    CAF_CHECK_EQUAL(text_of(std::logic_error("two\nlines")).find('\n'), std::string::npos);
    CAF_CHECK_EQUAL(text_of(7), "an exception of a type of its own");
}

CAF_TEST(a normal end is told as an end) {
    CAF_CHECK_EQUAL(describe_end({}), "it ended");
    CAF_CHECK_EQUAL(describe_end(caf::exit_reason::normal), "it ended");
}

CAF_TEST(any other reason is told as CAF does) {
    CAF_CHECK_EQUAL(describe_end(caf::exit_reason::kill), "exit_reason(kill)");
    const auto without_text = describe_end(caf::make_error(caf::sec::runtime_error));
    CAF_CHECK(without_text.find("runtime_error") != std::string::npos);
    const auto other = describe_end(caf::make_error(caf::sec::invalid_argument, std::string("x")));
    CAF_CHECK(other.find("invalid_argument") != std::string::npos);
}
