#pragma once

#include "actors/pool/dispatch_policy.hpp"
#include "protocol/failure.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace avatar {

/// The dispatch policy of a pool, if there is one. What it throws is told once; from then on
/// it is left alone, and the pool chooses.
class guarded_policy {
public:
    /// `on_failure` is called from within any of the calls.
    guarded_policy(std::string name, const dispatch_policy_factory& make,
                   std::function<void(const protocol::failure&)> on_failure);

    explicit operator bool() const { return policy_ != nullptr; }

    void session_idle(const idle_session& session);
    void session_gone(std::uint64_t slot);
    std::optional<std::uint64_t> choose_session();
    void request_waiting(const waiting_request& request);
    void request_gone(std::uint64_t number);
    std::optional<std::uint64_t> choose_request();

    /// It chose what does not exist, such as "session 7, which is not idle".
    protocol::failure bad_choice(const std::string& what) const;

private:
    template <class Call>
    auto call(Call call) -> decltype(call());
    void fail();

    std::string name_;
    std::function<void(const protocol::failure&)> on_failure_;
    std::unique_ptr<dispatch_policy> policy_;
};

} // namespace avatar
