#define CAF_SUITE file_descriptor

#include "report/file_descriptor.hpp"

#include "tests/support/dsl.hpp"

#include <cerrno>
#include <fcntl.h>
#include <utility>

using avatar::report::file_descriptor;

namespace {

int new_descriptor() {
    const int fd = ::open("/dev/null", O_WRONLY | O_CLOEXEC);
    CAF_REQUIRE(fd != -1);
    return fd;
}

bool is_open(int fd) {
    return ::fcntl(fd, F_GETFD) != -1;
}

} // namespace

CAF_TEST(the_end_of_its_owner_closes_it) {
    const int fd = new_descriptor();
    {
        const file_descriptor owner(fd);
        CAF_CHECK_EQUAL(owner.get(), fd);
        CAF_CHECK(is_open(fd));
    }
    CAF_CHECK(!is_open(fd));
}

CAF_TEST(closed_it_is_none_and_closing_none_succeeds) {
    file_descriptor owner(new_descriptor());
    CAF_CHECK(owner.close());
    CAF_CHECK_EQUAL(owner.get(), -1);
    CAF_CHECK(owner.close());
    CAF_CHECK(file_descriptor().close());
    CAF_CHECK_EQUAL(file_descriptor().get(), -1);
}

CAF_TEST(a_close_that_fails_is_told_once) {
    const int fd = new_descriptor();
    file_descriptor owner(fd);
    ::close(fd);
    errno = 0;
    const bool closed = owner.close();
    const int error = errno;
    CAF_CHECK(!closed);
    CAF_CHECK_EQUAL(error, EBADF);
    CAF_CHECK(owner.close());
}

CAF_TEST(moved_it_has_one_owner_and_the_other_has_none) {
    const int fd = new_descriptor();
    {
        file_descriptor first(fd);
        {
            const file_descriptor second(std::move(first));
            CAF_CHECK_EQUAL(first.get(), -1);
            CAF_CHECK_EQUAL(second.get(), fd);
        }
        CAF_CHECK(!is_open(fd));
    }
}

CAF_TEST(assigned_over_neither_of_the_two_is_lost) {
    const int a = new_descriptor();
    const int b = new_descriptor();
    {
        file_descriptor first(a);
        {
            file_descriptor second(b);
            first = std::move(second);
            CAF_CHECK_EQUAL(first.get(), b);
        }
        CAF_CHECK(!is_open(a));
        CAF_CHECK(is_open(b));
    }
    CAF_CHECK(!is_open(b));
}
