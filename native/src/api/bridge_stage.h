/* The engines of a bridge: the one that was chosen, and those that stand in for it (the setting `fallback`). Each has
 * workers of its own; all share the bridge's lock, bell and counters. */
#ifndef LLMB_BRIDGE_STAGE_H
#define LLMB_BRIDGE_STAGE_H

#include <llmbridge/bridge.h>

#include "core/settings_fallback.h"
#include "pool/demotion.h"
#include "pool/pool_poll.h"

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

/* Frees what stages_open made (also after its failure). */
void stages_free(llmb_bridge *bridge);

/* Under the lock: the stage that a new call should go to. */
struct bridge_stage *stage_first(llmb_bridge *bridge, uint64_t now_ns);

/* Writes the name of the engine that the settings choose into the error. */
void stage_name_engine(llmb_error *error, const llmb_settings *settings);

/* The pools' functions for all stages. */
void stages_step(llmb_bridge *bridge, uint64_t now_ns);
bool stages_intact(llmb_bridge *bridge);
void stages_prepare_poll(llmb_bridge *bridge, struct pool_poll *out);

/* Whether calls wait for a slot. */
bool stages_queue(llmb_bridge *bridge);

/* Walks the stages: for (struct bridge_stage *s = NULL; (s = stage_next(bridge, s)) != NULL;) gives those that can be
 * used. */
struct bridge_stage *stage_next(llmb_bridge *bridge, struct bridge_stage *stage);

#endif
