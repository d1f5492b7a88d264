#pragma once

#include "protocol/wire.hpp"
#include "transport/fault_injection.hpp"
#include "transport/server.hpp"

#include <boost/asio/io_context.hpp>

#include <string>
#include <variant>
#include <vector>

/// A client that only notes what it is sent, each thing as one line: "confirm
/// CONNECTION", "frame REQUEST", "last REQUEST", "error CODE TEXT [REQUEST]",
/// "close CODE REASON", "abort", "silence", "stall".
class recording_peer : public avatar::transport::peer, public avatar::transport::fault_injection {
public:
    explicit recording_peer(boost::asio::io_context& io) : executor_(io.get_executor()) {}

    std::vector<std::string> lines;

    void send(avatar::transport::shared_bytes bytes) override {
        using namespace avatar::protocol;
        const auto m = decode(*bytes).value();
        if (const auto* frame = std::get_if<response_animation>(&m))
            lines.push_back((frame->end ? "last " : "frame ") + std::string(frame->req_id));
        else if (const auto* confirm = std::get_if<confirm_session>(&m))
            lines.push_back("confirm " + std::string(confirm->connection_id));
        else if (const auto* error = std::get_if<server_error>(&m))
            lines.push_back("error " + std::to_string(error->code) + " " +
                            std::string(error->message) +
                            (error->req_id.empty() ? "" : " [" + std::string(error->req_id) + "]"));
        else
            lines.push_back("what a service does not send");
    }

    void send_text(avatar::transport::shared_bytes text) override {
        lines.push_back("text " + *text);
    }

    void close(std::uint16_t code, std::string reason) override {
        lines.push_back("close " + std::to_string(code) + " " + reason);
    }

    void abort() override { lines.push_back("abort"); }

    void go_silent() override { lines.push_back("silence"); }

    void stall(avatar::transport::shared_bytes) override { lines.push_back("stall"); }

    boost::asio::any_io_executor executor() override { return executor_; }

    void on_exception() override {
        lines.push_back("failed: " + avatar::transport::current_exception_text());
    }

private:
    boost::asio::any_io_executor executor_;
};
