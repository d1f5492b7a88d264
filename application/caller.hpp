#pragma once

#include "application/frame_collection.hpp"
#include "application/speech_buffer.hpp"
#include "config/settings.hpp"
#include "messages/actors.hpp"

#include <caf/allowed_unsafe_message_type.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <atomic>
#include <cstdint>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

/// What the threads of a program say to the actor that is their caller in the pool. These
/// messages hold promises: they stay in this process.
namespace avatar::application {

/// What one thread asks the pool, and waits for. Dropped unanswered, it breaks the promise.
template <class Request, class Answer>
struct question {
    Request request;
    std::promise<Answer> promise;
    /// Whoever sets it first decides: an answer, or nobody waits any more.
    std::shared_ptr<std::atomic<bool>> settled = std::make_shared<std::atomic<bool>>(false);

    explicit question(Request what) : request(std::move(what)) {}

    /// False: nobody waits any more.
    bool answer(const Answer& with) {
        if (settled->exchange(true))
            return false;
        promise.set_value(with);
        return true;
    }
};

using open_question = std::shared_ptr<question<open_pool, pool_opened>>;
using status_question = std::shared_ptr<question<get_pool_status, pool_status>>;
using close_question = std::shared_ptr<question<close_pool, pool_closed>>;
using acquire_question = std::shared_ptr<question<acquire_session, lease_granted>>;

/// One animation, as the caller has it. Where that drops it without a result, the animation
/// has failed: no thread waits for ever.
struct ordered_animation {
    audio_request request; ///< Without sink and source.
    std::shared_ptr<frame_collection> frames;
    std::shared_ptr<speech_buffer> speech; ///< Null: the request has a clip.

    ~ordered_animation();

    /// The first time counts.
    void end(audio_result result);
};

using animation_order = std::shared_ptr<ordered_animation>;

struct cancel_animation {
    std::string request_id;

    template <class Inspector>
    friend auto inspect(Inspector& f, cancel_animation& x) {
        return f(x.request_id);
    }
};

/// Of a collection that was full.
struct frames_taken {
    std::string request_id;

    template <class Inspector>
    friend auto inspect(Inspector& f, frames_taken& x) {
        return f(x.request_id);
    }
};

/// To a buffer that had less than was asked for.
struct speech_written {
    std::string request_id;

    template <class Inspector>
    friend auto inspect(Inspector& f, speech_written& x) {
        return f(x.request_id);
    }
};

/// Stands in the pool for all threads of a program: sends their requests, holds their
/// leases, gets their frames, has their audio.
using caller_actor = caf::typed_actor<
    // From the threads.
    caf::reacts_to<open_question>,    //
    caf::reacts_to<status_question>,  //
    caf::reacts_to<close_question>,   //
    caf::reacts_to<acquire_question>, //
    caf::reacts_to<release_session>,  //
    caf::reacts_to<animation_order>,  //
    caf::reacts_to<cancel_animation>, //
    caf::reacts_to<frames_taken>,     //
    caf::reacts_to<speech_written>,
    // From the sessions.
    caf::replies_to<animation_frames>::with<frame_credit>, //
    caf::replies_to<next_audio>::with<audio_piece>>;

/// How audio that is spoken is encoded on the way; nothing: it is not.
using speech_encoding = std::optional<config::opus_settings>;

class caller_state {
public:
    using self_pointer = caller_actor::pointer;

    explicit caller_state(self_pointer self) : self_(self) {}

    caller_actor::behavior_type start(pool_actor pool, std::int32_t sample_rate,
                                      speech_encoding encoding);

    const char* name = "caller";

private:
    using credit_promise = caf::typed_response_promise<frame_credit>;
    using piece_promise = caf::typed_response_promise<audio_piece>;

    /// Credit for frames that are collected, not granted while the collection is full.
    struct owed_credit {
        credit_promise promise;
        frame_credit credit;
    };

    struct running {
        animation_order order;
        std::vector<owed_credit> owed;
        std::optional<piece_promise> asked; // For audio, of which there is none yet.
    };

    template <class Request, class Answer>
    void ask_pool(std::shared_ptr<question<Request, Answer>>& asked);
    void on_unheard(const lease_granted& granted);
    template <class Answer>
    void on_unheard(const Answer&) {}
    void on_order(animation_order& order);
    credit_promise on_frames(const animation_frames& some);
    piece_promise on_next_audio(const next_audio& asked);
    void on_frames_taken(const frames_taken& taken);
    void on_speech_written(const speech_written& written);
    static void grant_owed(running& animation);
    void finish(const std::string& request_id, audio_result result);

    self_pointer self_;
    pool_actor pool_;
    std::int32_t sample_rate_ = 0;
    speech_encoding encoding_;
    std::unordered_map<std::string, running> running_; // By request id.
};

/// Behaviour of the caller of `pool`, whose speech is PCM at `sample_rate` Hz.
caller_actor::behavior_type caller(caller_actor::stateful_pointer<caller_state> self,
                                   pool_actor pool, std::int32_t sample_rate,
                                   speech_encoding encoding);

} // namespace avatar::application

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(avatar::application::open_question)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(avatar::application::status_question)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(avatar::application::close_question)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(avatar::application::acquire_question)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(avatar::application::animation_order)
