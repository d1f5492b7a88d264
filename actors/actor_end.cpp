#include "actors/actor_end.hpp"

#include "protocol/text.hpp"

#include <caf/actor_system_config.hpp>
#include <caf/message.hpp>
#include <caf/sec.hpp>

namespace avatar {

caf::error reason_of(const std::exception_ptr& exception) {
    try {
        std::rethrow_exception(exception);
    } catch (const std::exception& e) {
        return caf::make_error(caf::sec::runtime_error, protocol::on_one_line(e.what()));
    } catch (...) {
        return caf::make_error(caf::sec::runtime_error,
                               std::string("an exception of a type of its own"));
    }
}

std::string describe_end(const caf::error& reason) {
    if (!reason)
        return "it ended";
    if (reason == caf::sec::runtime_error && reason.context().match_elements<std::string>())
        return reason.context().get_as<std::string>(0);
    return caf::actor_system_config::render(reason);
}

} // namespace avatar
