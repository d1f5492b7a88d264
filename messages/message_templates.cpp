#include "messages/message_templates.hpp"

#include <caf/all.hpp>

#define AVATAR_INSTANTIATE(MESSAGE) AVATAR_MESSAGE_TEMPLATES(, avatar::MESSAGE)
AVATAR_MESSAGES(AVATAR_INSTANTIATE)
AVATAR_MESSAGE_TEMPLATES(, caf::error)
