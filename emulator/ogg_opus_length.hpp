#pragma once

#include <memory>
#include <optional>
#include <string_view>

namespace avatar::emulator {

/// Finds how long an Ogg Opus stream plays, without decoding it, while it
/// arrives in pieces. Opus counts positions at 48 kHz whatever rate was
/// encoded: the length is the last page's granule position less the pre-skip
/// that the first page names (RFC 7845, sections 4 and 5.1).
class ogg_opus_length {
public:
    ogg_opus_length();
    ~ogg_opus_length();

    ogg_opus_length(ogg_opus_length&&) noexcept;
    ogg_opus_length& operator=(ogg_opus_length&&) noexcept;

    void add(std::string_view bytes);

    /// Of the pages that are complete so far; nothing when the stream does not
    /// begin with an Opus header.
    std::optional<double> seconds() const;

private:
    struct reader;
    std::unique_ptr<reader> reader_;
};

} // namespace avatar::emulator
