// A session behaviour: records what each session sends and gets, for the channel canned.
#include "behaviors.hpp"

#include <avatar_pool/transport/tapped_channels.hpp>
#include <fstream>

using namespace avatar;

static std::string prefix = "recording-";

session_actor::behavior_type recorder(session_actor::stateful_pointer<session_state> self,
                                      session_key key, session_owner_actor owner,
                                      const transport::channel_factory& make) {
    return pool_session(
        self, key, owner, transport::tap_channels("recorder", make, [=] {
            const auto name = prefix + std::to_string(key.slot);
            const auto file = std::make_shared<std::ofstream>(name, std::ios::app);
            if (!*file)
                throw std::runtime_error(name + " cannot be written");
            const auto write = [file](const char* what, std::string_view bytes) {
                *file << what << ' ' << bytes.size() << '\n' << bytes;
            };
            return transport::channel_tap{
                [=](const std::string&, std::string_view audio) { write("sent", audio); },
                [=](const channel_event& event) {
                    if (const auto* some = std::get_if<animation_frames>(&event))
                        for (std::size_t i = 0; i < some->frames.size(); ++i)
                            write("frame", some->frames[i]);
                }};
        }));
}

void add_recorder(extensions& to) {
    to.add_session("recorder", recorder);
    to.add_option("recorder.prefix", prefix, "Front of the names of the recordings");
}
