#pragma once

#include "protocol/failure.hpp"

#include <exception>
#include <utility>

namespace avatar::transport {

/// Ends the course of a connection from any of its steps, with the reason.
/// Stays inside this library: users of a channel get the failure in an event.
class connection_error : public std::exception {
public:
    explicit connection_error(protocol::failure reason) : reason_(std::move(reason)) {}

    const protocol::failure& reason() const { return reason_; }
    const char* what() const noexcept override { return reason_.detail.c_str(); }

private:
    protocol::failure reason_;
};

} // namespace avatar::transport
