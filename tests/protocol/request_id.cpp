#define CAF_SUITE request_id

#include "protocol/request_id.hpp"

#include <caf/test/dsl.hpp>

#include <mutex>
#include <set>
#include <thread>
#include <vector>

using namespace avatar::protocol;
using namespace std::chrono;
using namespace std::string_literals;

namespace {

std::string date_of(system_clock::time_point now) {
    return make_request_id(now).substr(0, 15);
}

} // namespace

CAF_TEST(an id is the UTC time and twelve characters) {
    constexpr auto digits = "0123456789";
    constexpr auto characters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-";
    for (int i = 0; i < 100; ++i) {
        auto id = make_request_id();
        CAF_CHECK_EQUAL(id.size(), 27u);
        CAF_CHECK_EQUAL(id.find_first_not_of(digits), 14u);
        CAF_CHECK_EQUAL(id[14], '_');
        CAF_CHECK_EQUAL(id.find_first_not_of(characters), id.npos);
    }
}

CAF_TEST(the time is told to the second) {
    CAF_CHECK_EQUAL(date_of(sys_days(year(2023) / 11 / 5) + 9h + 8min + 7s + 999ms),
                    "20231105090807_"s);
    CAF_CHECK_EQUAL(date_of(sys_days(year(2024) / 2 / 29) + 23h + 59min + 59s), "20240229235959_"s);
    CAF_CHECK_EQUAL(date_of(system_clock::time_point()), "19700101000000_"s);
    CAF_CHECK_EQUAL(date_of(system_clock::time_point() - 1ms), "19691231235959_"s);
}

CAF_TEST(the time is now) {
    auto before = date_of(system_clock::now());
    auto id = make_request_id().substr(0, 15);
    auto after = date_of(system_clock::now());
    CAF_CHECK(before <= id && id <= after);
}

CAF_TEST(every character of the alphabet comes up) {
    std::set<char> seen;
    for (int i = 0; i < 2000; ++i)
        for (auto c : make_request_id().substr(15))
            seen.insert(c);
    CAF_CHECK_EQUAL(seen.size(), 64u);
}

CAF_TEST(ids made in many threads at once all differ) {
    constexpr std::size_t threads = 8;
    constexpr std::size_t each = 2000;
    auto now = system_clock::now();
    std::mutex mutex;
    std::set<std::string> ids;
    std::vector<std::thread> workers;
    for (std::size_t i = 0; i < threads; ++i)
        workers.emplace_back([&] {
            std::vector<std::string> made;
            for (std::size_t n = 0; n < each; ++n)
                made.push_back(make_request_id(now));
            std::lock_guard lock(mutex);
            ids.insert(made.begin(), made.end());
        });
    for (auto& worker : workers)
        worker.join();
    CAF_CHECK_EQUAL(ids.size(), threads * each);
}
