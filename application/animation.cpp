#include "application/animation.hpp"

#include "application/running_animation.hpp"

#include <utility>

namespace avatar::application {

std::vector<std::string_view> running_animation::untaken() const {
    std::vector<std::string_view> all;
    for (auto i = given_; i < taken_.size(); ++i)
        all.push_back(taken_[i]);
    frames_->list(all);
    return all;
}

std::optional<std::string_view> running_animation::next() {
    if (given_ == taken_.size()) {
        auto [frames, was_full] = frames_->take();
        if (was_full)
            runtime_->tell_caller(frames_taken{request_id_});
        taken_ = std::move(frames);
        given_ = 0;
    }
    if (taken_.empty())
        return std::nullopt;
    return taken_[given_++];
}

bool running_animation::write(std::string_view audio) {
    do {
        const auto done = speech_->write(audio);
        if (done.over)
            return false;
        tell_if_wanted(done);
        audio.remove_prefix(done.bytes);
    } while (!audio.empty());
    return true;
}

void running_animation::finish_speech() {
    tell_if_wanted(speech_->finish());
}

void running_animation::cancel() {
    if (!frames_->has_ended())
        runtime_->tell_caller(cancel_animation{request_id_});
}

void running_animation::tell_if_wanted(const speech_buffer::written& done) {
    if (done.wanted)
        runtime_->tell_caller(speech_written{request_id_});
}

any_animation::any_animation(std::unique_ptr<running_animation> running)
    : running_(std::move(running)) {}

any_animation::any_animation(any_animation&&) noexcept = default;

any_animation& any_animation::operator=(any_animation&& other) noexcept {
    if (this != &other) {
        let_go();
        running_ = std::move(other.running_);
    }
    return *this;
}

any_animation::~any_animation() {
    let_go();
}

void any_animation::let_go() {
    if (running_)
        running_->cancel();
}

const audio_result& any_animation::wait() {
    return running_->frames().wait();
}

bool any_animation::wait_for(std::chrono::milliseconds time) {
    return running_->frames().wait_for(time);
}

std::vector<std::string_view> any_animation::frames() const {
    return running_->untaken();
}

std::optional<std::string_view> any_animation::next() {
    return running_->next();
}

const audio_result& any_animation::for_each(const std::function<void(std::string_view)>& use) {
    while (const auto frame = next())
        use(*frame);
    return wait();
}

void any_animation::cancel() {
    running_->cancel();
}

animation::animation(std::unique_ptr<running_animation> running)
    : any_animation(std::move(running)) {}

live_animation::live_animation(std::unique_ptr<running_animation> running)
    : any_animation(std::move(running)) {}

bool live_animation::write(std::string_view audio) {
    return running_->write(audio);
}

void live_animation::finish() {
    running_->finish_speech();
}

} // namespace avatar::application
