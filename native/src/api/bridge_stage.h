/* The engines of a bridge: the one that was chosen, and those that stand in for it (the setting `fallback`). Each has
 * workers of its own; all share the bridge's lock, bell and counters. */
#ifndef LLMB_BRIDGE_STAGE_H
#define LLMB_BRIDGE_STAGE_H

#include <llmbridge/bridge.h>

#include "../core/settings_fallback.h"
#include "../pool/demotion.h"
#include "../pool/pool.h"

struct llmb_call;

struct bridge_stage {
  struct pool pool;
  llmb_settings settings; /* effective for this engine; constant */
  struct demotion demotion;
  bool is_open;
  llmb_error unusable; /* why its engine cannot be used on this machine; status LLMB_OK if it can */
};

/* Makes the bridge's stages from what was given and the environment. Fails when a setting is wrong, or when none of the
 * engines can be used; one that cannot is passed over. */
llmb_status stages_open(llmb_bridge *bridge, const llmb_settings *given, llmb_error *error);

/* Ends all workers; frees what stages_open made (also after its failure). */
void stages_close(llmb_bridge *bridge);
void stages_free(llmb_bridge *bridge);

/* Under the lock: the stage that a new call should go to. */
struct bridge_stage *stage_first(llmb_bridge *bridge, uint64_t now_ns);

/* Under the lock: whether a call that is about to end like this goes on with another engine instead; it has gone there
 * then, or has ended there. */
bool stage_fall_back(struct llmb_call *call, llmb_status outcome, bool engine_ended, uint64_t now_ns);

/* How a call ends that no engine is left for: that the last one does not do such things says less than why the first
 * failed. Fills the call's error then. */
llmb_status stage_last_word(struct llmb_call *call, llmb_status outcome);

/* What the end of a call says of the engine that had it. */
void stage_note_end(struct llmb_call *call);

/* The pools' functions for all stages. */
void stages_step(llmb_bridge *bridge, uint64_t now_ns);
void stages_prepare_poll(llmb_bridge *bridge, struct pool_poll *out);

/* Walks the stages: for (struct bridge_stage *s = NULL; (s = stage_next(bridge, s)) != NULL;) gives those that can be
 * used. */
struct bridge_stage *stage_next(llmb_bridge *bridge, struct bridge_stage *stage);

#endif
