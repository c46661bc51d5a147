/* A host for the bridge's tests, to be killed: opens a bridge to the fake engine with a script, has a call answered
 * and another in flight, prints "worker PID" and stays.
 *
 *   child_bridge_host HOME SCRIPT [fork]     with a child of its own, forked without exec, that stays as well */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <llmbridge/llmbridge.h>

static void stay(void) {
  for (;;) pause();
}

int main(int argc, char **argv) {
  llmb_settings *settings = NULL;
  llmb_bridge *bridge = NULL;
  llmb_call *call = NULL;
  int64_t pid = 0;
  if (argc < 3 || llmb_settings_create(&settings, NULL) != LLMB_OK) return 2;
  if (llmb_settings_set(settings, "engine", "fake", NULL) != LLMB_OK) return 3;
  if (llmb_settings_set(settings, "home", argv[1], NULL) != LLMB_OK) return 3;
  if (llmb_settings_set(settings, "command", argv[2], NULL) != LLMB_OK) return 3;
  if (llmb_bridge_open(settings, &bridge, NULL) != LLMB_OK) return 4;
  if (llmb_bridge_start(bridge, LLMB_NEVER, NULL) != LLMB_OK) return 5;
  if (llmb_call_start(bridge, (const uint8_t *)"hello", 5, NULL, &call, NULL) != LLMB_OK) return 6;
  if (llmb_bridge_worker_pid(bridge, &pid) != LLMB_OK) return 7;
  if (argc > 3 && strcmp(argv[3], "fork") == 0) {
    const pid_t child = fork();
    if (child == 0) stay();
    printf("child %d\n", (int)child);
  }
  printf("worker %lld\n", (long long)pid);
  fflush(stdout);
  stay();
}
