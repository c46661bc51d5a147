#include "hvm/hvm_bridge.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "hvm/hvm_limits.h"

static struct {
  pid_t owner; /* a forked child must not use what its parent opened */
  int count;
  struct {
    llmb_bridge *bridge;
    char *meaning; /* of its settings */
  } entries[HVM_BRIDGES_MAX];
} bridges;

static void forget_the_parents(void) {
  if (bridges.owner == getpid()) return;
  for (int i = 0; i < bridges.count; i++) free(bridges.entries[i].meaning);
  bridges.count = 0;
  bridges.owner = getpid();
}

/* The bridge that was opened with settings of this meaning, or a new one. */
static llmb_status bridge_find(const char *meaning, const llmb_settings *settings, llmb_bridge **out,
                               llmb_error *error) {
  forget_the_parents();
  for (int i = 0; i < bridges.count; i++) {
    *out = bridges.entries[i].bridge;
    if (strcmp(bridges.entries[i].meaning, meaning) == 0) return LLMB_OK;
  }
  if (bridges.count == HVM_BRIDGES_MAX) {
    return refuse(error, LLMB_E_OVERLOADED, "settings: one program may use %d different sets of a bridge's settings",
                  HVM_BRIDGES_MAX);
  }
  char *const kept = strdup(meaning);
  if (kept == NULL) return refuse(error, LLMB_E_OUT_OF_MEMORY, "no memory for the settings");
  const llmb_status status = llmb_bridge_open(settings, out, error);
  if (status != LLMB_OK) {
    free(kept);
    return status;
  }
  bridges.entries[bridges.count].bridge = *out;
  bridges.entries[bridges.count++].meaning = kept;
  return LLMB_OK;
}

/* The bridge for settings that are known to be good. */
static llmb_status bridge_choose(const struct hvm_settings *settings, const llmb_settings *of_bridge, llmb_bridge **out,
                                 llmb_error *error) {
  char *const meaning = settings_meaning(settings);
  if (meaning == NULL) return refuse(error, LLMB_E_OUT_OF_MEMORY, "no memory for the settings");
  const llmb_status status = bridge_find(meaning, of_bridge, out, error);
  free(meaning);
  return status;
}

llmb_status target_find(const struct hvm_settings *settings, struct hvm_target *out, llmb_error *error) {
  *out = (struct hvm_target){NULL, NULL};
  llmb_settings *of_bridge = NULL;
  llmb_status status = llmb_settings_create(&out->settings, error);
  if (status == LLMB_OK) status = settings_hand_over(settings, true, out->settings, error);
  if (status == LLMB_OK) status = llmb_settings_create(&of_bridge, error);
  if (status == LLMB_OK) status = settings_hand_over(settings, false, of_bridge, error);
  if (status == LLMB_OK) status = bridge_choose(settings, of_bridge, &out->bridge, error);
  if (status != LLMB_OK) {
    llmb_settings_close(out->settings);
    out->settings = NULL;
  }
  llmb_settings_close(of_bridge);
  return status;
}
