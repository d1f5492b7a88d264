#include "actors/cluster/links/basp_guard.hpp"

#include "tests/support/dsl.hpp"

#include <string>

#define CAF_SUITE basp_guard

using avatar::basp_guard;

namespace {

constexpr std::size_t longest = 1'000;

// As CAF numbers them.
enum operation : unsigned char {
    server_handshake,
    client_handshake,
    direct,
    routed,
    monitor,
    down,
    beat
};

std::string header(unsigned char operation, std::uint32_t payload) {
    std::string bytes(basp_guard::header_size, '\0');
    bytes[0] = static_cast<char>(operation);
    for (unsigned i = 0; i < 4; ++i)
        bytes[7 - i] = static_cast<char>(payload >> (8 * i));
    return bytes;
}

struct link {
    explicit link(basp_guard::side side) : guard(side, longest) {}

    bool sends(const std::string& bytes) { return guard.accepts(bytes.data(), bytes.size()); }
    bool sends(unsigned char operation, std::uint32_t payload) {
        return sends(header(operation, payload));
    }
    bool sends_whole(unsigned char operation, std::uint32_t payload) {
        return sends(operation, payload) && sends(std::string(payload, 'x'));
    }

    basp_guard guard;
};

link introduced() {
    link made(basp_guard::side::accepting);
    made.sends_whole(client_handshake, 40);
    return made;
}

} // namespace

CAF_TEST(each side introduces itself first) {
    for (unsigned char other = 0; other < 8; ++other) {
        link came(basp_guard::side::accepting);
        CAF_CHECK_EQUAL(came.sends(other, 40), other == client_handshake);
        link made(basp_guard::side::connecting);
        CAF_CHECK_EQUAL(made.sends(other, 40), other == server_handshake);
    }
}

CAF_TEST(a node is introduced by its first header) {
    link came(basp_guard::side::accepting);
    CAF_CHECK(!came.guard.introduced());
    CAF_CHECK(came.sends(client_handshake, 40));
    CAF_CHECK(came.guard.introduced());
}

CAF_TEST(messages of nodes pass) {
    auto node = introduced();
    CAF_CHECK(node.sends_whole(direct, longest));
    CAF_CHECK(node.sends_whole(monitor, 30));
    CAF_CHECK(node.sends_whole(down, 1));
    CAF_CHECK(node.sends(beat, 0));
    CAF_CHECK(node.sends(beat, 0));
    CAF_CHECK(node.sends_whole(direct, 1));
    CAF_CHECK(node.sends_whole(client_handshake, 40));
}

CAF_TEST(messages of streams do not pass) {
    // The category of a message, as CAF numbers them: urgent, normal, upstream, downstream.
    for (unsigned category = 0; category < 4; ++category) {
        auto bytes = header(direct, 40);
        bytes[8] = static_cast<char>(category << 4);
        CAF_CHECK_EQUAL(introduced().sends(bytes), category < 2);
    }
}

CAF_TEST(what no node sends does not pass) {
    CAF_CHECK(!introduced().sends(server_handshake, 40));
    link made(basp_guard::side::connecting);
    CAF_CHECK(made.sends_whole(server_handshake, 40));
    CAF_CHECK(!made.sends(server_handshake, 40));
    CAF_CHECK(!made.sends(client_handshake, 40));
    CAF_CHECK(!introduced().sends(routed, 40));
    CAF_CHECK(!introduced().sends(7, 40));
    CAF_CHECK(!introduced().sends(255, 0));
}

CAF_TEST(claims of a payload are checked) {
    CAF_CHECK(!introduced().sends(direct, longest + 1));
    CAF_CHECK(!introduced().sends(direct, 0xffff'ffff));
    CAF_CHECK(!introduced().sends(direct, 0));
    CAF_CHECK(!introduced().sends(monitor, 0));
    CAF_CHECK(!introduced().sends(down, 0));
    CAF_CHECK(!introduced().sends(beat, 1));
    link came(basp_guard::side::accepting);
    CAF_CHECK(!came.sends(client_handshake, 0));
    link greedy(basp_guard::side::accepting);
    CAF_CHECK(!greedy.sends(client_handshake, 0x8000'0000));
}

CAF_TEST(pieces of another size than announced do not pass) {
    CAF_CHECK(!introduced().sends(std::string(31, '\2')));
    auto node = introduced();
    CAF_CHECK(node.sends(direct, 10));
    CAF_CHECK(!node.sends(std::string(9, 'x')));
}
