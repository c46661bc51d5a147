/* Which shared engine the settings mean. */
#ifndef LLMB_LAUNCH_SHARE_H
#define LLMB_LAUNCH_SHARE_H

#include "core/settings_set.h"
#include "pool/connection.h"

/* Fills the launch's `share` where the setting `isolation` is shared: the folder, and the key with all it stands for.
 * Whatever makes two engines differ is in the key; how many there are and how long they stay is not. Everything else of
 * the launch is filled already. */
llmb_status launch_share_prepare(const llmb_settings *settings, struct launch *out, llmb_error *error);

void launch_share_clear(struct launch *launch);

#endif
