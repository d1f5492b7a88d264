#include "application/session.hpp"

#include "application/runtime.hpp"

#include <utility>

namespace avatar::application {

session::session(std::shared_ptr<runtime> runtime, std::uint64_t lease, std::string connection_id)
    : runtime_(std::move(runtime)),
      lease_(lease),
      connection_id_(std::move(connection_id)) {}

session::session(session&&) noexcept = default;

session& session::operator=(session&& other) noexcept {
    std::swap(runtime_, other.runtime_);
    std::swap(lease_, other.lease_);
    std::swap(connection_id_, other.connection_id_);
    return *this;
}

session::~session() {
    if (runtime_)
        runtime_->release(lease_);
}

animation session::animate(audio_clip speech) {
    return runtime_->animate(std::move(speech), lease_);
}

live_animation session::speak() {
    return runtime_->speak(lease_);
}

} // namespace avatar::application
