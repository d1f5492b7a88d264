#pragma once

#include <ostream>
#include <sstream>

namespace avatar {

class program_log;

/// The text report as lines of the program on standard error: where standard output belongs to
/// the JSON report. What is written to it is shown when it is flushed, in whole lines, and
/// never waits for a reader.
class report_stream : public std::ostream {
public:
    /// `log` outlives this.
    explicit report_stream(program_log& log);

private:
    class buffer : public std::stringbuf {
    public:
        explicit buffer(program_log& log) : log_(log) {}

    private:
        int sync() override;

        program_log& log_;
    };

    buffer buffer_;
};

} // namespace avatar
