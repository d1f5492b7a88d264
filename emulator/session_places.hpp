#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

namespace avatar::emulator {

/// The sessions that each app may have open at once, as the plan of an account
/// bounds them. For one thread.
class session_places {
public:
    /// 0: any number.
    explicit session_places(std::size_t of_each_app = 0);

    /// A place for one more session, taken until the last copy is gone; null when
    /// the app has none left. May outlive this.
    std::shared_ptr<const void> take(std::string_view app_id);

private:
    std::size_t of_each_app_;
    std::map<std::string, std::shared_ptr<std::size_t>, std::less<>> taken_;
};

} // namespace avatar::emulator
