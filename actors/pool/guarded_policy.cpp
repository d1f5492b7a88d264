#include "actors/pool/guarded_policy.hpp"

#include "actors/actor_end.hpp"
#include "actors/pool/pool_failures.hpp"

#include <exception>
#include <stdexcept>
#include <utility>

namespace avatar {

guarded_policy::guarded_policy(std::string name, const dispatch_policy_factory& make,
                               std::function<void(const protocol::failure&)> on_failure)
    : name_(std::move(name)),
      on_failure_(std::move(on_failure)) {
    if (!make)
        return;
    try {
        policy_ = make();
        if (!policy_)
            throw std::runtime_error("its factory made none");
    } catch (...) {
        fail();
    }
}

void guarded_policy::session_idle(const idle_session& session) {
    call([&] { policy_->session_idle(session); });
}

void guarded_policy::session_gone(std::uint64_t slot) {
    call([&] { policy_->session_gone(slot); });
}

std::optional<std::uint64_t> guarded_policy::choose_session() {
    return call([&] { return policy_->choose_session(); });
}

void guarded_policy::request_waiting(const waiting_request& request) {
    call([&] { policy_->request_waiting(request); });
}

void guarded_policy::request_gone(std::uint64_t number) {
    call([&] { policy_->request_gone(number); });
}

std::optional<std::uint64_t> guarded_policy::choose_request() {
    return call([&] { return policy_->choose_request(); });
}

protocol::failure guarded_policy::bad_choice(const std::string& what) const {
    return extension_has_failed("dispatch policy", name_, "it chose " + what);
}

template <class Call>
auto guarded_policy::call(Call call) -> decltype(call()) {
    using result = decltype(call());
    if (!policy_)
        return result();
    try {
        return call();
    } catch (...) {
        fail();
        return result();
    }
}

/// In the handler of its exception.
void guarded_policy::fail() {
    policy_.reset();
    on_failure_(extension_has_failed("dispatch policy", name_,
                                     describe_end(reason_of(std::current_exception()))));
}

} // namespace avatar
