#include "protocol/request_id.hpp"

#include <fmt/compile.h>

#include <array>
#include <cstdint>
#include <random>
#include <string_view>

namespace avatar::protocol {

namespace {

constexpr std::string_view alphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-";
constexpr int bits_per_character = 6;
static_assert(alphabet.size() == 1u << bits_per_character);

std::mt19937_64 seeded_engine() {
    std::random_device device;
    std::array<std::uint32_t, 8> entropy;
    for (auto& word : entropy)
        word = device();
    std::seed_seq seed(entropy.begin(), entropy.end());
    return std::mt19937_64(seed);
}

/// Writes six random characters; gives the end of them.
char* write_half(char* to) {
    thread_local auto engine = seeded_engine();
    auto bits = engine();
    for (int i = 0; i < 6; ++i, bits >>= bits_per_character)
        *to++ = alphabet[bits % alphabet.size()];
    return to;
}

} // namespace

std::string make_request_id(std::chrono::system_clock::time_point now) {
    using namespace std::chrono;
    auto day = floor<days>(now);
    auto date = year_month_day(day);
    auto time = hh_mm_ss(floor<seconds>(now - day));
    std::array<char, 32> id;
    auto* end =
        fmt::format_to(id.data(), FMT_COMPILE("{:04}{:02}{:02}{:02}{:02}{:02}_"), int(date.year()),
                       unsigned(date.month()), unsigned(date.day()), time.hours().count(),
                       time.minutes().count(), time.seconds().count());
    end = write_half(write_half(end));
    return std::string(id.data(), end);
}

std::string make_request_id() {
    return make_request_id(std::chrono::system_clock::now());
}

} // namespace avatar::protocol
