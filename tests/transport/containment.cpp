#include "transport/containment.hpp"

#include "tests/support/dsl.hpp"
#include "tests/support/log_capture.hpp"

#include <stdexcept>

#define CAF_SUITE containment

using namespace avatar;

namespace {

/// Counts the steps that have failed.
class connection : public transport::containment {
public:
    explicit connection(bool fails_to_end = false) : fails_to_end_(fails_to_end) {}

    int ends = 0;
    std::string reason;

protected:
    void on_exception() override {
        ++ends;
        reason = transport::current_exception_text();
        if (fails_to_end_)
            throw std::runtime_error("no\nend");
    }

private:
    bool fails_to_end_;
};

} // namespace

CAF_TEST(a step that succeeds ends nothing) {
    connection on;
    int ran = 0;
    on.contain([&] { ++ran; });
    CAF_CHECK_EQUAL(ran, 1);
    CAF_CHECK_EQUAL(on.ends, 0);
}

CAF_TEST(a step that throws ends its connection with the reason and each time) {
    tests::log_capture log;
    connection on;
    on.contain([] { throw std::runtime_error("made to fail"); });
    CAF_CHECK_EQUAL(on.ends, 1);
    CAF_CHECK_EQUAL(on.reason, "made to fail");
    on.contain([] { throw 42; });
    CAF_CHECK_EQUAL(on.ends, 2);
    CAF_CHECK_EQUAL(on.reason, "an exception of an unknown type");
    CAF_CHECK(!log.more());
}

CAF_TEST(what even the end throws is one line of the log) {
    tests::log_capture log;
    connection on(true);
    on.contain([] { throw std::runtime_error("made to fail"); });
    CAF_CHECK_EQUAL(on.ends, 1);
    CAF_CHECK_EQUAL(log.next(), "error: ending a connection failed: no end");
    CAF_CHECK(!log.more());
}
