/* The bridges of this program: one for what the environment says, one more for each other set of a bridge's settings.
 * HVM calls foreign functions one at a time, from one thread. */
#ifndef LLMB_HVM_BRIDGE_H
#define LLMB_HVM_BRIDGE_H

#include <llmbridge/bridge.h>

#include "hvm/hvm_settings.h"

/* Where a request goes. */
struct hvm_target {
  llmb_bridge *bridge;     /* stays open */
  llmb_settings *settings; /* of the call; the caller closes it */
};

/* Settings of a bridge choose the bridge, by what they mean; those of a call go with the call. On failure there is
 * nothing to be closed. */
llmb_status target_find(const struct hvm_settings *settings, struct hvm_target *out, llmb_error *error);

#endif
