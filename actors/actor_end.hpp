#pragma once

#include <caf/error.hpp>

#include <exception>
#include <string>

/// Why actors end, in words.
namespace avatar {

/// The reason of an exception that left a handler: its text, on one line.
caf::error reason_of(const std::exception_ptr& exception);

/// "exit_reason(kill)", or the text of the exception that ended an actor which
/// `name_exceptions` was called for; "it ended" of one that ended normally.
std::string describe_end(const caf::error& reason);

/// An exception that leaves one of `self`'s handlers ends it, with the text of the
/// exception as the reason that its monitors hear. CAF's own handler writes to
/// standard output, and its reason says nothing.
template <class Self>
void name_exceptions(Self* self) {
    self->set_exception_handler([](std::exception_ptr& exception) { return reason_of(exception); });
}

/// A node that answers a plain message of `self` with an error, as CAF does where a handler
/// throws, ends it by default. What becomes of that node is noticed otherwise.
template <class Self>
void ignore_errors_of_others(Self* self) {
    self->set_error_handler([](const caf::error&) {});
}

} // namespace avatar
