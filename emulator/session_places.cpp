#include "emulator/session_places.hpp"

#include <utility>

namespace avatar::emulator {
namespace {

class place {
public:
    explicit place(std::shared_ptr<std::size_t> taken) : taken_(std::move(taken)) { ++*taken_; }
    ~place() { --*taken_; }

    place(const place&) = delete;
    place& operator=(const place&) = delete;

private:
    std::shared_ptr<std::size_t> taken_;
};

} // namespace

session_places::session_places(std::size_t of_each_app) : of_each_app_(of_each_app) {}

std::shared_ptr<const void> session_places::take(std::string_view app_id) {
    auto& taken = taken_[std::string(app_id)];
    if (!taken)
        taken = std::make_shared<std::size_t>(0);
    if (of_each_app_ > 0 && *taken >= of_each_app_)
        return nullptr;
    return std::make_shared<place>(taken);
}

} // namespace avatar::emulator
