#pragma once

// The test engine and what sockets need, precompiled for the test programs that speak
// over one: Asio and Beast take most of the time of a compilation that reads them.
#include "tests/support/dsl.hpp"

#include <boost/asio.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/websocket.hpp>
