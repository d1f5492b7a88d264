#pragma once

#include "messages/run_report.hpp"

#include <string>

namespace avatar::report {

/// Version of the layout that to_json() writes. Raised when a field changes
/// its meaning, its name or its type, or goes away; not when one is added.
inline constexpr int json_schema = 1;

/// Every figure of the report as JSON, indented, with a newline at its end.
/// docs/report-json.md describes each field. Texts of the service that are not
/// UTF-8 come out with U+FFFD in place of the broken bytes. Raw bodies of
/// refused HTTP exchanges stay out: nobody knows what a service echoes there.
std::string to_json(const run_report& report);

} // namespace avatar::report
