// Input: an HTTP status in three digits, a space, and the body. Without the
// status the whole input is the body of a 200. The body is read both as the
// console's answer and as a request to it.

#include "protocol/console.hpp"

#include "protocol/classify.hpp"
#include "tests/fuzz/property.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>

using namespace avatar::protocol;
using namespace avatar::fuzz;

namespace {

/// Takes the status off the front of the input.
int take_status(std::string_view& input) {
    const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
    if (input.size() < 4 || input[3] != ' ' ||
        !std::all_of(input.begin(), input.begin() + 3, is_digit))
        return 200;
    int status = 0;
    std::from_chars(input.data(), input.data() + 3, status);
    input.remove_prefix(4);
    return status;
}

void check_token(int status, const std::string& token) {
    require(status == 200, "only a 200 grants a token");
    require(!token.empty(), "a token is not empty");
    require(is_one_line(token), "a token has no control characters");
    const auto again = parse_token_response(200, token_response(token));
    require(again == token_answer(token), "a token survives its own response");
}

void check_failure(int status, const failure& f) {
    require(f.code != failure_code::none, "a failure has a code");
    require(f.phase == failure_phase::session_token, "a failure has its phase");
    require(is_one_line(describe(f)), "a failure is told on one line");
    require(f.title.size() <= kept_text_size, "a title is short");
    require(f.detail.size() <= kept_text_size, "a detail is short");
    require(f.body.size() <= kept_body_size, "a body is short");
    require(status < 200 || status >= 300 || f.body.empty(), "no body of a 2xx answer is kept");
}

void check_request(std::string_view body) {
    const auto expiry = parse_token_request(body);
    if (!expiry)
        return;
    require(expiry->time_since_epoch().count() > 0, "an expiry is after 1970");
    require(parse_token_request(token_request(*expiry)) == expiry,
            "an expiry survives its own request");
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::string_view body(reinterpret_cast<const char*>(data), size);
    const auto status = take_status(body);
    const auto answer = parse_token_response(status, body);
    if (const auto token = std::get_if<std::string>(&answer))
        check_token(status, *token);
    else
        check_failure(status, std::get<failure>(answer));
    check_request(body);
    return 0;
}
