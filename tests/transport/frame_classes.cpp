// The classes of cases that the Autobahn test suite has for clients, but for compression,
// which we do not offer. The suite itself needs a Python that is no longer maintained.

#include "tests/support/dsl.hpp"
#include "tests/transport/frame_comparison.hpp"
#include "tests/transport/server_frames.hpp"
#include "transport/frame_reader.hpp"

#include <string>
#include <vector>

#define CAF_SUITE frame_classes

using namespace avatar::tests;
using namespace std::string_literals;

namespace {

constexpr int text = 0x81, binary = 0x82, close = 0x88, ping = 0x89, pong = 0x8a;
constexpr int fin = 0x80; // Without it, a first or middle frame of several.

/// What a client finds, however the bytes are cut.
findings read(const std::string& bytes, std::uint64_t largest = 0) {
    findings first;
    for (const std::size_t cut : {bytes.size(), std::size_t(997), std::size_t(1)}) {
        if (bytes.size() > 1000 * cut)
            continue; // So many cuts take long and show no more.
        std::vector<std::string_view> cuts;
        for (std::string_view left = bytes; !left.empty(); left.remove_prefix(cuts.back().size()))
            cuts.push_back(left.substr(0, cut));
        const auto found = read_by_both(cuts, largest, 1536);
        if (first.empty())
            first = found;
        CAF_CHECK_EQUAL(found, first);
    }
    return first;
}

/// That the client fails the connection with that error, after what it found before, and
/// says so to the server with a close frame of that code (RFC 6455, section 7.4.1).
void check_fails(const std::string& bytes, const findings& before, const std::string& error,
                 std::uint16_t code) {
    auto found = read(bytes);
    auto expected = before;
    expected.push_back("error " + error);
    expected.push_back("answer 8 " + big_endian(code, 2));
    CAF_CHECK_EQUAL(found, expected);
}

/// Where the server then just ends the connection.
findings and_end(findings found) {
    found.push_back("error End of file");
    return found;
}

constexpr std::uint16_t protocol_error = 1002, bad_payload = 1007, too_big = 1009;

const std::string control_size = "The WebSocket control frame size was invalid";
const std::string reserved_bits = "The WebSocket frame contained illegal reserved bits";

} // namespace

CAF_TEST(1 framing : messages of every form of size) {
    for (const std::size_t size : {0, 1, 125, 126, 127, 128, 65535, 65536, 70000}) {
        const std::string payload(size, '*');
        CAF_CHECK_EQUAL(read(frame(text, payload)), and_end({"text " + payload}));
        CAF_CHECK_EQUAL(read(frame(binary, payload)), and_end({"binary " + payload}));
    }
}

CAF_TEST(2 pings and pongs) {
    const std::string most(125, '\xfe');
    for (const auto& payload : {""s, "Hello"s, "\0\xff\xfe"s, most}) {
        CAF_CHECK_EQUAL(read(frame(ping, payload)),
                        (findings{"ping " + payload, "error End of file", "answer 10 " + payload}));
        CAF_CHECK_EQUAL(read(frame(pong, payload)), and_end({"pong " + payload}));
    }
    check_fails(frame(ping, most + "\xfe"), {}, control_size, protocol_error);
    findings many;
    std::string bytes;
    for (int i = 0; i < 10; ++i) {
        bytes += frame(pong, "unasked") + frame(ping, std::to_string(i));
        many.insert(many.end(), {"pong unasked", "ping " + std::to_string(i)});
    }
    many.push_back("error End of file");
    for (int i = 0; i < 10; ++i)
        many.push_back("answer 10 " + std::to_string(i));
    CAF_CHECK_EQUAL(read(bytes), many);
}

CAF_TEST(3 reserved bits) {
    for (const int bits : {0x10, 0x20, 0x30, 0x40, 0x50, 0x60, 0x70})
        for (const int first : {text, binary, ping, close}) {
            check_fails(frame(first | bits, ""), {}, reserved_bits, protocol_error);
            check_fails(frame(binary, "a") + frame(first | bits, "b") + frame(binary, "c"),
                        {"binary a"}, reserved_bits, protocol_error);
        }
}

CAF_TEST(4 opcodes that nobody has defined) {
    for (const int opcode : {3, 4, 5, 6, 7, 11, 12, 13, 14, 15})
        for (const auto& payload : {""s, "a"s})
            check_fails(frame(binary, "a") + frame(fin | opcode, payload) + frame(ping, ""),
                        {"binary a"}, "The WebSocket frame contained an illegal opcode",
                        protocol_error);
}

