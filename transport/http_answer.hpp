#pragma once

#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/basic_dynamic_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/system/error_code.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace avatar::transport {

/// Status line and header fields of an HTTP answer.
struct http_head {
    unsigned version = 11; ///< 10 or 11.
    unsigned status = 0;
    std::string reason;
    std::vector<std::pair<std::string, std::string>> fields; ///< Name in lower case, and value.

    /// Of all fields of that name, with commas between them (RFC 9110, section 5.3).
    std::string value(std::string_view name) const;
};

/// Reads a head in the forms that clients in the field take: lines that end without a
/// carriage return, a status line without a reason, values over several lines; what is no
/// field is passed over. Nothing where the text does not begin with an HTTP status line.
std::optional<http_head> parse_head(std::string_view text);

/// Reads the answer to one HTTP request from its bytes, as they come. Interim answers (1xx,
/// RFC 9110, section 15.2) are passed over, but for 101, which is final. Of an answer that
/// refuses, any but 2xx and 101, the status and the front of the body are enough: it may be
/// of any size, broken, or end too early. One that accepts must be whole.
class http_answer_reader {
public:
    /// How much of a body that refuses is read, in bytes; an error in JSON fits.
    static constexpr std::size_t refusal_size = 16 * 1024;
    /// How large a body that accepts may be.
    static constexpr std::size_t body_limit = 1024 * 1024;
    /// How large all heads together may be, those of interim answers included.
    static constexpr std::size_t head_limit = 128 * 1024;

    /// Reads on; true: the answer is complete, or all that is wanted of it. Not to be called
    /// again then.
    bool put(std::string_view bytes, boost::system::error_code& ec);

    /// The connection has ended, or broken, with that error. True where the answer is
    /// complete all the same; else `ec` says why not.
    bool end(boost::system::error_code& ec);

    /// An answer has come that is no 2xx and no 101, though maybe not all of its body.
    bool is_refusal() const;

    /// Status 0: none has come yet.
    const http_head& head() const { return head_; }

    /// As far as it has come.
    std::string body() const;

    /// Another request may follow on the same connection.
    bool keeps_open() const;

    /// A server that speaks something else than HTTP: how its bytes begin.
    const std::string& start() const { return start_; }

    /// After 101: the head as Beast takes it, and all that came behind it.
    std::string upgraded() const;

private:
    using body_type = boost::beast::http::basic_dynamic_body<boost::beast::flat_buffer>;

    bool take_head(boost::system::error_code& ec);
    void begin_body(boost::system::error_code& ec);
    bool take_body(boost::system::error_code& ec);
    std::string framing() const;

    std::string input_; // Not consumed yet.
    std::string start_;
    std::size_t heads_size_ = 0;
    http_head head_;
    bool finished_ = false;                                                // In full.
    std::optional<boost::beast::http::response_parser<body_type>> parser_; // Of the body.
};

} // namespace avatar::transport
