#pragma once

#include "protocol/failure.hpp"

#include <exception>
#include <string>
#include <utility>

namespace avatar::transport {

/// Ends the course of a connection from any of its steps, with the reason.
/// Stays inside this library: users of a channel get the failure in an event.
class connection_error : public std::exception {
public:
    explicit connection_error(protocol::failure reason) : reason_(std::move(reason)) {}

    connection_error(protocol::failure_code code, protocol::failure_phase phase,
                     std::string detail) {
        reason_.code = code;
        reason_.phase = phase;
        reason_.detail = std::move(detail);
    }

    const protocol::failure& reason() const { return reason_; }
    const char* what() const noexcept override { return reason_.detail.c_str(); }

private:
    protocol::failure reason_;
};

/// Of the exception that is being handled: its own reason, or that `step` failed with it.
protocol::failure current_failure(protocol::failure_phase phase, const char* step);

} // namespace avatar::transport
