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

end_limit::end_limit(std::chrono::milliseconds limit, int code, program_log& log)
    : watch_([this, limit, code, &log] {
          if (ended_.get_future().wait_for(limit) != std::future_status::ready)
              leave_behind(code, log);
      }) {}

end_limit::~end_limit() {
    ended_.set_value();
    watch_.join();
}

} // namespace avatar
