#pragma once

#include "protocol/wire.hpp"

#include <cstdint>
#include <memory>
#include <random>
#include <string>
#include <string_view>

namespace avatar::schema {
class Envelope;
}

/// Google's protobuf beside our own wire code.
namespace avatar::protocol::test {

using random_engine = std::mt19937_64;

/// A fresh engine. Its seed goes to stderr; AVATAR_TEST_SEED sets it, to repeat
/// a run that failed.
random_engine seeded_engine(std::string_view purpose);

/// A random number from 0 to `limit` - 1.
std::size_t below(random_engine& engine, std::size_t limit);

/// An envelope of Google's with random content in random fields, of each known
/// type in turn as `i` counts up.
std::unique_ptr<schema::Envelope> random_envelope(random_engine& engine, std::size_t i);

/// The bytes Google's protobuf makes of it, map entries in order of their keys.
std::string serialised(const schema::Envelope& envelope);

/// The same message as one of ours, its text inside `envelope`; without the
/// `body` of an animation.
message as_ours(const schema::Envelope& envelope);

/// `m` without the `body` that only decoding sets.
message without_body(message m);

} // namespace avatar::protocol::test