CAF_TEST(5 fragmentation) {
    const std::string continuation = "The WebSocket continuation frame was unexpected";
    for (const int control : {ping, pong, close})
        check_fails(frame(control & ~fin, "a") + frame(fin, "b"), {},
                    "The WebSocket control frame was fragmented", protocol_error);
    for (const int kind : {text, binary}) {
        const auto name = kind == text ? "text "s : "binary "s;
        CAF_CHECK_EQUAL(read(frame(kind & ~fin, "a") + frame(fin, "b") + frame(binary, "c")),
                        and_end({name + "ab", "binary c"}));
        CAF_CHECK_EQUAL(read(frame(kind & ~fin, "") + frame(0, "") + frame(fin, "")),
                        and_end({name}));
        CAF_CHECK_EQUAL(
            read(frame(kind & ~fin, "a") + frame(ping, "p") + frame(0, "b") + frame(pong, "q") +
                 frame(fin, "c")),
            (findings{"ping p", "pong q", name + "abc", "error End of file", "answer 10 p"}));
        for (const int within : {text, binary}) // A message within a message.
            check_fails(frame(kind & ~fin, "a") + frame(within, "b"), {},
                        "The WebSocket data frame was unexpected", protocol_error);
    }
    for (const int first : {0, fin}) // Of no message.
        check_fails(frame(first, "a") + frame(binary, "b"), {}, continuation, protocol_error);
    check_fails(frame(0x02, "a") + frame(fin, "b") + frame(fin, "c"), {"binary ab"}, continuation,
                protocol_error);
}

CAF_TEST(6 what is valid as text) {
    const auto valid = "\xce\xba\xe1\xbd\xb9\xf4\x8f\xbf\xbf"s;
    CAF_CHECK_EQUAL(read(frame(text, valid)), and_end({"text " + valid}));
    CAF_CHECK_EQUAL(read(frame(text & ~fin, valid.substr(0, 3)) + frame(fin, valid.substr(3))),
                    and_end({"text " + valid}));
    for (const auto& invalid :
         {"\xff"s, "\xed\xa0\x80"s, "\xf4\x90\x80\x80"s, "\xc0\xaf"s, "\xce"s})
        check_fails(frame(text, invalid), {}, "The WebSocket frame payload was not valid utf8",
                    bad_payload);
    const auto any = "\xff\xed\xa0\x80"s;
    CAF_CHECK_EQUAL(read(frame(binary, any)), and_end({"binary " + any}));
}

CAF_TEST(7 close handling) {
    const auto closed = [](const std::string& payload, const std::string& reason,
                           const std::string& answer) {
        CAF_CHECK_EQUAL(read(frame(binary, "a") + frame(close, payload) + frame(binary, "b")),
                        (findings{"binary a", "close " + reason,
                                  "error The WebSocket stream was gracefully closed at both "
                                  "endpoints",
                                  "answer 8 " + answer}));
    };
    closed("", "", big_endian(1000, 2));
    for (const int code : {1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 3000, 4001, 4999})
        closed(big_endian(code, 2) + "because", "because", big_endian(code, 2));
    for (const int code : {0, 999, 1004, 1005, 1006, 1016, 1100, 2000, 2999})
        check_fails(frame(close, big_endian(code, 2)), {},
                    "The WebSocket close frame reason code was invalid", protocol_error);
    check_fails(frame(close, "\x03"), {}, "The WebSocket close frame payload size was invalid",
                protocol_error);
    check_fails(frame(close, "\x03\xe8\xff"), {},
                "The WebSocket close frame payload was not valid utf8", protocol_error);
    check_fails(frame(close, "\x03\xe8"s + std::string(124, 'r')), {}, control_size,
                protocol_error);
}

CAF_TEST(9 limits) {
    const std::string large(4 * 1024 * 1024, '*');
    CAF_CHECK(read(frame(binary, large)) == and_end({"binary " + large}));
    std::string pieces = frame(0x02, "");
    for (std::size_t at = 0; at < large.size(); at += 64 * 1024)
        pieces += frame(0, large.substr(at, 64 * 1024));
    CAF_CHECK(read(pieces + frame(fin, "")) == and_end({"binary " + large}));
    const auto found = read(frame(binary, "a") + frame(binary, std::string(101, 'b')), 100);
    CAF_CHECK_EQUAL(
        found,
        (findings{"binary a", "error The WebSocket message exceeded the locally configured limit",
                  "answer 8 " + big_endian(too_big, 2)}));
}

CAF_TEST(10 frames that a server masks) {
    check_fails(frame_head(binary, 1, 1, true) + "a", {}, "The WebSocket frame was masked",
                protocol_error);
}
