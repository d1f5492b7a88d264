#include "protocol/request_id.hpp"

#include <fmt/compile.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <random>
#include <string_view>

namespace avatar::protocol {

namespace {

constexpr std::string_view alphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-";
constexpr int bits_per_character = 6;
constexpr std::size_t half_size = 6;
constexpr std::size_t date_size = 15;
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
    for (std::size_t i = 0; i < half_size; ++i, bits >>= bits_per_character)
        *to++ = alphabet[bits % alphabet.size()];
    return to;
}

/// Written once a second, since a busy thread makes thousands of ids in it.
const std::array<char, date_size>& date_of(std::chrono::sys_seconds second) {
    using namespace std::chrono;
    thread_local auto written = sys_seconds::min();
    thread_local std::array<char, date_size> text;
    if (second == written)
        return text;
    const auto day = floor<days>(second);
    const year_month_day date(day);
    const hh_mm_ss time(second - day);
    fmt::format_to(text.data(), FMT_COMPILE("{:04}{:02}{:02}{:02}{:02}{:02}_"), int(date.year()),
                   unsigned(date.month()), unsigned(date.day()), time.hours().count(),
                   time.minutes().count(), time.seconds().count());
    written = second;
    return text;
}

} // namespace

std::string make_request_id(std::chrono::system_clock::time_point now) {
    std::array<char, date_size + 2 * half_size> id;
    auto* end =
        std::ranges::copy(date_of(std::chrono::floor<std::chrono::seconds>(now)), id.data()).out;
    end = write_half(write_half(end));
    return std::string(id.data(), end);
}

std::string make_request_id() {
    return make_request_id(std::chrono::system_clock::now());
}

} // namespace avatar::protocol
