#pragma once

#include "messages/actors.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace avatar::tests {

using piece_promise = caf::typed_response_promise<audio_piece>;

/// What a source was asked for, and what it has not answered yet.
struct source_log {
    std::vector<std::string> asked; ///< The ids.
    std::vector<bool> first;
    std::vector<piece_promise> unanswered;
};

/// Answers the question of that number when it is told to.
using live_source_actor = audio_source_actor::extend<caf::reacts_to<std::uint64_t, audio_piece>, //
                                                     caf::reacts_to<std::uint64_t, caf::error>>;

inline live_source_actor::behavior_type live_source(live_source_actor::pointer self,
                                                    source_log* log) {
    return {
        [=](const next_audio& asked) {
            log->asked.push_back(asked.request_id);
            log->first.push_back(asked.first);
            log->unanswered.push_back(self->make_response_promise<audio_piece>());
            return log->unanswered.back();
        },
        [=](std::uint64_t question, audio_piece& piece) {
            log->unanswered.at(question).deliver(std::move(piece));
        },
        [=](std::uint64_t question, caf::error& why) {
            log->unanswered.at(question).deliver(std::move(why));
        },
    };
}

} // namespace avatar::tests
