#pragma once

#include "report/text.hpp"

#include <sstream>
#include <string>

namespace avatar::tests {

/// What `write` puts into a stream.
template <class Write>
std::string text_of(Write write) {
    std::ostringstream out;
    write(out);
    return out.str();
}

template <class Event>
std::string written(const Event& event) {
    return text_of([&](auto& out) { report::write(out, event); });
}

inline std::string summary(const run_report& run) {
    return text_of([&](auto& out) { report::write_summary(out, run); });
}

inline bool contains(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

} // namespace avatar::tests
