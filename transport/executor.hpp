#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <chrono>

/// Asio's types for an executor that is known to be an io_context's. Asio's own
/// names stand for any executor, behind a pointer: with those every frame that
/// comes in would pay for what never differs here.
namespace avatar::transport {

using executor = boost::asio::io_context::executor_type;

using tcp_socket = boost::asio::basic_stream_socket<boost::asio::ip::tcp, executor>;

using steady_timer = boost::asio::basic_waitable_timer<
    std::chrono::steady_clock, boost::asio::wait_traits<std::chrono::steady_clock>, executor>;

template <class T>
using awaitable = boost::asio::awaitable<T, executor>;

inline constexpr boost::asio::use_awaitable_t<executor> use_awaitable;

} // namespace avatar::transport
