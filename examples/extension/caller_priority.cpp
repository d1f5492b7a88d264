// A dispatch policy: requests of the caller that was here first come before those of others.
#include "behaviors.hpp"

#include <map>

class caller_priority : public avatar::dispatch_policy {
    void request_waiting(const avatar::waiting_request& request) override {
        const auto rank = ranks_.try_emplace(request.caller, ranks_.size()).first->second;
        waiting_[{rank, request.number}] = request.number;
        rank_of_[request.number] = rank;
    }

    void request_gone(std::uint64_t number) override {
        waiting_.erase({rank_of_.extract(number).mapped(), number});
    }

    std::optional<std::uint64_t> choose_request() override { return waiting_.begin()->second; }

    std::map<caf::actor_addr, std::size_t> ranks_;
    std::map<std::pair<std::size_t, std::uint64_t>, std::uint64_t> waiting_;
    std::map<std::uint64_t, std::size_t> rank_of_; // By number of the request.
};

void add_caller_priority(avatar::extensions& to) {
    to.add_dispatch_policy("caller-priority", [] { return std::make_unique<caller_priority>(); });
}
