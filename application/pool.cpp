#include "application/pool.hpp"

#include "actors/pool/pool_failures.hpp"
#include "application/runtime.hpp"
#include "audio/clip.hpp"

#include <utility>

namespace avatar::application {

pool::pool(const config::settings& settings) : runtime_(std::make_shared<runtime>(settings)) {
    const auto opened = runtime_->open();
    if (opened.connected == 0)
        throw pool_error(opened.failures.empty() ? pool_has_ended()
                                                 : opened.failures.front().sample);
}

pool::~pool() {
    runtime_->close();
}

session pool::acquire(std::chrono::milliseconds timeout) {
    auto granted = runtime_->acquire(timeout);
    return session(runtime_, granted.lease, std::move(granted.connection_id));
}

animation pool::animate(audio_clip speech) {
    return runtime_->animate(std::move(speech), 0);
}

live_animation pool::speak() {
    return runtime_->speak(0);
}

audio_clip pool::load(const std::string& file) const {
    auto settings = runtime_->audio();
    settings.file = file;
    return audio::load(settings).clip;
}

clip_format pool::format() const {
    return runtime_->format();
}

pool_status pool::status() const {
    return runtime_->status();
}

void pool::close() {
    runtime_->close();
}

} // namespace avatar::application
