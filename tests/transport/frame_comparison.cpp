#include "tests/transport/frame_comparison.hpp"

#include "transport/frame_reader.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/_experimental/test/stream.hpp>
#include <boost/beast/core/buffers_to_string.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/websocket.hpp>

#include <functional>
#include <utility>

namespace avatar::tests {
namespace {

namespace beast = boost::beast;
namespace websockets = beast::websocket;

/// Beast as the client of a server that sends bytes of any kind.
class client {
public:
    explicit client(std::uint64_t largest) {
        websockets::stream<beast::test::stream&> server(theirs_);
        ours_.connect(theirs_);
        server.async_accept([](boost::system::error_code) {});
        ws_.async_handshake("host", "/", [](boost::system::error_code) {});
        run();
        theirs_.clear();
        ws_.read_message_max(largest);
        ws_.control_callback([this](websockets::frame_type kind, beast::string_view payload) {
            constexpr const char* names[] = {"close ", "ping ", "pong "};
            found_.push_back(names[static_cast<int>(kind)] + std::string(payload));
            ended_ = ended_ || kind == websockets::frame_type::close;
        });
        read();
    }

    /// Bytes that come.
    void receive(std::string_view bytes) {
        boost::asio::write(theirs_, boost::asio::buffer(bytes.data(), bytes.size()));
        run();
    }

    void receive_message(std::string_view payload) {
        found_.push_back("binary " + std::string(payload));
    }

    /// Whether it reads on.
    bool reads() const { return !ended_; }

    /// The server ends the connection.
    findings end() {
        theirs_.close();
        run();
        note_answers(theirs_.str());
        return std::move(found_);
    }

private:
    void run() {
        io_.restart();
        io_.poll();
    }

    /// The control frames in `sent`, which a client masks with a key of its choice.
    void note_answers(std::string_view sent) {
        constexpr std::size_t head = 6; // With the key.
        while (sent.size() >= head) {
            const std::size_t size = sent[1] & 0x7f;
            std::string payload(sent.substr(head, size));
            for (std::size_t i = 0; i < payload.size(); ++i)
                payload[i] ^= sent[2 + i % 4];
            found_.push_back("answer " + std::to_string(sent[0] & 0x0f) + " " + payload);
            sent.remove_prefix(head + size);
        }
    }

    void read() {
        ws_.async_read(buffer_, [this](boost::system::error_code ec, std::size_t) {
            if (ec) {
                ended_ = true;
                found_.push_back("error " + ec.message());
                return;
            }
            found_.push_back((ws_.got_text() ? "text " : "binary ") +
                             beast::buffers_to_string(buffer_.data()));
            buffer_.clear();
            read();
        });
    }

    boost::asio::io_context io_;
    beast::test::stream ours_{io_};
    beast::test::stream theirs_{io_};
    websockets::stream<beast::test::stream&> ws_{ours_};
    beast::flat_buffer buffer_;
    findings found_;
    bool ended_ = false;
};

} // namespace

findings read_by_beast(const std::vector<std::string_view>& cuts, std::uint64_t largest) {
    client beast(largest);
    for (const auto cut : cuts)
        beast.receive(cut);
    return beast.end();
}

findings read_by_both(const std::vector<std::string_view>& cuts, std::uint64_t largest,
                      std::size_t capacity) {
    using piece = transport::frame_reader::piece;
    transport::frame_reader reader;
    std::string_view answer = "HTTP/1.1 101 Switching Protocols\r\n\r\n";
    while (!answer.empty())
        reader.next(answer, capacity);
    reader.take_messages(largest);

    client beast(largest);
    for (auto cut : cuts)
        for (bool more = true; more && beast.reads();) {
            const auto next = reader.next(cut, capacity);
            more = next.kind != piece::nothing;
            if (next.kind == piece::message)
                beast.receive_message(next.bytes);
            else if (next.kind == piece::rest)
                beast.receive(next.bytes);
        }
    return beast.end();
}

} // namespace avatar::tests
