#include "transport/happy_eyeballs.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/system/system_error.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <iterator>
#include <optional>
#include <sstream>
#include <utility>

namespace avatar::transport {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

/// RFC 8305, section 8: the recommended Connection Attempt Delay.
constexpr std::chrono::milliseconds attempt_delay(250);

/// An error's text names no more addresses than this.
constexpr std::size_t most_named = 4;

/// The families in turn, beginning with that of the first, which the system prefers (RFC
/// 6724); within a family as the system has them.
std::vector<tcp::endpoint> interleaved(const name_lookup::addresses& found) {
    std::deque<tcp::endpoint> preferred, others;
    for (const auto& each : found) {
        const auto address = each.endpoint();
        const bool is_preferred = address.protocol() == found.begin()->endpoint().protocol();
        (is_preferred ? preferred : others).push_back(address);
    }
    std::vector<tcp::endpoint> order;
    while (!preferred.empty() || !others.empty())
        for (auto* family : {&preferred, &others})
            if (!family->empty()) {
                order.push_back(family->front());
                family->pop_front();
            }
    return order;
}

std::string text_of(const tcp::endpoint& address) {
    std::ostringstream text;
    text << address;
    return text.str();
}

struct attempt {
    tcp::endpoint address;
    tcp_socket socket;
    std::optional<error_code> end; // Without: it is under way.
};

} // namespace

/// Shared with the attempts under way, whose handlers may come when all is over.
struct happy_eyeballs::race {
    explicit race(const executor& on) : on(on), next_due(on) {}

    bool is_open() const {
        return std::ranges::any_of(attempts, [](const attempt& each) { return !each.end; });
    }

    attempt* winner() {
        const auto won = std::ranges::find_if(
            attempts, [](const attempt& each) { return each.end && !*each.end; });
        return won == attempts.end() ? nullptr : &*won;
    }

    void start_next(const std::shared_ptr<race>& self) {
        auto& next = attempts.emplace_back(attempt{order[attempts.size()], tcp_socket(on), {}});
        next.socket.async_connect(next.address, [self, &next](error_code ec) {
            next.end = ec;
            self->next_due.cancel();
        });
    }

    void close_all() {
        error_code ignored;
        for (auto& each : attempts)
            each.socket.close(ignored);
    }

    executor on;
    steady_timer next_due; // Of the next attempt; cancelled where one has ended.
    std::vector<tcp::endpoint> order;
    std::deque<attempt> attempts; // They stay where they are.
    bool cancelled = false;
};

happy_eyeballs::happy_eyeballs(const executor& on) : race_(std::make_shared<race>(on)) {}

happy_eyeballs::~happy_eyeballs() {
    cancel();
}

awaitable<tcp_socket> happy_eyeballs::connect(addresses to) {
    const auto race = race_ = std::make_shared<happy_eyeballs::race>(race_->on);
    race->order = interleaved(to);
    while (!race->winner() && !race->cancelled) {
        const bool has_more = race->attempts.size() < race->order.size();
        if (!has_more && !race->is_open())
            break;
        if (has_more)
            race->start_next(race);
        if (race->attempts.size() < race->order.size())
            race->next_due.expires_after(attempt_delay);
        else
            race->next_due.expires_at(steady_timer::time_point::max());
        error_code ignored; // The attempts say more.
        co_await race->next_due.async_wait(asio::redirect_error(use_awaitable, ignored));
    }
    auto* winner = race->winner();
    if (race->cancelled)
        throw boost::system::system_error(asio::error::operation_aborted);
    if (!winner)
        throw boost::system::system_error(race->attempts.empty() ? asio::error::host_not_found
                                                                 : *race->attempts.front().end);
    // Having waited for the connection, Asio would watch for room to write for ever,
    // and the kernel tell it of some at each wait for something to read. Registered anew
    // it does not.
    tcp_socket connected(race->on);
    connected.assign(winner->address.protocol(), winner->socket.release());
    race->close_all();
    connected.set_option(tcp::no_delay(true));
    co_return connected;
}

void happy_eyeballs::cancel() {
    race_->cancelled = true;
    race_->close_all();
    race_->next_due.cancel();
}

std::string happy_eyeballs::describe() const {
    std::string text;
    std::size_t named = 0;
    for (const auto& each : race_->attempts) {
        if (named++ == most_named)
            return text + fmt::format("; and {} more", race_->attempts.size() - most_named);
        const bool has_failed = each.end && *each.end != asio::error::operation_aborted;
        text += fmt::format("{}{}: {}", text.empty() ? "" : "; ", text_of(each.address),
                            has_failed ? each.end->message() : "no answer");
    }
    return text;
}

} // namespace avatar::transport
