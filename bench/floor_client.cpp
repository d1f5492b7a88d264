// avatar-bench-floor: the least that a client of the avatar service can cost on one
// thread. No library between it and the kernel's sockets: one recv for all that has come,
// whole frames decoded where they stand, one buffer to read into and one to write from
// for all sessions. What anything else costs more is the price of its libraries and of
// what it does besides.
//
//   avatar-bench-floor SESSIONS REQUESTS AUDIO-FILE
//
// As avatar-bench-bare, but without TLS, and it opens one session after another.

#include "bench/client.hpp"
#include "protocol/console.hpp"
#include "protocol/endpoint.hpp"
#include "protocol/request_id.hpp"
#include "protocol/wire.hpp"
#include "transport/frame_reader.hpp"

#include <array>
#include <bit>
#include <cerrno>
#include <cstring>
#include <iostream>
#include <limits>
#include <memory>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <random>
#include <string_view>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace {

using namespace avatar::bench;
namespace protocol = avatar::protocol;
using avatar::transport::frame_reader;

/// The result of a call of the kernel, which must be good.
template <class Result>
Result must(Result result, const char* what) {
    if (result < 0)
        stop(std::string(what) + ": " + std::strerror(errno));
    return result;
}

/// What all sessions have in common.
struct common : service {
    explicit common(std::uint64_t count) : requests(count) {}

    int epoll = must(epoll_create1(0), "epoll_create1");
    std::string audio;
    tally requests;
    bool ended = false;
    std::mt19937 random{std::random_device{}()};
    std::array<char, 64 * 1024> in;
    std::array<char, 64 * 1024> out;
};

// -- opening, one step after another -----------------------------------------------

int connect_to(const protocol::endpoint& to) {
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    addrinfo* found = nullptr;
    if (const int error = getaddrinfo(to.host.c_str(), to.port.c_str(), &hints, &found))
        stop(to.host + ": " + gai_strerror(error));
    const int fd = must(socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket");
    must(connect(fd, found->ai_addr, found->ai_addrlen), "connect");
    freeaddrinfo(found);
    const int on = 1;
    must(setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on), "TCP_NODELAY");
    return fd;
}

void send_all(int fd, std::string_view bytes) {
    if (must(send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL), "send") !=
        static_cast<ssize_t>(bytes.size()))
        stop("send: not all went out");
}

/// Up to that text, or to the end of the connection where it is empty.
std::string receive_to(int fd, std::string_view end) {
    std::string got;
    std::array<char, 4096> some;
    while (end.empty() || !got.ends_with(end)) {
        // Not beyond the end, which stands before what the connection goes on with.
        const auto size = must(recv(fd, some.data(), end.empty() ? some.size() : 1, 0), "recv");
        if (size == 0)
            return got;
        got.append(some.data(), static_cast<std::size_t>(size));
    }
    return got;
}

std::string fetch_token(const common& c) {
    const int fd = connect_to(c.console);
    const auto body =
        protocol::token_request(std::chrono::system_clock::now() + std::chrono::hours(1));
    send_all(fd, "POST " + c.console.target + " HTTP/1.1\r\nHost: " + c.console.host_header +
                     "\r\nContent-Type: application/json\r\nConnection: close\r\nX-Api-Key: " +
                     c.api_key + "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" +
                     body);
    const auto answer = receive_to(fd, "");
    close(fd);
    const auto head = answer.find("\r\n\r\n");
    if (!answer.starts_with("HTTP/1.1 200") || head == std::string::npos)
        stop("no token: " + answer);
    auto token = protocol::parse_token_response(200, answer.substr(head + 4));
    if (!std::holds_alternative<std::string>(token))
        stop("no token: " + answer);
    return std::get<std::string>(std::move(token));
}

// -- a session ---------------------------------------------------------------------

class session {
public:
    explicit session(common& c) : c_(c) {}

