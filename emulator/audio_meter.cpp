#include "emulator/audio_meter.hpp"

namespace avatar::emulator {
namespace {

constexpr double bytes_per_sample = 2.0;

} // namespace

audio_meter::audio_meter(protocol::audio_format format, std::int32_t sample_rate)
    : sample_rate_(sample_rate) {
    if (format == protocol::audio_format::ogg_opus)
        ogg_.emplace();
}

void audio_meter::add(std::string_view chunk) {
    bytes_ += chunk.size();
    if (ogg_)
        ogg_->add(chunk);
}

std::optional<double> audio_meter::seconds() const {
    if (bytes_ == 0)
        return 0.0;
    if (ogg_)
        return ogg_->seconds();
    return static_cast<double>(bytes_) / bytes_per_sample / sample_rate_;
}

} // namespace avatar::emulator
