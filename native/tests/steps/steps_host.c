/* A host that goes through all that a host does, until it is killed at a step of it: a long request, a call cancelled,
 * one closed before its end, a bridge closed with a call in flight. */
#include <stdlib.h>
#include <string.h>

#include <llmbridge/llmbridge.h>

enum { PROMPT_SIZE = 200 << 10 }; /* more than a ring holds */

static llmb_bridge *open_bridge(const char *home) {
  llmb_settings *settings = NULL;
  llmb_bridge *bridge = NULL;
  if (llmb_settings_create(&settings, NULL) != LLMB_OK) return NULL;
  if (llmb_settings_set(settings, "engine", "fake", NULL) != LLMB_OK) return NULL;
  if (llmb_settings_set(settings, "home", home, NULL) != LLMB_OK) return NULL;
  if (llmb_settings_set(settings, "command", "pieces 5 2", NULL) != LLMB_OK) return NULL;
  if (llmb_bridge_open(settings, &bridge, NULL) != LLMB_OK) return NULL;
  llmb_settings_close(settings);
  return bridge;
}

int main(int argc, char **argv) {
  uint8_t buffer[64];
  uint64_t size = 0;
  llmb_call *call = NULL;
  llmb_bridge *bridge = argc > 1 ? open_bridge(argv[1]) : NULL;
  uint8_t *prompt = malloc(PROMPT_SIZE);
  if (bridge == NULL || prompt == NULL) return 2;
  memset(prompt, 'p', PROMPT_SIZE);

  if (llmb_call_start(bridge, prompt, PROMPT_SIZE, NULL, &call, NULL) != LLMB_OK) return 3;
  if (llmb_call_finish(call, LLMB_NEVER, NULL, NULL) != LLMB_OK) return 3;
  llmb_call_close(call);

  if (llmb_call_start(bridge, prompt, 5, NULL, &call, NULL) != LLMB_OK) return 4;
  if (llmb_call_read(call, buffer, sizeof buffer, LLMB_NEVER, &size, NULL) != LLMB_OK) return 4;
  if (llmb_call_cancel(call) != LLMB_OK) return 4;
  if (llmb_call_finish(call, LLMB_NEVER, NULL, NULL) != LLMB_E_CANCELLED) return 4;
  llmb_call_close(call);

  if (llmb_call_start(bridge, prompt, 5, NULL, &call, NULL) != LLMB_OK) return 5;
  if (llmb_call_read(call, buffer, sizeof buffer, LLMB_NEVER, &size, NULL) != LLMB_OK) return 5;
  llmb_call_close(call);

  if (llmb_call_start(bridge, prompt, 5, NULL, &call, NULL) != LLMB_OK) return 6;
  llmb_bridge_close(bridge);
  llmb_call_close(call);
  free(prompt);
  return 0;
}
