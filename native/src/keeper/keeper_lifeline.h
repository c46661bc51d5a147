/* The engine's half of its connection to the keeper: guard times, and an end of file when the keeper is gone. */
#ifndef LLMB_KEEPER_LIFELINE_H
#define LLMB_KEEPER_LIFELINE_H

#include <stdbool.h>

#include <llmbridge/status.h>

#include "platform/os_handle.h"

struct keeper_guard_page;

struct keeper_lifeline {
  os_handle handle; /* watched for its end by the engine's own thread */
  os_handle bell;   /* the keeper's: there is an earlier guard */
  struct keeper_guard_page *page;
};

/* Waits for the keeper's WELCOME (bounded by KEEPER_WELCOME_TIMEOUT_NS). Takes `lifeline` over, also on failure. */
llmb_status keeper_lifeline_open(os_handle lifeline, struct keeper_lifeline *out);

/* The keeper kills this process once `guard_ns` has passed, unless the slot is disarmed, or armed anew for later,
 * before. Any thread, one per slot at a time. */
void keeper_lifeline_arm(struct keeper_lifeline *lifeline, unsigned slot, uint64_t guard_ns);
void keeper_lifeline_disarm(struct keeper_lifeline *lifeline, unsigned slot);

/* Of a shared engine, what it and its server say to each other without a system call. */
uint64_t keeper_lifeline_news(const struct keeper_lifeline *lifeline); /* changes with all that it should see */
bool keeper_lifeline_has_client(const struct keeper_lifeline *lifeline, unsigned place, uint32_t number);
bool keeper_lifeline_called_off(const struct keeper_lifeline *lifeline, unsigned slot);
void keeper_lifeline_note_client(struct keeper_lifeline *lifeline, unsigned slot, uint32_t number); /* 0: of nobody */
/* Counts a call of the client at that place, and work for it. */
void keeper_lifeline_count(struct keeper_lifeline *lifeline, unsigned place, uint64_t calls, uint64_t tokens);
void keeper_lifeline_beat(struct keeper_lifeline *lifeline, uint64_t now_ns);
void keeper_lifeline_loading(struct keeper_lifeline *lifeline, uint32_t permille);

#define KEEPER_LIFELINE_NEVER UINT64_MAX

/* Disarms nothing: whoever closes with a guard armed is still killed when it passes. */
void keeper_lifeline_close(struct keeper_lifeline *lifeline);

#endif
