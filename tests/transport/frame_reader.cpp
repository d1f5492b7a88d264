#include "transport/frame_reader.hpp"

#include "tests/support/dsl.hpp"
#include "tests/transport/frame_comparison.hpp"
#include "tests/transport/server_frames.hpp"

#include <optional>
#include <random>
#include <string>
#include <vector>

#define CAF_SUITE frame_reader

using avatar::tests::binary_frame;
using avatar::tests::frame;
using avatar::tests::frame_head;
using avatar::tests::read_by_beast;
using avatar::tests::read_by_both;
using avatar::transport::frame_reader;
using namespace std::string_literals;
using namespace std::string_view_literals;

namespace {

using piece = frame_reader::piece;

constexpr auto answer = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n"sv;
constexpr std::size_t usual_capacity = 1536; // As Beast has.

struct frame_reader_fixture {
    frame_reader_fixture() { upgrade(answer); }

    void upgrade(std::string_view with) {
        reader = {};
        for (auto input = with; !input.empty();)
            CAF_REQUIRE(reader.next(input, usual_capacity).kind == piece::rest);
        reader.take_messages(1000);
    }

    /// What comes of `input`, as "message PAYLOAD, rest 3, held 7 left"; of what is left,
    /// when it ends.
    std::string read(std::string_view input, std::size_t capacity = usual_capacity) {
        std::string found;
        for (;;) {
            const auto next = reader.next(input, capacity);
            if (!found.empty() && next.kind != piece::nothing)
                found += ", ";
            switch (next.kind) {
            case piece::nothing:
                CAF_CHECK(input.empty());
                return found;
            case piece::message:
                found += "message " + std::string(next.bytes);
                break;
            case piece::rest:
                CAF_CHECK(!next.bytes.empty() && next.bytes.size() <= capacity);
                found += "rest " + std::to_string(next.bytes.size());
                break;
            case piece::held:
                return found + "held " + std::to_string(input.size()) + " left";
            }
        }
    }

