// Input: nine parts with | between them, of which the last may hold more:
//   phase | HTTP status | server code | close code |
//   server code's name | title | detail | close reason | body
// A $ in the body stands for a secret that the service echoes.

#include "protocol/classify.hpp"

#include "protocol/error_body.hpp"
#include "tests/fuzz/property.hpp"

#include <charconv>
#include <cstdint>

using namespace avatar::protocol;
using namespace avatar::fuzz;

namespace {

/// Takes the next part off the front of the input.
std::string_view take_text(std::string_view& input) {
    const auto part = input.substr(0, input.find('|'));
    input.remove_prefix(std::min(part.size() + 1, input.size()));
    return part;
}

/// The same for a number; what is none counts as 0.
template <class Number>
Number take_number(std::string_view& input) {
    const auto part = take_text(input);
    Number number = 0;
    std::from_chars(part.data(), part.data() + part.size(), number);
    return number;
}

/// What a failure's words must hold to, wherever it came from.
void check_classified(const failure& f) {
    require(f.code != failure_code::none, "a classified failure has a code");
    require(f.title.size() <= kept_text_size, "a title is short");
    require(f.detail.size() <= kept_text_size, "a detail is short");
    require(f.body.size() <= kept_body_size, "a body is short");
    require(is_one_line(describe(f)), "a failure is told on one line");
    require(!describe(f).empty(), "a failure is told");
    require(classify(f) == f, "a classified failure stays as it is");
}

void check_http(failure_phase phase, int status, std::string_view body) {
    const auto f = http_failure(phase, status, body);
    check_classified(f);
    require(f.phase == phase, "the phase stays");
    require(body.starts_with(f.body), "the body kept is the front of the body");
    require(status < 200 || status >= 300 || f.body.empty(), "no body of a 2xx answer is kept");
}

constexpr std::string_view secret = "eyJhbGciOiJIUzI1NiJ9.eyJleHAiOjE3fQ.c2ln";

/// With the secret instead of each $, at most as many as make a body long enough
/// to be cut.
std::string with_secrets(std::string_view body) {
    std::string result;
    for (char c : body.substr(0, 2 * kept_body_size))
        c == '$' ? result += secret : result += c;
    return result;
}

bool tells(const failure& f, std::string_view text) {
    for (const auto& part : {f.title, f.detail, f.body, describe(f)})
        if (part.find(text) != part.npos)
            return true;
    return false;
}

void check_echo(failure_phase phase, int status, std::string_view body) {
    constexpr std::size_t telling = 6;
    const auto front = secret.substr(0, telling);
    if (body.find(front) != body.npos || tells(http_failure(phase, status, body), front))
        return; // Not the secret, but looks like it.
    auto f = http_failure(phase, status, with_secrets(body));
    replace_all(f, secret, "***");
    require(!tells(f, front), "no secret is left of an echo");
}

void check_error_body(std::string_view body) {
    const auto error = parse_json_error(body);
    if (!error) {
        require(parse_error_body(body).detail.size() <= 200, "plain text is short");
        return;
    }
    require(parse_error_body(body) == *error, "both readers of JSON agree");
    const auto written = error_response(error->status, error->code, error->title, error->detail);
    require(parse_json_error(written) == error, "an error survives its own response");
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::string_view input(reinterpret_cast<const char*>(data), size);
    failure known;
    known.phase = static_cast<failure_phase>(take_number<unsigned>(input) %
                                             (unsigned(failure_phase::websocket_send) + 1));
    const auto status = take_number<unsigned>(input) % 1000; // All that HTTP can carry.
    known.http_status = static_cast<std::uint16_t>(status);
    known.server_code = take_number<std::int32_t>(input);
    known.close_code = take_number<std::uint16_t>(input);
    const auto code_name = take_text(input);
    known.title = take_text(input);
    known.detail = take_text(input);
    known.close_reason = take_text(input);
    check_classified(classify(known, code_name));
    check_http(known.phase, static_cast<int>(status), input);
    check_echo(known.phase, static_cast<int>(status), input);
    check_error_body(input);
    return 0;
}
