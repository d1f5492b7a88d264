#pragma once

#include "messages/actors.hpp"
#include "tests/support/message_config.hpp"
#include "tests/support/scripted_channel.hpp"
#include "tests/support/send_as.hpp"

#include <chrono>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace avatar::tests {

/// Actors on virtual time, channels played by the test, and callers whose
/// results are kept. Time moves only by `after`.
class actor_fixture : public test_coordinator_fixture<message_config> {
public:
    /// Ends every channel, and with them the sessions. For the destructor of
    /// each fixture that actors write to: its members go before this one's.
    void wind_down() {
        service.end_all();
        consume_messages();
    }

    /// Lets `time` pass and everything happen that is due in it.
    void after(caf::timespan time) {
        advance_time(time);
        consume_messages();
    }

    /// Sends a request from an actor of its own and keeps what comes back.
    template <class Handle>
    void ask(const Handle& whom, const std::string& id) {
        audio_request request;
        request.request_id = id;
        request.audio = audio_clip("speech");
        ask(whom, request);
    }

    template <class Handle>
    void ask(const Handle& whom, const audio_request& request) {
        sys.spawn([this, whom, request](caf::event_based_actor* caller) {
            using message = std::conditional_t<std::is_same_v<Handle, session_actor>,
                                               assigned_request, audio_request>;
            caller->request(whom, caf::infinite, message{request})
                .then([this](audio_result& result) { results.push_back(std::move(result)); },
                      [this, id = request.request_id](const caf::error&) { broken.push_back(id); });
        });
        consume_messages();
    }

    /// See tests::send_as.
    template <class Sender, class Handle, class Message>
    static void send_as(const Sender& from, const Handle& to, Message message) {
        tests::send_as(from, to, std::move(message));
    }

    /// Whether that actor has ended. CAF calls the functor at once then, and else later.
    template <class Handle>
    static bool has_ended(const Handle& whom) {
        const auto ended = std::make_shared<bool>(false);
        whom->attach_functor([ended](const caf::error&) { *ended = true; });
        return *ended;
    }

    /// The result of that request; fails the test when it is not there or there
    /// twice.
    const audio_result& result_of(const std::string& id) {
        const audio_result* found = nullptr;
        for (const auto& result : results) {
            if (result.request_id != id)
                continue;
            CAF_REQUIRE(found == nullptr);
            found = &result;
        }
        CAF_REQUIRE(found != nullptr);
        return *found;
    }

    std::string code_of(const std::string& id) {
        return std::string(to_string(result_of(id).failure.code));
    }

    scripted_service service;
    std::vector<audio_result> results;
    std::vector<std::string> broken; ///< Requests answered by an actor error.
};

} // namespace avatar::tests
