#pragma once

#include "protocol/console.hpp"
#include "protocol/wire.hpp"
#include "transport/io_runtime.hpp"
#include "transport/server.hpp"

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace avatar::tests {

/// How a badly or well behaved avatar service of a test answers. What is not
/// set is done as the service does it.
struct service_script {
    std::function<transport::http_reply(const transport::http_request&)> token;
    std::function<std::optional<transport::http_reply>(const transport::http_request&)>
        refuse_upgrade;
    /// Answers the session's first message.
    std::function<void(transport::peer&)> handshake;
    /// Answers every further message.
    std::function<void(transport::peer&, const protocol::message&)> request;
    /// Sees every message before it is answered: its bytes, and whether it is text.
    std::function<void(std::string_view, bool)> arrived;
    std::function<void(std::uint16_t)> closed; ///< With the client's close code.
    std::string address = "127.0.0.1";
    transport::tls_context tls;
};

inline void send(transport::peer& to, const protocol::message& message) {
    to.send(std::make_shared<const std::string>(protocol::encode(message)));
}

/// Sends `count` frames for the request of that audio input.
inline void send_frames(transport::peer& to, std::string_view request_id, int count) {
    for (int i = 1; i <= count; ++i) {
        protocol::response_animation frame;
        frame.connection_id = "connection-1";
        frame.req_id = request_id;
        frame.end = i == count;
        frame.animation = "pixels";
        send(to, frame);
    }
}

/// A service that follows a script, on a thread of its own and a free loopback
/// port.
class local_service {
public:
    explicit local_service(service_script script = {})
        : script_(std::make_shared<const service_script>(std::move(script))),
          server_(
              thread_.next(), script_->address, 0, script_->tls,
              {[s = script_](const transport::http_request& request) {
                   return s->token
                              ? s->token(request)
                              : transport::http_reply{200, protocol::token_response("token-1")};
               },
               [s = script_](const transport::http_request& request) -> transport::upgrade_verdict {
                   if (s->refuse_upgrade)
                       if (auto refusal = s->refuse_upgrade(request))
                           return *refusal;
                   return transport::accept_upgrade(
                       [s](const std::shared_ptr<transport::peer>& peer) {
                           return std::make_shared<session>(s, peer);
                       });
               }}) {}

    std::uint16_t port() const { return server_.port(); }

    std::string url(const std::string& path) const {
        const auto host = script_->address.find(':') == std::string::npos
                              ? script_->address
                              : "[" + script_->address + "]";
        return (script_->tls ? "https://" : "http://") + host + ":" + std::to_string(port()) + path;
    }

private:
    class session : public transport::peer_handler {
    public:
        session(std::shared_ptr<const service_script> script,
                const std::shared_ptr<transport::peer>& peer)
            : script_(std::move(script)),
              peer_(peer) {}

        void on_message(std::string_view bytes, bool is_text) override {
            if (script_->arrived)
                script_->arrived(bytes, is_text);
            const auto message = protocol::decode(bytes);
            const auto peer = peer_.lock();
            if (!std::exchange(configured_, true)) {
                if (script_->handshake)
                    script_->handshake(*peer);
                else
                    send(*peer, protocol::confirm_session{"connection-1"});
            } else if (message && script_->request) {
                script_->request(*peer, *message);
            } else if (message) {
                if (const auto* audio = std::get_if<protocol::audio_input>(&*message))
                    send_frames(*peer, audio->req_id, 3);
            }
        }

        void on_closed(std::uint16_t code) override {
            if (script_->closed)
                script_->closed(code);
        }

    private:
        std::shared_ptr<const service_script> script_;
        std::weak_ptr<transport::peer> peer_; // It owns this.
        bool configured_ = false;
    };

    std::shared_ptr<const service_script> script_;
    transport::io_runtime thread_{1};
    transport::server server_;
};

} // namespace avatar::tests
