#include "main/ending.hpp"

#include "main/program_log.hpp"
#include "report/atomic_file.hpp"

#include <cstdlib>

namespace avatar {

void leave_behind(int code, program_log& log) {
    report::remove_temporary_files();
    log.finish();
    std::_Exit(code);
}

end_limit::end_limit(program_log& log)
    : watch_([this, &log] {
          const auto end = begun_.get_future().get();
          if (end && ended_.get_future().wait_until(end->due) != std::future_status::ready)
              leave_behind(end->code, log);
      }) {}

void end_limit::begin(std::chrono::milliseconds limit, int code) {
    has_begun_ = true;
    begun_.set_value(end{std::chrono::steady_clock::now() + limit, code});
}

end_limit::~end_limit() {
    if (!has_begun_)
        begun_.set_value(std::nullopt);
    ended_.set_value();
    watch_.join();
}

} // namespace avatar
