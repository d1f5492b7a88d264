#include "actors/cluster/requests/partner_relay.hpp"

#include "actors/actor_end.hpp"

#include <caf/actor_cast.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <cstddef>
#include <utility>

namespace avatar {
namespace {

/// In parts that cross.
void tell_piece(partner_relay_actor::pointer self, const remote_pool_actor& pool,
                std::uint64_t number, const audio_piece& piece) {
    std::size_t offset = 0;
    do {
        auto part = piece.bytes.substr(offset, longest_remote_part);
        offset += part.size();
        const bool whole = offset == piece.bytes.size();
        self->send(pool, remote_audio{number, std::move(part), whole, piece.last, {}});
    } while (offset < piece.bytes.size());
}

} // namespace

partner_relay_actor::behavior_type partner_relay(partner_relay_actor::pointer self,
                                                 remote_pool_actor pool, std::uint64_t number,
                                                 caf::actor_addr source) {
    name_exceptions(self);
    // The error of a sink is an answer without credit.
    self->set_error_handler([=](const caf::error& why) {
        if (source && caf::actor_cast<caf::actor_addr>(self->current_sender()) == source)
            self->send(pool, remote_audio{number, {}, true, true, describe_end(why)});
    });
    return {
        [=](const frame_credit& credit) {
            self->send(pool, remote_credit{number, credit});
        },
        [=](const audio_piece& piece) { tell_piece(self, pool, number, piece); },
        [=](const source_ended&) { self->send(pool, remote_source_ended{number}); },
    };
}

} // namespace avatar
