#include "transport/frame_reader.hpp"

#include <algorithm>
#include <limits>
#include <utility>

namespace avatar::transport {
namespace {

// RFC 6455, section 5.2.
constexpr unsigned char fin = 0x80;
constexpr unsigned char control = 0x08; // Of an opcode.
constexpr unsigned char binary = 0x02;
constexpr unsigned char masked = 0x80;
constexpr std::size_t mask_size = 4;
constexpr std::uint64_t largest_payload = std::numeric_limits<std::int64_t>::max();

constexpr std::string_view empty_line = "\r\n\r\n";
constexpr std::string_view switching = "HTTP/1.1 101";

// What a server says of a message's size is believed as far as this.
constexpr std::uint64_t largest_reserve = 1024 * 1024;

std::string_view take(std::string_view& input, std::uint64_t size) {
    const auto taken = input.substr(0, static_cast<std::size_t>(size));
    input.remove_prefix(taken.size());
    return taken;
}

std::uint64_t big_endian(std::string_view bytes) {
    std::uint64_t value = 0;
    for (const unsigned char byte : bytes)
        value = value << 8 | byte;
    return value;
}

bool is_control(unsigned char first) {
    return (first & control) != 0;
}

} // namespace

void frame_reader::take_messages(std::uint64_t largest) {
    takes_messages_ = true;
    largest_ = largest == 0 ? std::numeric_limits<std::uint64_t>::max() : largest;
}

frame_reader::piece frame_reader::next(std::string_view& input, std::size_t capacity) {
    switch (part_) {
    case part::answer:
        return next_answer(input, capacity);
    case part::refusal:
        return input.empty() ? piece{} : piece{piece::rest, take(input, capacity)};
    case part::head:
        return next_frame(input, capacity);
    case part::cut_head:
        return next_cut_head(input);
    case part::rest:
        return next_rest(input, capacity);
    case part::message:
        return next_message(input);
    }
    return {};
}

/// Beast reads an answer as far as its empty line, and the body of a refusal.
frame_reader::piece frame_reader::next_answer(std::string_view& input, std::size_t capacity) {
    std::size_t size = 0;
    while (size < std::min(input.size(), capacity) && line_end_ < empty_line.size()) {
        const char next = input[size++];
        if (partial_.size() < switching.size())
            partial_ += next;
        if (next == empty_line[line_end_])
            ++line_end_;
        else
            line_end_ = next == '\r' ? 1 : 0;
    }
    if (line_end_ == empty_line.size())
        part_ = std::exchange(partial_, {}) == switching ? part::head : part::refusal;
    return size == 0 ? piece{} : piece{piece::rest, take(input, size)};
}

frame_reader::piece frame_reader::next_frame(std::string_view& input, std::size_t capacity) {
    if (!partial_.empty()) { // The message before.
        partial_.clear();
        partial_.shrink_to_fit();
    }
    if (input.empty())
        return {};
    const auto first = static_cast<unsigned char>(input.front());
    if (held_ && !is_control(first))
        return {piece::held};
    const auto head = parse_head(input);
    if (!head) {
        part_ = part::cut_head;
        is_data_ = !is_control(first);
        return next_cut_head(input);
    }
    if (!is_message(*head)) {
        begin_rest(*head);
        return next_rest(input, capacity);
    }
    input.remove_prefix(head->size);
    if (input.size() >= head->payload)
        return {piece::message, take(input, head->payload)};
    begin_message(*head);
    return next_message(input);
}

/// Nothing where it is cut.
std::optional<frame_reader::head> frame_reader::parse_head(std::string_view bytes) {
    if (bytes.size() < 2)
        return std::nullopt;
    const auto second = static_cast<unsigned char>(bytes[1]);
    const unsigned length = second & ~masked;
    const std::size_t more = length == 126 ? 2 : length == 127 ? 8 : 0;
    head found{static_cast<unsigned char>(bytes[0]), 2 + more, length};
    if (bytes.size() < found.size)
        return std::nullopt;
    if (more > 0) // Of a size beyond all sense it is never seen whole.
        found.payload = std::min(big_endian(bytes.substr(2, more)), largest_payload);
    const std::uint64_t smallest = more == 0 ? 0 : more == 2 ? 126 : 65536;
    found.plain = (second & masked) == 0 && found.payload >= smallest;
    if ((second & masked) != 0)
        found.payload += mask_size;
    return found;
}

bool frame_reader::is_message(const head& h) const {
    return takes_messages_ && h.first == (fin | binary) && h.plain && !in_fragments_ &&
           h.payload <= largest_;
}

void frame_reader::begin_rest(const head& h) {
    part_ = part::rest;
    left_ = h.size + h.payload;
    is_data_ = !is_control(h.first);
    if (is_data_)
        in_fragments_ = (h.first & fin) == 0;
}

void frame_reader::begin_message(const head& h) {
    part_ = part::message;
    left_ = h.payload;
    partial_.clear();
    partial_.reserve(static_cast<std::size_t>(std::min(left_, largest_reserve)));
}

frame_reader::piece frame_reader::next_cut_head(std::string_view& input) {
    if (held_ && is_data_)
        return {piece::held};
    while (!input.empty()) {
        partial_ += take(input, 1);
        const auto head = parse_head(partial_);
        if (!head)
            continue;
        if (is_message(*head)) {
            begin_message(*head);
            return next_message(input);
        }
        begin_rest(*head);
        return given({piece::rest, partial_});
    }
    return {};
}

frame_reader::piece frame_reader::next_rest(std::string_view& input, std::size_t capacity) {
    if (held_ && is_data_)
        return {piece::held};
    if (input.empty())
        return {};
    return given({piece::rest, take(input, std::min<std::uint64_t>(left_, capacity))});
}

/// Counts a part of a frame of Beast's.
frame_reader::piece frame_reader::given(piece rest) {
    left_ -= rest.bytes.size();
    if (left_ == 0)
        part_ = part::head;
    return rest;
}

frame_reader::piece frame_reader::next_message(std::string_view& input) {
    if (held_)
        return {piece::held};
    const auto bytes = take(input, left_);
    partial_ += bytes;
    left_ -= bytes.size();
    if (left_ > 0)
        return {};
    part_ = part::head;
    return {piece::message, partial_};
}

} // namespace avatar::transport
