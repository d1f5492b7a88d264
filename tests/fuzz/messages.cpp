// Input: a byte that chooses the message, then its bytes as they come from another node.

#include "messages/actors.hpp"
#include "messages/message_list.hpp"
#include "tests/fuzz/property.hpp"

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/binary_deserializer.hpp>
#include <caf/binary_serializer.hpp>

#include <cstdint>
#include <vector>

using namespace avatar;
using avatar::fuzz::require;

namespace {

/// Of the process: its threads may outlive what is static.
caf::actor_system& actors() {
    static auto& config = *new caf::actor_system_config;
    static auto& system = *new caf::actor_system(config);
    return system;
}

template <class Message>
std::vector<char> bytes_of(Message& message) {
    std::vector<char> bytes;
    caf::binary_serializer out(actors(), bytes);
    require(!out(message), "a message that came can be sent on");
    return bytes;
}

/// What arrives is what its sender can have meant: sent on, it arrives again as it is.
template <class Message>
void receive(const char* data, std::size_t size) {
    Message came;
    caf::binary_deserializer in(actors(), data, size);
    if (in(came))
        return;
    const auto sent_on = bytes_of(came);
    Message again;
    caf::binary_deserializer once_more(actors(), sent_on.data(), sent_on.size());
    require(!once_more(again), "a message that came arrives on the next node");
    require(bytes_of(again) == sent_on, "and is the same there");
}

using receiver = void (*)(const char*, std::size_t);

#define AVATAR_RECEIVER(name) receive<name>,
constexpr receiver receivers[] = {AVATAR_MESSAGES(AVATAR_RECEIVER)};
#undef AVATAR_RECEIVER

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size > 0)
        receivers[data[0] % std::size(receivers)](reinterpret_cast<const char*>(data) + 1,
                                                  size - 1);
    return 0;
}
