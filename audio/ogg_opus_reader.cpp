#include "audio/ogg_opus_reader.hpp"

#include <boost/endian/conversion.hpp>

#include <algorithm>
#include <cstring>
#include <new>
#include <ogg/ogg.h>

namespace avatar::audio {
namespace {

constexpr double granule_rate = 48'000.0;

// Of the identification header: RFC 7845, section 5.1.
constexpr std::string_view opus_magic = "OpusHead";
constexpr std::size_t channels_at = 9;
constexpr std::size_t pre_skip_at = 10;
constexpr std::size_t sample_rate_at = 12;
constexpr std::size_t opus_head_size = 19;

std::optional<opus_header> read_header(const ogg_page& page) {
    const std::string_view body(reinterpret_cast<const char*>(page.body),
                                static_cast<std::size_t>(page.body_len));
    if (body.size() < opus_head_size || !body.starts_with(opus_magic))
        return std::nullopt;
    const auto rate = boost::endian::load_little_u32(page.body + sample_rate_at);
    return opus_header{page.body[channels_at],
                       boost::endian::load_little_u16(page.body + pre_skip_at),
                       static_cast<std::int32_t>(std::min<std::uint32_t>(rate, INT32_MAX))};
}

} // namespace

struct ogg_opus_reader::state {
    ogg_sync_state sync{};
    bool begun = false;
    std::optional<opus_header> header;
    std::int64_t position = 0;

    state() { ogg_sync_init(&sync); }
    ~state() { ogg_sync_clear(&sync); }
    state(const state&) = delete;
    state& operator=(const state&) = delete;

    double seconds() const {
        const auto samples = std::max<std::int64_t>(0, position - header->pre_skip);
        return static_cast<double>(samples) / granule_rate;
    }

    ogg_page_mark on_page(const ogg_page& page) {
        if (!begun) {
            begun = true;
            header = read_header(page);
        }
        // -1: no packet ends on this page. The position only grows.
        position = std::max<std::int64_t>(position, ogg_page_granulepos(&page));
        return {static_cast<std::size_t>(page.header_len + page.body_len), header ? seconds() : 0.0,
                ogg_page_bos(&page) != 0};
    }
};

ogg_opus_reader::ogg_opus_reader() : state_(std::make_unique<state>()) {}
ogg_opus_reader::~ogg_opus_reader() = default;
ogg_opus_reader::ogg_opus_reader(ogg_opus_reader&&) noexcept = default;
ogg_opus_reader& ogg_opus_reader::operator=(ogg_opus_reader&&) noexcept = default;

std::vector<ogg_page_mark> ogg_opus_reader::add(std::string_view bytes) {
    std::vector<ogg_page_mark> pages;
    // In slices, so that the reader's buffer stays near the size of one page.
    constexpr std::size_t slice = 64 * 1024;
    for (; !bytes.empty(); bytes.remove_prefix(std::min(slice, bytes.size()))) {
        const auto size = std::min(slice, bytes.size());
        char* to = ogg_sync_buffer(&state_->sync, static_cast<long>(size));
        if (!to)
            throw std::bad_alloc();
        std::memcpy(to, bytes.data(), size);
        ogg_sync_wrote(&state_->sync, static_cast<long>(size));
        ogg_page page;
        for (int found; (found = ogg_sync_pageout(&state_->sync, &page)) != 0;)
            if (found > 0) // Negative: bytes between pages were skipped.
                pages.push_back(state_->on_page(page));
    }
    return pages;
}

const std::optional<opus_header>& ogg_opus_reader::header() const {
    return state_->header;
}

std::optional<double> ogg_opus_reader::seconds() const {
    if (!state_->header)
        return std::nullopt;
    return state_->seconds();
}

} // namespace avatar::audio