    void open() {
        const auto token = fetch_token(c_);
        fd_ = connect_to(c_.ingress);
        send_all(fd_, "GET " + c_.ingress.target + " HTTP/1.1\r\nHost: " + c_.ingress.host_header +
                          "\r\nUpgrade: websocket\r\nConnection: upgrade\r\n"
                          "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                          "Sec-WebSocket-Version: 13\r\nX-App-ID: " +
                          c_.app_id + "\r\nX-Session-Key: " + token + "\r\n\r\n");
        const auto answer = receive_to(fd_, "\r\n\r\n");
        std::string_view input(answer);
        while (!input.empty())
            frames_.next(input, input.size());
        frames_.take_messages(0);
        protocol::configure_session terms;
        terms.sample_rate = 16'000;
        const auto configuration = protocol::encode(terms);
        begin_message(configuration, {});
        while (!open_)
            receive();
        watch(EPOLLIN, EPOLL_CTL_ADD);
    }

    /// Sends the next request, if any is left.
    void begin_request() {
        if (!c_.requests.begin())
            return;
        id_ = protocol::make_request_id();
        started_ = clock_type::now();
        begin_message(protocol::audio_input_prefix(id_, /*end=*/true, c_.audio.size()), c_.audio);
    }

    void on_ready(std::uint32_t events) {
        if (events & EPOLLOUT)
            send_more();
        if (events & ~EPOLLOUT)
            receive();
    }

private:
    // RFC 6455, section 5.2.
    static constexpr std::size_t largest_head = 14;
    static constexpr std::size_t mask_size = 4;

    void watch(std::uint32_t events, int operation) {
        epoll_event event{};
        event.events = events;
        event.data.ptr = this;
        must(epoll_ctl(c_.epoll, operation, fd_, &event), "epoll_ctl");
    }

    /// `front` and `audio` as one message; the audio stays until it is sent.
    void begin_message(std::string_view front, std::string_view audio) {
        mask_ = static_cast<std::uint32_t>(c_.random());
        head_ = frame_head(front.size() + audio.size());
        frame_head_size_ = head_.size();
        head_ += front;
        audio_ = audio;
        sent_ = 0;
        send_more();
    }

