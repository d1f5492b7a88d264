#include "transport/http_answer.hpp"

#include "protocol/text.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <boost/beast/core/buffers_to_string.hpp>
#include <boost/beast/http/error.hpp>
#include <fmt/format.h>

#include <algorithm>

namespace avatar::transport {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using boost::system::error_code;
using protocol::lower_case;
using protocol::trimmed;

constexpr std::string_view protocol_name = "HTTP/";
constexpr unsigned switching_protocols = 101;
constexpr std::size_t start_size = 40; // For an error's text.

/// The next line of a text, without its end. The text goes on behind it.
std::string_view take_line(std::string_view& text) {
    const auto end = std::min(text.find('\n'), text.size());
    auto line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.ends_with('\r'))
        line.remove_suffix(1);
    return line;
}

/// Where the empty line that ends a head has its end.
std::size_t end_of_head(std::string_view text) {
    for (auto at = text.find('\n'); at != text.npos; at = text.find('\n', at + 1)) {
        if (text.substr(at + 1).starts_with('\n'))
            return at + 2;
        if (text.substr(at + 1).starts_with("\r\n"))
            return at + 3;
    }
    return text.npos;
}

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

/// "HTTP/1.1 200 OK", "HTTP/1.0 404".
std::optional<http_head> parse_status_line(std::string_view line) {
    http_head head;
    if (line.starts_with("HTTP/1.0 "))
        head.version = 10;
    else if (!line.starts_with("HTTP/1.1 "))
        return std::nullopt;
    line = trimmed(line.substr(protocol_name.size() + 4));
    if (line.size() < 3 || !std::all_of(line.begin(), line.begin() + 3, is_digit) ||
        line.front() == '0' || (line.size() > 3 && line[3] != ' '))
        return std::nullopt;
    head.status = static_cast<unsigned>(std::stoul(std::string(line.substr(0, 3))));
    head.reason = trimmed(line.substr(3));
    return head;
}

/// Those of the options in a Connection field that mean something to Beast, which would take
/// no other text than a well-formed list.
std::string known_options(const std::string& connection) {
    const auto listed = ',' + lower_case(connection) + ',';
    std::string known;
    for (const std::string option : {"close", "keep-alive", "upgrade"}) {
        const auto at = listed.find(option);
        const auto end = at + option.size();
        const auto is_listed =
            at != listed.npos &&
            std::string_view(", \t").find(listed[at - 1]) != std::string_view::npos &&
            std::string_view(", \t").find(listed[end]) != std::string_view::npos;
        if (is_listed)
            known += (known.empty() ? "" : ", ") + option;
    }
    return known;
}

bool is_upgrade(unsigned status) {
    return status == switching_protocols;
}

bool is_interim(unsigned status) {
    return status < 200 && !is_upgrade(status);
}

bool accepts(unsigned status) {
    return is_upgrade(status) || (status >= 200 && status < 300);
}

} // namespace

std::string http_head::value(std::string_view name) const {
    std::string all;
    for (const auto& [each, value] : fields)
        if (each == name)
            all += (all.empty() ? "" : ", ") + value;
    return all;
}

std::optional<http_head> parse_head(std::string_view text) {
    auto head = parse_status_line(take_line(text));
    if (!head)
        return std::nullopt;
    while (!text.empty()) {
        const auto line = take_line(text);
        const bool continues = line.starts_with(' ') || line.starts_with('\t');
        const auto colon = line.find(':');
        if (continues && !head->fields.empty())
            head->fields.back().second += " " + std::string(trimmed(line));
        else if (colon != line.npos)
            head->fields.emplace_back(lower_case(trimmed(line.substr(0, colon))),
                                      std::string(trimmed(line.substr(colon + 1))));
    }
    for (auto& [name, value] : head->fields)
        value = protocol::on_one_line(value);
    return head;
}

bool http_answer_reader::put(std::string_view bytes, error_code& ec) {
    ec = {};
    input_ += bytes;
    if (start_.size() < start_size)
        start_ += bytes.substr(0, start_size - start_.size());
    while (!parser_) {
        if (!take_head(ec))
            return false;
        if (is_interim(head_.status))
            head_ = {};
        else if (is_upgrade(head_.status))
            return finished_ = true;
        else
            begin_body(ec);
        if (ec)
            return false;
    }
    return take_body(ec);
}