    frame_reader reader;
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(frame_reader_tests, frame_reader_fixture)

CAF_TEST(whole binary messages are taken and control frames left) {
    const auto bytes =
        binary_frame("one") + frame(0x89, "ping") + binary_frame("") + binary_frame("two");
    CAF_CHECK_EQUAL(read(bytes), "message one, rest 6, message , message two");
}

CAF_TEST(a message that came whole stays where it is) {
    const auto bytes = binary_frame("payload");
    std::string_view input(bytes);
    CAF_CHECK(reader.next(input, usual_capacity).bytes.data() == bytes.data() + 2);
}

CAF_TEST(messages may come in any two cuts) {
    const auto bytes = binary_frame(std::string(200, 'a')) + binary_frame("b") +
                       binary_frame(std::string(900, 'c'));
    const auto whole = read(bytes);
    for (std::size_t cut = 1; cut < bytes.size(); ++cut) {
        auto found = read(bytes.substr(0, cut));
        const auto second = read(bytes.substr(cut));
        found += (found.empty() || second.empty() ? "" : ", ") + second;
        CAF_CHECK_EQUAL(found, whole);
    }
}

CAF_TEST(messages may come byte by byte) {
    std::string found;
    for (const char byte : binary_frame("one") + binary_frame("") + binary_frame("two"))
        found += read({&byte, 1});
    CAF_CHECK_EQUAL(found, "message onemessage message two");
}

CAF_TEST(the head of a frame that is left is left whole) {
    CAF_CHECK_EQUAL(read("\x81"), "");
    CAF_CHECK_EQUAL(read("\x7e\x01"), "");
    CAF_CHECK_EQUAL(read("\x2c" + std::string(300, 't') + binary_frame("next")),
                    "rest 4, rest 300, message next");
    CAF_CHECK_EQUAL(read("\x89"), "");
    CAF_CHECK_EQUAL(read("\0"s + binary_frame("next")), "rest 2, message next");
}

CAF_TEST(text and messages in several frames are left) {
    CAF_CHECK_EQUAL(read(frame(0x81, "text") + binary_frame("next")), "rest 6, message next");
    CAF_CHECK_EQUAL(read(frame(0x02, "a") + frame(0x8a, "") + frame(0x00, "b") + frame(0x80, "c") +
                         binary_frame("next")),
                    "rest 3, rest 2, rest 3, rest 3, message next");
}

CAF_TEST(a binary frame within a message of several is left to be refused) {
    CAF_CHECK_EQUAL(read(frame(0x02, "a") + binary_frame("b")), "rest 3, rest 3");
}

CAF_TEST(what breaks the protocol or the limit is left to be refused) {
    CAF_CHECK_EQUAL(read(frame_head(0x82, 1, 1, true) + "x"), "rest 7"); // Masked.
    upgrade(answer);
    CAF_CHECK_EQUAL(read(frame(0xc2, "x")), "rest 3"); // Reserved bit.
    CAF_CHECK_EQUAL(read(frame(0x83, "x")), "rest 3"); // No such opcode.
    CAF_CHECK_EQUAL(read(frame_head(0x82, 125, 2) + std::string(125, 'x')),
                    "rest 129"); // Too long a form.
    CAF_CHECK_EQUAL(read(frame_head(0x82, 500, 8) + std::string(500, 'x')), "rest 510");
    CAF_CHECK_EQUAL(read(binary_frame(std::string(1000, 'x'))),
                    "message " + std::string(1000, 'x'));
    CAF_CHECK_EQUAL(read(binary_frame(std::string(1001, 'x'))), "rest 1005"); // Too large.
    for (const bool masked : {true, false}) { // To the end of what numbers can hold.
        upgrade(answer);
        const auto head = frame_head(0x82, ~std::uint64_t(0), 8, masked);
        CAF_CHECK_EQUAL(read(head + "x"), masked ? "rest 15" : "rest 11");
    }
}

CAF_TEST(without a limit messages are taken whatever their size) {
    reader.take_messages(0);
    const std::string large(100'000, 'x');
    CAF_CHECK_EQUAL(read(binary_frame(large)), "message " + large);
}

CAF_TEST(Beast is given no more than it has space for) {
    CAF_CHECK_EQUAL(read(frame(0x89, std::string(20, 'p')) + binary_frame("next"),
                         frame_reader::least_capacity),
                    "rest 10, rest 10, rest 2, message next");
}

CAF_TEST(all is left until messages are wanted) {
    reader = {};
    CAF_CHECK_EQUAL(read(std::string(answer) + binary_frame("a") + binary_frame("b")),
                    "rest " + std::to_string(answer.size()) + ", rest 3, rest 3");
    reader.take_messages(0);
    CAF_CHECK_EQUAL(read(binary_frame("c")), "message c");
}

CAF_TEST(the answer to the upgrade ends where it does in any cut) {
    const auto bytes = std::string(answer) + binary_frame("next");
    for (std::size_t cut = 1; cut < answer.size(); ++cut) {
        reader = {};
        CAF_CHECK_EQUAL(read(bytes.substr(0, cut)), "rest " + std::to_string(cut));
        CAF_CHECK_EQUAL(read(bytes.substr(cut)),
                        "rest " + std::to_string(answer.size() - cut) + ", rest 6");
    }
}

CAF_TEST(an answer that refuses the upgrade is left with all that follows) {
    reader = {};
    const auto refusal =
        "HTTP/1.1 402 Payment Required\r\n\r\n"s + binary_frame("a") + binary_frame("b");
    CAF_CHECK_EQUAL(read(refusal), "rest 33, rest 6");
}

CAF_TEST(while data is held only the control frames before it come) {
    reader.hold_data(true);
    const auto data = binary_frame("data") + frame(0x89, "2");
    CAF_CHECK_EQUAL(read(frame(0x89, "1") + data), "rest 3, held 9 left");
    reader.hold_data(false);
    CAF_CHECK_EQUAL(read(data), "message data, rest 3");
}

CAF_TEST(data is held in the midst of a frame of either kind) {
    for (const int first : {0x82, 0x81}) {
        const auto bytes = frame(first, "data");
        for (std::size_t cut = 1; cut < bytes.size(); ++cut) {
            upgrade(answer);
            const auto before = read(bytes.substr(0, cut));
            reader.hold_data(true);
            CAF_CHECK_EQUAL(read(bytes.substr(cut)),
                            "held " + std::to_string(bytes.size() - cut) + " left");
            reader.hold_data(false);
            CAF_CHECK(read(bytes.substr(cut)) != "");
            CAF_CHECK_EQUAL(read(binary_frame("next")), "message next");
        }
    }
}

// -- against Beast ------------------------------------------------------------------

namespace {

/// Made-up bytes of a server: frames of every kind, most of them well formed.
class server_bytes {
public:
    explicit server_bytes(std::uint64_t seed) : random_(seed) {}

    std::string frames() {
        std::string bytes;
        for (auto count = up_to(12); count > 0; --count)
            bytes += any_frame();
        if (up_to(3) == 0) // The connection is cut.
            bytes.resize(bytes.size() - std::min<std::size_t>(bytes.size(), up_to(5)));
        return bytes;
    }

    std::vector<std::string_view> cuts(std::string_view bytes) {
        const auto most = 1 + up_to(60);
        std::vector<std::string_view> all;
        while (!bytes.empty()) {
            all.push_back(bytes.substr(0, 1 + up_to(most)));
            bytes.remove_prefix(all.back().size());
        }
        return all;
    }

    std::size_t up_to(std::size_t most) {
        return std::uniform_int_distribution<std::size_t>(0, most)(random_);
    }

private:
    std::string any_frame() {
        switch (up_to(30)) {
        case 0: // Anything at all.
            return frame_head(static_cast<int>(up_to(255)), up_to(125), 1, up_to(3) == 0) +
                   payload(9);
        case 1: // A size in a longer form than it needs, or in the form it needs.
            return frame_head(0x82, up_to(300), up_to(1) == 0 ? 2 : 8) + payload(300);
        case 2:
            return frame(0x88, up_to(1) == 0 ? "\x03\xe8"s + payload(5) : payload(3));
        case 3:
        case 4:
            return frame(0x89, payload(125));
        case 5:
        case 6:
            return frame(0x8a, payload(125));
        case 7: // May be in the midst of a message.
            return frame(static_cast<int>(up_to(2)) | (up_to(1) == 0 ? 0x80 : 0), payload(20));
        case 8:
        case 9:
            return several(0x02);
        case 10:
            return several(0x01);
        case 11:
            return frame(0x81, payload(40));
        default:
            return binary_frame(payload(up_to(4) == 0 ? 400 : 20));
        }
    }

    /// A message in several frames, with control frames between them.
    std::string several(int opcode) {
        auto bytes = frame(opcode, payload(30));
        for (auto count = up_to(3); count > 0; --count)
            bytes += frame(0x00, payload(30)) + (up_to(2) == 0 ? frame(0x89, payload(9)) : "");
        return bytes + frame(0x80, payload(30));
    }

    std::string payload(std::size_t most) {
        std::string bytes(up_to(most), ' ');
        for (auto& byte : bytes) // Valid as text, but for one in some hundreds.
            byte = static_cast<char>(up_to(300) == 0 ? 0xff : 'a' + up_to(25));
        return bytes;
    }

    std::mt19937_64 random_;
};

std::string described(const avatar::tests::findings& found) {
    std::string text;
    for (const auto& each : found)
        text += each + '\n';
    return text;
}

} // namespace

CAF_TEST(with the reader before it Beast finds what it finds alone) {
    for (std::uint64_t seed = 1; seed <= 1000; ++seed) {
        server_bytes made(seed);
        const auto bytes = made.frames();
        const auto cuts = made.cuts(bytes);
        const std::uint64_t largest = made.up_to(3) == 0 ? 100 : 1000;
        const auto alone = described(read_by_beast(cuts, largest));
        const auto capacity = frame_reader::least_capacity + made.up_to(usual_capacity);
        const auto both = described(read_by_both(cuts, largest, capacity));
        if (alone != both)
            CAF_FAIL("seed " << seed << ": Beast alone found\n" << alone << "both\n" << both);
    }
}

CAF_TEST_FIXTURE_SCOPE_END()
