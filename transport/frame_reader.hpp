#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace avatar::transport {

/// The first reader of what a WebSocket's server sends (RFC 6455): takes whole binary
/// messages out of it and leaves all else to Beast, which then reads as if they had not
/// been there. Beast's are the answer to the upgrade, control frames, text, messages in
/// several frames, and what breaks the protocol or the limit of size, so that Beast
/// refuses it. Bytes arrive in any cut. No I/O.
class frame_reader {
public:
    /// What stands at the front of the input.
    struct piece {
        enum {
            nothing, ///< All there was is taken; the next piece needs more.
            message, ///< The payload of a whole binary message.
            rest,    ///< Bytes for Beast, not beyond the end of a frame.
            held,    ///< Data, while data is held.
        } kind = nothing;
        std::string_view bytes = {}; ///< Valid until the next call, and as long as the input.
    };

    /// What Beast has at least space for where a frame begins.
    static constexpr std::size_t least_capacity = 10;

    /// Takes the next piece off `input`; of a `rest` at most `capacity` bytes. To be called
    /// until there is nothing or it is held: until then the memory of a message is kept.
    piece next(std::string_view& input, std::size_t capacity);

    /// Messages of up to `largest` bytes, or of any size if that is 0, are taken from the
    /// next frame on. Until this is called, all is Beast's. Only between two messages, and
    /// while Beast has no byte that it has not read.
    void take_messages(std::uint64_t largest);

    /// While data is held, only control frames come, and those only up to the next data.
    void hold_data(bool held) { held_ = held; }

private:
    enum class part {
        answer,   // To the upgrade, as far as the empty line that ends its head.
        refusal,  // All that follows an answer that refuses the upgrade.
        head,     // Of a frame.
        cut_head, // After its first byte.
        rest,     // Of a frame of Beast's.
        message,  // Of which the head has come, but not all.
    };

    /// The head of a frame.
    struct head {
        unsigned char first = 0;   // Flags and opcode.
        std::size_t size = 0;      // Without a mask.
        std::uint64_t payload = 0; // Its size, with that of a mask.
        bool plain = false;        // Not masked, and its size in the shortest form.
    };

    static std::optional<head> parse_head(std::string_view bytes);
    piece next_answer(std::string_view& input, std::size_t capacity);
    piece next_frame(std::string_view& input, std::size_t capacity);
    piece next_cut_head(std::string_view& input);
    piece next_rest(std::string_view& input, std::size_t capacity);
    piece next_message(std::string_view& input);
    bool is_message(const head& h) const;
    void begin_rest(const head& h);
    void begin_message(const head& h);
    piece given(piece rest);

    part part_ = part::answer;
    bool takes_messages_ = false;
    bool held_ = false;
    bool in_fragments_ = false; // A message in several frames has begun.
    bool is_data_ = false;      // The frame that is cut, or Beast's.
    std::uint64_t largest_ = 0;
    std::uint64_t left_ = 0; // Of the frame.
    std::string partial_;    // An answer's status, a cut head, a message.
    unsigned line_end_ = 0;  // Characters of the empty line that have come.
};

} // namespace avatar::transport
