#include "main/report_stream.hpp"

#include "main/program_log.hpp"

namespace avatar {

report_stream::report_stream(program_log& log) : std::ostream(nullptr), buffer_(log) {
    rdbuf(&buffer_);
}

int report_stream::buffer::sync() {
    if (!view().empty())
        log_.say(view());
    str({});
    return 0;
}

} // namespace avatar
