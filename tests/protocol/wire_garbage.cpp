#define CAF_SUITE wire_garbage

#include "protocol/wire.hpp"
#include "tests/protocol/wire_oracle.hpp"

#include <caf/test/dsl.hpp>

#include <algorithm>
#include <avatar.pb.h>
#include <google/protobuf/stubs/logging.h>

using namespace avatar;
using namespace avatar::protocol;
using namespace avatar::protocol::test;
using namespace std::string_literals;

namespace {

/// Decodes from a heap block of exactly the right size, so that the address
/// sanitizer sees any read beyond it, and reads all that came out. Where
/// Google's protobuf would write the same bytes for what it read, ours must read
/// the same. (Other bytes may mean different things to the two: repeated fields
/// merge there, and groups of unknown number pass.) Returns whether the bytes
/// could be decoded.
bool survives(const std::string& bytes) {
    auto block = std::make_unique<char[]>(bytes.size());
    std::ranges::copy(bytes, block.get());
    auto ours = decode({block.get(), bytes.size()});
    if (ours && encode(*ours).size() > 2 * bytes.size() + 16)
        CAF_FAIL("decoded more than there was");
    google::protobuf::LogSilencer quiet; // It logs each text that is not UTF-8.
    schema::Envelope theirs;
    auto parsed = theirs.ParseFromString(bytes);
    theirs.DiscardUnknownFields();
    auto canonical = parsed && serialised(theirs) == bytes;
    if (canonical) {
        CAF_REQUIRE(ours.has_value());
        CAF_REQUIRE(without_body(*ours) == as_ours(theirs));
    }
    return ours.has_value();
}

void mutate(random_engine& engine, std::string& bytes) {
    auto at = below(engine, bytes.size());
    switch (below(engine, 4)) {
    case 0: // One bit: wire types, field numbers, lengths.
        bytes[at] = static_cast<char>(bytes[at] ^ (1 << below(engine, 8)));
        break;
    case 1:
        bytes[at] = static_cast<char>(engine());
        break;
    case 2:
        bytes.erase(at, 1 + below(engine, 4));
        break;
    case 3:
        bytes.insert(at, 1 + below(engine, 4), static_cast<char>(engine()));
        break;
    }
}

} // namespace

CAF_TEST(a message cut at any byte is read or refused) {
    auto engine = seeded_engine("truncated");
    for (std::size_t i = 0; i < 60; ++i) {
        auto bytes = serialised(*random_envelope(engine, i));
        for (std::size_t size = 0; size < bytes.size(); ++size)
            survives(bytes.substr(0, size));
        // Without its last byte the content is shorter than its length says.
        CAF_CHECK(bytes.size() <= 4 || !survives(bytes.substr(0, bytes.size() - 1)));
    }
}

CAF_TEST(mutated messages are read or refused) {
    auto engine = seeded_engine("mutated");
    std::size_t refused = 0;
    for (std::size_t i = 0; i < 20'000; ++i) {
        auto bytes = serialised(*random_envelope(engine, i));
        for (auto n = 1 + below(engine, 4); n > 0 && !bytes.empty(); --n)
            mutate(engine, bytes);
        refused += !survives(bytes);
    }
    CAF_CHECK_GREATER(refused, 1000u);
    CAF_CHECK_LESS(refused, 20'000u);
}

CAF_TEST(random bytes are read or refused) {
    auto engine = seeded_engine("random");
    std::size_t refused = 0;
    for (std::size_t i = 0; i < 50'000; ++i) {
        std::string bytes(below(engine, 64), '\0');
        for (auto& byte : bytes)
            byte = static_cast<char>(engine());
        refused += !survives(bytes);
    }
    CAF_CHECK_GREATER(refused, 10'000u);
}

CAF_TEST(random bytes as the content of every type are read or refused) {
    auto engine = seeded_engine("random content");
    for (std::size_t i = 0; i < 50'000; ++i) {
        std::string content(below(engine, 64), '\0');
        for (auto& byte : content)
            byte = static_cast<char>(below(engine, 3) == 0 ? engine() : below(engine, 72));
        auto type = 1 + below(engine, 7);
        survives("\x08"s + char(type) + char((type + 1) << 3 | 2) + char(content.size()) + content);
    }
}

CAF_TEST(broken protobuf is refused) {
    for (const auto& bytes : {
             "\x08"s,                                             // type without a value
             "\x08\x80"s,                                         // varint that does not end
             "\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"s, // varint of eleven bytes
             "\x0b\x0c"s,                                         // group, not part of proto3
             "\x0f\x01"s,                                         // wire type 7
             std::string("\x00\x01", 2),                          // field number 0
             "\x08\x02\x1a\x05x"s,                                // content shorter than its length
             "\x08\x02\x1a\xff\xff\xff\xff\x0f"s,                 // length of 4 GiB
             "\x08\x02\x1a\x02\x0a\x05"s,                         // text longer than its message
             "\x08\x03\x22\x01\x10"s,                             // flag without a value at the end
             "{\"message\":\"Invalid session token\"}\n"s,
             "GET / HTTP/1.1\r\n\r\n"s,
         }) {
        CAF_CHECK(!decode(bytes).has_value());
        survives(bytes);
    }
}
