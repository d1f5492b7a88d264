#pragma once

#include "../../messages/actors.hpp"

#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace avatar {

/// One that hears the results of a run.
struct named_result_sink {
    std::string name; ///< For the text of its failures.
    result_sink_actor results;
    frame_sink_actor frames; ///< The same actor; null: it takes none.
};

/// The state of a result feed: how far behind each sink is.
class result_feed_state {
public:
    using self_pointer = result_feed_actor::pointer;

    explicit result_feed_state(self_pointer self) : self_(self) {}

    /// Ends the sinks.
    ~result_feed_state();

    result_feed_actor::behavior_type start(std::vector<named_result_sink> sinks);

    const char* name = "result_feed";

private:
    using flushed_promise = caf::typed_response_promise<results_flushed>;
    using credit_promise = caf::typed_response_promise<frame_credit>;

    struct sink {
        named_result_sink to;
        std::uint64_t taken = 0;                    // Of the results sent to it, as it has told.
        std::optional<std::uint64_t> asked_until{}; // A flush that it has not answered.
        bool last_flush_due = false;                // To be asked for when it has.
    };

    void on_result(const audio_result& result);
    flushed_promise on_flush();
    credit_promise on_frames(const animation_frames& some);
    void ask_to_flush(std::size_t which);
    void ask_for_last_flush(std::size_t which);
    void on_flushed(std::size_t which);
    void on_flush_overdue();
    void deliver_if_all_flushed();
    void fail(const named_result_sink& which, const std::string& why);

    self_pointer self_;
    std::vector<sink> sinks_;
    std::uint64_t sent_ = 0; // Results, to each.
    std::optional<flushed_promise> flushing_;
};

/// Behaviour that passes results, and frames to those that take them, on to `sinks`, which
/// it ends when it ends. A sink that ends, is 100,000 results behind, or does not flush within
/// ten seconds at the end, ends the feed, with a reason that names it.
result_feed_actor::behavior_type
result_feed(result_feed_actor::stateful_pointer<result_feed_state> self,
            std::vector<named_result_sink> sinks);

} // namespace avatar
