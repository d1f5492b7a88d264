#pragma once

#include "../actors/pool/dispatch_policy.hpp"
#include "../actors/pool/session.hpp"
#include "../config/duration.hpp"
#include "../config/settings.hpp"
#include "../messages/load.hpp"
#include "../transport/channel.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <string>
#include <variant>
#include <vector>

namespace avatar {

namespace transport {
class io_runtime;
}

/// Behaviour of a load shape: a function for `caf::actor_system::spawn`, as the others here.
using load_shape_function = std::function<load_shape_actor::behavior_type(load_shape_actor::pointer,
                                                                          const config::settings&)>;

/// Behaviour of a result sink. It has a thread of its own, and may block.
using result_sink_function = std::function<result_sink_actor::behavior_type(
    result_sink_actor::pointer, const config::settings&)>;

/// The same for one that takes frames too.
using frame_and_result_sink_function = std::function<frame_and_result_sink_actor::behavior_type(
    frame_and_result_sink_actor::pointer, const config::settings&)>;

/// Makes the channels of a run, on the threads of its runtime or on others. The settings of
/// the service need not be those of a real one.
using channel_maker =
    std::function<transport::channel_factory(transport::io_runtime&, const config::settings&)>;

/// What an option of that type takes at the most, unless it says so itself.
template <class Number>
constexpr Number highest_by_default = std::numeric_limits<Number>::max();
template <>
inline constexpr double highest_by_default<double> = 1e15; // Whole ones are exact up to here.
template <>
inline constexpr config::milliseconds highest_by_default<config::milliseconds> =
    config::longest_duration;

/// What an option takes, both included.
template <class Number>
struct option_bounds {
    Number lowest{}; ///< 0, where nothing else is said.
    Number highest = highest_by_default<Number>;
};

/// Behaviours from outside, by name, and their options, for `run_program`. What a behaviour
/// throws, does not answer or chooses wrongly costs its request or the run, with a text that
/// has its name; see the headers of the interfaces for what each is held to.
class extensions {
public:
    /// `--pool.dispatch=NAME`: who gets which session.
    void add_dispatch_policy(std::string name, dispatch_policy_factory make);

    /// `--load.shape=NAME`: when requests start.
    void add_load_shape(std::string name, load_shape_function behavior);

    /// `--report.sinks=NAME,…`: who hears the results.
    void add_result_sink(std::string name, result_sink_function behavior);
    void add_frame_and_result_sink(std::string name, frame_and_result_sink_function behavior);

    /// `--pool.session=NAME`: what a session does.
    void add_session(std::string name, session_function behavior);

    /// `--service.channel=NAME`: how the service is reached.
    void add_channel(std::string name, channel_maker make);

    /// `--KEY=VALUE`, in every source, as the program's own options: sets `value`, which has
    /// its default and outlives the program's run. A key is like "poisson.seed". `run_program`
    /// refuses bounds that are not in order, and a default that is not within them.
    void add_option(std::string key, std::size_t& value, std::string help,
                    option_bounds<std::size_t> bounds = {});
    void add_option(std::string key, std::int64_t& value, std::string help,
                    option_bounds<std::int64_t> bounds = {});
    void add_option(std::string key, double& value, std::string help,
                    option_bounds<double> bounds = {});
    void add_option(std::string key, config::milliseconds& value, std::string help,
                    option_bounds<config::milliseconds> bounds = {});
    void add_option(std::string key, bool& value, std::string help);
    void add_option(std::string key, std::string& value, std::string help);

    template <class Behavior>
    struct named {
        std::string name;
        Behavior behavior;
    };

    template <class Behavior>
    using list = std::vector<named<Behavior>>;

    template <class Number>
    struct bounded {
        Number* value;
        option_bounds<Number> bounds;
    };

    struct added_option {
        std::string key;
        std::variant<bounded<std::size_t>, bounded<std::int64_t>, bounded<double>,
                     bounded<config::milliseconds>, bool*, std::string*>
            value;
        std::string help;
    };

    const list<dispatch_policy_factory>& policies() const { return policies_; }
    const list<load_shape_function>& shapes() const { return shapes_; }
    const list<result_sink_function>& result_sinks() const { return result_sinks_; }
    const list<frame_and_result_sink_function>& frame_sinks() const { return frame_sinks_; }
    const list<session_function>& sessions() const { return sessions_; }
    const list<channel_maker>& channels() const { return channels_; }
    const std::vector<added_option>& options() const { return options_; }

private:
    list<dispatch_policy_factory> policies_;
    list<load_shape_function> shapes_;
    list<result_sink_function> result_sinks_;
    list<frame_and_result_sink_function> frame_sinks_;
    list<session_function> sessions_;
    list<channel_maker> channels_;
    std::vector<added_option> options_;
};

} // namespace avatar
