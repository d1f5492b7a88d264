#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

namespace avatar::audio {

/// What the header of an Ogg Opus stream says (RFC 7845, section 5.1).
struct opus_header {
    int channels = 0;
    std::int64_t pre_skip = 0;    ///< Samples at 48 kHz that play silently.
    std::int32_t sample_rate = 0; ///< Hz before encoding, as a hint; 0: unknown.
};

/// One page of an Ogg stream.
struct ogg_page_mark {
    std::size_t size = 0;       ///< Bytes.
    double seconds = 0;         ///< Playing time of the stream up to its end.
    bool begins_stream = false; ///< It starts a logical stream.
};

/// Follows an Ogg Opus stream page by page while it arrives in pieces. Decodes
/// nothing and keeps no audio. Opus counts positions at 48 kHz whatever rate was
/// encoded: the length is the last page's granule position less the pre-skip
/// (RFC 7845, section 4).
class ogg_opus_reader {
public:
    ogg_opus_reader();
    ~ogg_opus_reader();

    ogg_opus_reader(ogg_opus_reader&&) noexcept;
    ogg_opus_reader& operator=(ogg_opus_reader&&) noexcept;

    /// The pages that these bytes complete. Bytes between pages are skipped.
    std::vector<ogg_page_mark> add(std::string_view bytes);

    /// Nothing when the stream does not begin with an Opus header, or that has
    /// not arrived yet.
    const std::optional<opus_header>& header() const;

    /// Of the pages that are complete so far; nothing without a header.
    std::optional<double> seconds() const;

private:
    struct state;
    std::unique_ptr<state> state_;
};

} // namespace avatar::audio
