#include "audio/encode.hpp"

#include "audio/error.hpp"
#include "audio/samples.hpp"
#include "config/settings.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <opusenc.h>
#include <utility>

namespace avatar::audio {
namespace {

void require(int result) {
    if (result != OPE_OK)
        throw audio_error(fmt::format("cannot be encoded to Opus ({})", ope_strerror(result)));
}

using comments = std::unique_ptr<OggOpusComments, decltype(&ope_comments_destroy)>;
using encoder = std::unique_ptr<OggOpusEnc, decltype(&ope_encoder_destroy)>;

encoder make_encoder(std::int32_t sample_rate) {
    const comments none(ope_comments_create(), &ope_comments_destroy);
    int error = OPE_OK;
    constexpr int channels = 1;
    constexpr int family = 0; // Mono or stereo: RFC 7845, section 5.1.1.
    encoder made(ope_encoder_create_pull(none.get(), sample_rate, channels, family, &error),
                 &ope_encoder_destroy);
    require(error);
    return made;
}

int application_of(const std::string& name) {
    if (name == "voip")
        return OPUS_APPLICATION_VOIP;
    if (name == "restricted_lowdelay")
        return OPUS_APPLICATION_RESTRICTED_LOWDELAY;
    return OPUS_APPLICATION_AUDIO;
}

int frame_size_of(config::milliseconds frame) {
    switch (frame.count()) {
    case 10:
        return OPUS_FRAMESIZE_10_MS;
    case 40:
        return OPUS_FRAMESIZE_40_MS;
    case 60:
        return OPUS_FRAMESIZE_60_MS;
    default:
        return OPUS_FRAMESIZE_20_MS;
    }
}

void set_up(OggOpusEnc* to, const config::opus_settings& settings) {
    // The shortest there is, a sample: so a page is full with its first packet.
    require(ope_encoder_ctl(to, OPE_SET_MUXING_DELAY(1)));
    // Else a live stream would be two seconds behind.
    require(ope_encoder_ctl(to, OPE_SET_DECISION_DELAY(0)));
    require(ope_encoder_ctl(to, OPUS_SET_APPLICATION(application_of(settings.application))));
    require(ope_encoder_ctl(to, OPUS_SET_EXPERT_FRAME_DURATION(frame_size_of(settings.frame))));
    if (settings.bitrate != 0)
        require(ope_encoder_ctl(to, OPUS_SET_BITRATE(static_cast<int>(settings.bitrate))));
}

void take_pages(OggOpusEnc* from, std::string& to) {
    unsigned char* page = nullptr;
    opus_int32 size = 0;
    while (ope_encoder_get_page(from, &page, &size, /*flush=*/1) != 0)
        to.append(reinterpret_cast<const char*>(page), static_cast<std::size_t>(size));
}

} // namespace

struct ogg_opus_encoder::library {
    encoder opus;
};

ogg_opus_encoder::ogg_opus_encoder(std::int32_t sample_rate, const config::opus_settings& settings)
    : library_(std::make_unique<library>(make_encoder(sample_rate))) {
    set_up(library_->opus.get(), settings);
}

ogg_opus_encoder::~ogg_opus_encoder() = default;
ogg_opus_encoder::ogg_opus_encoder(ogg_opus_encoder&&) noexcept = default;
ogg_opus_encoder& ogg_opus_encoder::operator=(ogg_opus_encoder&&) noexcept = default;

std::string ogg_opus_encoder::encode(std::string_view pcm) {
    auto bytes = std::move(half_sample_);
    bytes += pcm;
    const auto samples = to_samples(bytes);
    half_sample_ = bytes.substr(samples.size() * bytes_per_sample);
    // Part by part: the encoder keeps what it has not handed out yet.
    constexpr std::size_t step = 16'000;
    std::string pages;
    for (std::size_t at = 0; at < samples.size(); at += step) {
        const auto count = std::min(step, samples.size() - at);
        require(
            ope_encoder_write(library_->opus.get(), samples.data() + at, static_cast<int>(count)));
        take_pages(library_->opus.get(), pages);
    }
    return pages;
}

std::string ogg_opus_encoder::finish() {
    std::string pages;
    require(ope_encoder_drain(library_->opus.get()));
    take_pages(library_->opus.get(), pages);
    return pages;
}

std::string encode_ogg_opus(const pcm& audio, const config::opus_settings& settings) {
    ogg_opus_encoder opus(audio.sample_rate, settings);
    auto stream = opus.encode(audio.bytes);
    return stream += opus.finish();
}

} // namespace avatar::audio
