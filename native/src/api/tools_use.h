/* The tools that one call may use: the settings tools, tool_choice and parallel_tool_calls. */
#ifndef LLMB_TOOLS_USE_H
#define LLMB_TOOLS_USE_H

#include "api/schema_cache.h"
#include "core/settings_set.h"

enum {
  TOOLS_MAX = 128,       /* of one call */
  TOOL_NAME_MAX = 128,   /* bytes of a tool's name */
  TOOL_CALLS_MAX = 1024, /* in one answer */
};

struct tools_use;

/* Of a call's settings; *out is NULL where they name no tools. Failures are the settings', in phase configure. */
llmb_status tools_use_open(const llmb_settings *settings, struct schema_cache *cache, struct tools_use **out,
                           llmb_error *error);
void *tools_use_close(struct tools_use *use);

/* Whether these calls, as an engine says them (size 0: none), may be made: LLMB_E_OUTPUT_INVALID with the reason. */
llmb_status tools_use_check(const struct tools_use *use, const char *calls, uint64_t size, llmb_error *error);

#endif