    std::string frame_head(std::uint64_t size) const {
        std::string head = "\x82";
        const auto append = [&head, size](int bytes) {
            for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8)
                head += static_cast<char>(size >> shift);
        };
        if (size < 126) {
            head += static_cast<char>(0x80 | size);
        } else if (size < 65536) {
            head += '\xfe';
            append(2);
        } else {
            head += '\xff';
            append(8);
        }
        return head.append(reinterpret_cast<const char*>(&mask_), mask_size);
    }

    /// As much as the socket takes.
    void send_more() {
        const auto all = head_.size() + audio_.size();
        while (sent_ < all) {
            const auto size = fill_buffer();
            const auto put = send(fd_, c_.out.data(), size, MSG_DONTWAIT | MSG_NOSIGNAL);
            if (put < 0 && errno != EAGAIN)
                must(put, "send");
            sent_ += put < 0 ? 0 : static_cast<std::size_t>(put);
            if (put < static_cast<ssize_t>(size))
                break;
        }
        if (waits_for_space_ != (sent_ < all)) {
            waits_for_space_ = !waits_for_space_;
            watch(EPOLLIN | (waits_for_space_ ? EPOLLOUT : 0U), EPOLL_CTL_MOD);
        }
    }

    /// What comes next of the message, masked; gives its size.
    std::size_t fill_buffer() {
        char* to = c_.out.data();
        std::size_t size = 0;
        if (sent_ < head_.size()) {
            size = head_.size() - sent_;
            std::memcpy(to, head_.data() + sent_, size);
            for (auto at = std::max(sent_, frame_head_size_); at < head_.size(); ++at)
                to[at - sent_] ^= mask_byte(at - frame_head_size_);
        }
        const auto from = sent_ + size - head_.size(); // Of the audio.
        const auto part = std::min(audio_.size() - from, c_.out.size() - size);
        mask_copy(to + size, audio_.data() + from, part, sent_ + size - frame_head_size_);
        return size + part;
    }

    char mask_byte(std::size_t at) const {
        return static_cast<char>(mask_ >> (8 * (at % mask_size)));
    }

    /// `at`: how far into the payload.
    void mask_copy(char* to, const char* from, std::size_t size, std::size_t at) const {
        const auto turned = std::rotr(mask_, static_cast<int>(8 * (at % mask_size)));
        const auto word = static_cast<std::uint64_t>(turned) << 32 | turned;
        std::size_t done = 0;
        for (; done + sizeof word <= size; done += sizeof word) {
            std::uint64_t eight;
            std::memcpy(&eight, from + done, sizeof eight);
            eight ^= word;
            std::memcpy(to + done, &eight, sizeof eight);
        }
        for (; done < size; ++done)
            to[done] = static_cast<char>(from[done] ^ mask_byte(at + done));
    }

    void receive() {
        const auto got = must(recv(fd_, c_.in.data(), c_.in.size(), 0), "recv");
        if (got == 0)
            stop("the service has closed a session");
        std::string_view input(c_.in.data(), static_cast<std::size_t>(got));
        for (;;) {
            const auto next = frames_.next(input, c_.in.size());
            if (next.kind == frame_reader::piece::nothing)
                return;
            if (next.kind != frame_reader::piece::message)
                stop("a frame that is no binary message");
            on_message(next.bytes);
        }
    }

    void on_message(std::string_view bytes) {
        const auto message = protocol::decode(bytes);
        if (!message)
            stop("a message that is no valid protobuf");
        if (const auto* frame = std::get_if<protocol::response_animation>(&*message))
            on_frame(*frame);
        else if (std::holds_alternative<protocol::confirm_session>(*message))
            open_ = true;
        else
            stop("an unexpected message");
    }

    void on_frame(const protocol::response_animation& frame) {
        if (frame.req_id != id_)
            stop("a frame of another request");
        c_.requests.count_frame();
        if (!frame.end)
            return;
        if (c_.requests.end(started_))
            c_.ended = true;
        else
            begin_request();
    }

    common& c_;
    int fd_ = -1;
    frame_reader frames_;
    bool open_ = false;
    std::string id_;
    clock_type::time_point started_;

    // The message on its way out.
    std::string head_; // The frame's, and then what comes before the audio.
    std::size_t frame_head_size_ = 0;
    std::string_view audio_;
    std::uint32_t mask_ = 0;
    std::size_t sent_ = 0;
    bool waits_for_space_ = false;
};

/// Until all requests have ended.
void serve(common& c) {
    std::array<epoll_event, 256> events;
    while (!c.ended) {
        const int ready = epoll_wait(c.epoll, events.data(), events.size(), -1);
        for (int i = 0; i < ready && !c.ended; ++i)
            static_cast<session*>(events[i].data.ptr)->on_ready(events[i].events);
    }
}

} // namespace

int main(int argc, char** argv) {
    if (argc != 4)
        stop("expected SESSIONS REQUESTS AUDIO-FILE");
    raise_descriptor_limit();
    const auto c = std::make_unique<common>(std::stoull(argv[2]));
    c->audio = read_file(argv[3]);
    if (c->ingress.tls || c->console.tls)
        stop("no TLS here: expected http and ws");
    std::vector<session> sessions(std::stoul(argv[1]), session(*c));
    for (auto& each : sessions)
        each.open();
    say("ready");
    c->requests.start();
    if (c->requests.empty()) {
        std::cin.ignore(std::numeric_limits<std::streamsize>::max());
        return 0;
    }
    for (auto& each : sessions)
        each.begin_request();
    serve(*c);
    say("done");
    c->requests.print();
}
