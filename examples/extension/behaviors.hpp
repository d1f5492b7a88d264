#pragma once

#include <avatar_pool/main/extensions.hpp>

// Each adds one behaviour, with its options. They are in the files of these names.
void add_caller_priority(avatar::extensions& to);
void add_canned_channel(avatar::extensions& to);
void add_least_used(avatar::extensions& to);
void add_poisson(avatar::extensions& to);
void add_recorder(avatar::extensions& to);
void add_sqlite_rows(avatar::extensions& to);
