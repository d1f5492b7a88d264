#include "main/extensions.hpp"

#include <utility>

namespace avatar {

void extensions::add_dispatch_policy(std::string name, dispatch_policy_factory make) {
    policies_.push_back({std::move(name), std::move(make)});
}

void extensions::add_load_shape(std::string name, load_shape_function behavior) {
    shapes_.push_back({std::move(name), std::move(behavior)});
}

void extensions::add_result_sink(std::string name, result_sink_function behavior) {
    result_sinks_.push_back({std::move(name), std::move(behavior)});
}

void extensions::add_frame_and_result_sink(std::string name,
                                           frame_and_result_sink_function behavior) {
    frame_sinks_.push_back({std::move(name), std::move(behavior)});
}

void extensions::add_session(std::string name, session_function behavior) {
    sessions_.push_back({std::move(name), std::move(behavior)});
}

void extensions::add_channel(std::string name, channel_maker make) {
    channels_.push_back({std::move(name), std::move(make)});
}

void extensions::add_option(std::string key, std::size_t& value, std::string help,
                            option_bounds<std::size_t> bounds) {
    options_.push_back({std::move(key), bounded<std::size_t>{&value, bounds}, std::move(help)});
}

void extensions::add_option(std::string key, std::int64_t& value, std::string help,
                            option_bounds<std::int64_t> bounds) {
    options_.push_back({std::move(key), bounded<std::int64_t>{&value, bounds}, std::move(help)});
}

void extensions::add_option(std::string key, double& value, std::string help,
                            option_bounds<double> bounds) {
    options_.push_back({std::move(key), bounded<double>{&value, bounds}, std::move(help)});
}

void extensions::add_option(std::string key, config::milliseconds& value, std::string help,
                            option_bounds<config::milliseconds> bounds) {
    options_.push_back(
        {std::move(key), bounded<config::milliseconds>{&value, bounds}, std::move(help)});
}

void extensions::add_option(std::string key, bool& value, std::string help) {
    options_.push_back({std::move(key), &value, std::move(help)});
}

void extensions::add_option(std::string key, std::string& value, std::string help) {
    options_.push_back({std::move(key), &value, std::move(help)});
}

} // namespace avatar
