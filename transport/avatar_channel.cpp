#include "transport/avatar_channel.hpp"

#include "config/checks.hpp"
#include "transport/avatar_connection.hpp"
#include "transport/io_runtime.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include <map>
#include <utility>

namespace avatar::transport {
namespace {

/// The session's handle on a connection that lives on an I/O thread: every call
/// is carried over there.
class avatar_channel final : public channel {
public:
    explicit avatar_channel(std::shared_ptr<avatar_connection> connection)
        : connection_(std::move(connection)) {}

    ~avatar_channel() override {
        on_io_thread([](avatar_connection& c) { c.close(close_reason::normal); });
    }

    void open() override {
        on_io_thread([](avatar_connection& c) { c.open(); });
    }

    void send(std::string request_id, audio_clip audio,
              std::optional<frame_credit> credit) override {
        on_io_thread([id = std::move(request_id), audio = std::move(audio),
                      credit](avatar_connection& c) mutable {
            c.send(std::move(id), std::move(audio), credit);
        });
    }

    void begin_stream(std::string request_id, std::optional<frame_credit> credit) override {
        on_io_thread([id = std::move(request_id), credit](avatar_connection& c) mutable {
            c.begin_stream(std::move(id), credit);
        });
    }

    void send_piece(std::string request_id, audio_piece piece) override {
        on_io_thread([id = std::move(request_id), piece = std::move(piece)](
                         avatar_connection& c) mutable { c.send_piece(id, std::move(piece)); });
    }

    void grant(std::string request_id, frame_credit credit) override {
        on_io_thread(
            [id = std::move(request_id), credit](avatar_connection& c) { c.grant(id, credit); });
    }

    void interrupt() override {
        on_io_thread([](avatar_connection& c) { c.interrupt(); });
    }

    void abandon() override {
        on_io_thread([](avatar_connection& c) { c.abandon(); });
    }

    void check() override {
        on_io_thread([](avatar_connection& c) { c.check(); });
    }

    void close(close_reason why) override {
        on_io_thread([why](avatar_connection& c) { c.close(why); });
    }

private:
    template <class Call>
    void on_io_thread(Call call) {
        boost::asio::post(connection_->io(),
                          [connection = connection_, call = std::move(call)]() mutable {
                              connection->contain([&] { call(*connection); });
                          });
    }

    std::shared_ptr<avatar_connection> connection_;
};

/// One of each io_context. Fixed from the start: channels are made by sessions, on
/// whichever thread these run.
using thread_states = std::map<boost::asio::io_context*, std::shared_ptr<thread_state>>;

thread_states make_thread_states(const io_runtime& io, std::size_t max_opening) {
    thread_states all;
    for (auto* context : io.contexts())
        all.emplace(context, std::make_shared<thread_state>(*context, max_opening));
    return all;
}

void require_secrecy(const config::service_settings& service) {
    if (service.allow_plaintext)
        return;
    for (const auto& problem : {protocol::check_console_secrecy(service.console_endpoint),
                                protocol::check_ingress_secrecy(service.ingress_endpoint)})
        if (problem)
            throw protocol::invalid_endpoint(*problem);
}

connection_settings in_common(channel_settings settings) {
    const auto& service = settings.service;
    require_secrecy(service);
    connection_settings common;
    common.console = protocol::token_endpoint(service.console_endpoint);
    common.ingress = protocol::websocket_endpoint(service.ingress_endpoint, service.avatar_id);
    // The system's certificates take longer to read than many a session to open. A console on
    // another machine may redirect to https.
    if (common.console.tls || common.ingress.tls || !service.ca_file.empty() ||
        !protocol::is_this_machine(common.console.host))
        common.tls = make_client_tls(service.ca_file);
    common.channel = std::move(settings);
    return common;
}

} // namespace

channel_settings settings_of_channels(config::service_settings service,
                                      const config::pool_settings& pool, const clip_format& audio) {
    channel_settings channels;
    channels.service = std::move(service);
    channels.session_ttl = pool.session_ttl;
    channels.keepalive = pool.keepalive;
    channels.ack_timeout = pool.ack_timeout;
    channels.sink_timeout = pool.sink_timeout;
    channels.audio_timeout = pool.audio_timeout;
    channels.audio = audio;
    return channels;
}

channel_settings settings_of_channels(const config::settings& all, const clip_format& audio) {
    auto channels = settings_of_channels(all.service, all.pool, audio);
    channels.egress = all.egress;
    return channels;
}

channel_factory make_avatar_channels(io_runtime& io, channel_settings settings) {
    config::check_connection({settings.service, settings.session_ttl, settings.keepalive,
                              settings.audio.sample_rate, settings.audio.bitrate, settings.egress});
    auto common = std::make_shared<const connection_settings>(in_common(std::move(settings)));
    auto all = std::make_shared<const thread_states>(
        make_thread_states(io, common->channel.service.max_opening));
    return [&io, common, all](channel_sink sink) -> std::unique_ptr<channel> {
        auto& context = io.next();
        return std::make_unique<avatar_channel>(std::make_shared<avatar_connection>(
            context, all->at(&context), common, std::move(sink)));
    };
}

} // namespace avatar::transport
