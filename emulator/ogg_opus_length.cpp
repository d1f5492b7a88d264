#include "emulator/ogg_opus_length.hpp"

#include <boost/endian/conversion.hpp>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <new>
#include <ogg/ogg.h>

namespace avatar::emulator {
namespace {

constexpr double granule_rate = 48'000.0;
constexpr std::string_view opus_magic = "OpusHead";
constexpr std::size_t pre_skip_at = 10;
constexpr std::size_t opus_head_size = 19;

/// The pre-skip of an Opus header page; nothing when it is not one.
std::optional<std::int64_t> read_pre_skip(const ogg_page& page) {
    const std::string_view body(reinterpret_cast<const char*>(page.body),
                                static_cast<std::size_t>(page.body_len));
    if (body.size() < opus_head_size || !body.starts_with(opus_magic))
        return std::nullopt;
    return boost::endian::load_little_u16(page.body + pre_skip_at);
}

} // namespace

struct ogg_opus_length::reader {
    ogg_sync_state sync{};
    bool begun = false;
    std::optional<std::int64_t> pre_skip;
    std::int64_t position = 0;

    reader() { ogg_sync_init(&sync); }
    ~reader() { ogg_sync_clear(&sync); }
    reader(const reader&) = delete;
    reader& operator=(const reader&) = delete;

    void on_page(const ogg_page& page) {
        if (!begun) {
            begun = true;
            pre_skip = read_pre_skip(page);
        }
        // -1: no packet ends on this page. The position only grows.
        position = std::max<std::int64_t>(position, ogg_page_granulepos(&page));
    }
};

ogg_opus_length::ogg_opus_length() : reader_(std::make_unique<reader>()) {}
ogg_opus_length::~ogg_opus_length() = default;
ogg_opus_length::ogg_opus_length(ogg_opus_length&&) noexcept = default;
ogg_opus_length& ogg_opus_length::operator=(ogg_opus_length&&) noexcept = default;

void ogg_opus_length::add(std::string_view bytes) {
    // In slices, so that the reader's buffer stays near the size of one page.
    constexpr std::size_t slice = 64 * 1024;
    for (; !bytes.empty(); bytes.remove_prefix(std::min(slice, bytes.size()))) {
        const auto size = std::min(slice, bytes.size());
        char* to = ogg_sync_buffer(&reader_->sync, static_cast<long>(size));
        if (!to)
            throw std::bad_alloc();
        std::memcpy(to, bytes.data(), size);
        ogg_sync_wrote(&reader_->sync, static_cast<long>(size));
        ogg_page page;
        for (int found; (found = ogg_sync_pageout(&reader_->sync, &page)) != 0;)
            if (found > 0) // Negative: bytes between pages were skipped.
                reader_->on_page(page);
    }
}

std::optional<double> ogg_opus_length::seconds() const {
    if (!reader_->pre_skip)
        return std::nullopt;
    const auto samples = std::max<std::int64_t>(0, reader_->position - *reader_->pre_skip);
    return static_cast<double>(samples) / granule_rate;
}

} // namespace avatar::emulator
