#pragma once

#include "audio.hpp"
#include "channel.hpp"
#include "frames.hpp"
#include "leases.hpp"
#include "load.hpp"
#include "message_list.hpp"
#include "nodes.hpp"
#include "pool.hpp"
#include "remote.hpp"
#include "request_figures.hpp"
#include "rounds.hpp"
#include "run.hpp"
#include "run_report.hpp"
#include "session.hpp"
#include "shares.hpp"
#include "stats.hpp"

#include <caf/detail/tuple_vals.hpp>
#include <caf/error.hpp>
#include <caf/mailbox_element.hpp>
#include <caf/message.hpp>

/// What CAF makes of each message that is sent: its place in a mailbox and in a
/// `caf::message`, with all that copies, prints, reads and writes it. Without these
/// declarations every source that sends a message compiles all of that again, in half
/// of its time. The classes are those of CAF 0.17; of `mailbox_element_vals` only
/// these members can be instantiated.
#define AVATAR_MESSAGE_TEMPLATES(EXTERN, MESSAGE)                                                  \
    EXTERN template class caf::detail::tuple_vals_impl<caf::detail::message_data, MESSAGE>;        \
    EXTERN template class caf::detail::tuple_vals_impl<caf::type_erased_tuple, MESSAGE>;           \
    EXTERN template class caf::detail::tuple_vals<MESSAGE>;                                        \
    EXTERN template caf::message caf::mailbox_element_vals<MESSAGE>::move_content_to_message();    \
    EXTERN template caf::message caf::mailbox_element_vals<MESSAGE>::copy_content_to_message()     \
        const;

#define AVATAR_EXTERN(MESSAGE) AVATAR_MESSAGE_TEMPLATES(extern, avatar::MESSAGE)
AVATAR_MESSAGES(AVATAR_EXTERN)
#undef AVATAR_EXTERN
AVATAR_MESSAGE_TEMPLATES(extern, caf::error)
