#include "transport/named_channel.hpp"

#include "transport/named_exception.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace avatar::transport {
namespace {

[[noreturn]] void fail(const std::string& name, std::string_view what) {
    throw named_exception(kind_and_name("channel", name), what);
}

template <class Call>
auto named(const std::string& name, Call call) {
    return call_named([&] { return kind_and_name("channel", name); }, std::move(call));
}

class named_channel final : public channel {
public:
    named_channel(std::string name, std::unique_ptr<channel> to)
        : name_(std::move(name)),
          to_(std::move(to)) {}

    void open() override {
        named(name_, [&] { to_->open(); });
    }

    void send(std::string request_id, audio_clip audio,
              std::optional<frame_credit> credit) override {
        named(name_, [&] { to_->send(std::move(request_id), std::move(audio), credit); });
    }

    void begin_stream(std::string request_id, std::optional<frame_credit> credit) override {
        named(name_, [&] { to_->begin_stream(std::move(request_id), credit); });
    }

    void send_piece(std::string request_id, audio_piece piece) override {
        named(name_, [&] { to_->send_piece(std::move(request_id), std::move(piece)); });
    }

    void grant(std::string request_id, frame_credit credit) override {
        named(name_, [&] { to_->grant(std::move(request_id), credit); });
    }

    void interrupt() override {
        named(name_, [&] { to_->interrupt(); });
    }

    void abandon() override {
        named(name_, [&] { to_->abandon(); });
    }

    void check() override {
        named(name_, [&] { to_->check(); });
    }

    void close(close_reason why) override {
        named(name_, [&] { to_->close(why); });
    }

private:
    const std::string name_;
    std::unique_ptr<channel> to_;
};

} // namespace

channel_factory name_channels(std::string name, channel_factory make) {
    if (!make)
        fail(name, "it has no factory");
    return [name = std::move(name), make = std::move(make)](channel_sink sink) {
        auto made = named(name, [&] { return make(std::move(sink)); });
        if (!made)
            fail(name, "its factory made none");
        return std::make_unique<named_channel>(name, std::move(made));
    };
}

} // namespace avatar::transport