/// False where there is none yet, or none at all.
bool http_answer_reader::take_head(error_code& ec) {
    const auto compared = std::min(input_.size(), protocol_name.size());
    if (std::string_view(input_).substr(0, compared) != protocol_name.substr(0, compared)) {
        ec = http::error::bad_version;
        return false;
    }
    const auto size = end_of_head(input_);
    if (heads_size_ + std::min(size, input_.size()) > head_limit)
        ec = http::error::header_limit;
    if (ec || size == input_.npos)
        return false;
    auto head = parse_head(std::string_view(input_).substr(0, size));
    if (!head) {
        ec = http::error::bad_status;
        return false;
    }
    head_ = *std::move(head);
    heads_size_ += size;
    input_.erase(0, size);
    return true;
}

void http_answer_reader::begin_body(error_code& ec) {
    parser_.emplace();
    parser_->eager(true);
    if (is_refusal())
        parser_->body_limit(boost::none);
    else
        parser_->body_limit(body_limit);
    const auto head =
        fmt::format("HTTP/1.{} {} \r\n{}\r\n", head_.version % 10, head_.status, framing());
    parser_->put(asio::buffer(head), ec);
    if (ec == http::error::need_more) // Of the body.
        ec = {};
}

/// What of the fields says how long the body is and whether the connection stays open.
/// Chunks have precedence over a length (RFC 9112, section 6.3), one that is repeated counts
/// once, and one that is none does not keep a refusal from being read.
std::string http_answer_reader::framing() const {
    std::string fields;
    if (const auto options = known_options(head_.value("connection")); !options.empty())
        fields += "Connection: " + options + "\r\n";
    if (lower_case(head_.value("transfer-encoding")).find("chunked") != std::string::npos)
        return fields + "Transfer-Encoding: chunked\r\n";
    auto length = head_.value("content-length");
    std::string_view rest = length;
    const auto first = trimmed(rest.substr(0, rest.find(',')));
    bool all_the_same = true;
    while (!rest.empty()) {
        all_the_same = all_the_same && trimmed(rest.substr(0, rest.find(','))) == first;
        rest.remove_prefix(std::min(rest.find(','), rest.size() - 1) + 1);
    }
    constexpr std::size_t most_digits = 18; // Of 64 bits.
    const bool is_number =
        !first.empty() && first.size() <= most_digits && std::ranges::all_of(first, is_digit);
    if (!length.empty() && (!is_refusal() || (is_number && all_the_same)))
        fields += fmt::format("Content-Length: {}\r\n", all_the_same ? first : length);
    return fields;
}

bool http_answer_reader::take_body(error_code& ec) {
    while (!input_.empty() && !parser_->is_done() && !ec) {
        const auto used = parser_->put(asio::buffer(input_), ec);
        input_.erase(0, used);
        if (used == 0 && !ec)
            break;
    }
    if (ec == http::error::need_more)
        ec = {};
    if (parser_->is_done())
        return finished_ = true;
    if (!is_refusal())
        return false;
    const bool enough = ec || parser_->get().body().size() >= refusal_size;
    ec = {};
    return enough;
}

bool http_answer_reader::end(error_code& ec) {
    const bool in_order = ec == asio::error::eof;
    if (parser_ && in_order) {
        error_code unfinished;
        parser_->put_eof(unfinished);
        finished_ = !unfinished && parser_->is_done();
    }
    if (finished_ || is_refusal()) {
        ec = {};
        return true;
    }
    if (in_order && !start_.empty())
        ec = http::error::partial_message;
    return false;
}

bool http_answer_reader::is_refusal() const {
    return head_.status != 0 && !is_interim(head_.status) && !accepts(head_.status);
}

std::string http_answer_reader::body() const {
    return parser_ ? boost::beast::buffers_to_string(parser_->get().body().data()) : std::string();
}

bool http_answer_reader::keeps_open() const {
    return finished_ && parser_ && parser_->keep_alive() && input_.empty();
}

std::string http_answer_reader::upgraded() const {
    auto text = fmt::format("HTTP/1.{} {} \r\nConnection: {}\r\n", head_.version % 10, head_.status,
                            known_options(head_.value("connection")));
    for (const auto* name :
         {"upgrade", "sec-websocket-accept", "sec-websocket-extensions", "sec-websocket-protocol"})
        if (const auto value = head_.value(name); !value.empty())
            text += fmt::format("{}: {}\r\n", name, value);
    return text + "\r\n" + input_;
}

} // namespace avatar::transport
