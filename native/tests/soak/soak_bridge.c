#include "tests/soak/soak_bridge.h"

#include <signal.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "tests/soak/soak_figures.h"

/* The restart policy is out of the way: it is not what is tried here, and would make a million kills take a year. */
static const char *const settings_of_all[] = {
    "restart_limit", "1000", "restart_window_ms", "1", "timeout_ms", "120000", "idle_ms", "0", "queue", "1024", NULL};

static bool put(struct soak_tally *tally, llmb_settings *settings, const char *const *pairs) {
  llmb_error error;
  llmb_error_init(&error);
  for (unsigned i = 0; pairs[i] != NULL; i += 2) {
    if (llmb_settings_set(settings, pairs[i], pairs[i + 1], &error) == LLMB_OK) continue;
    soak_violation(tally, "setting %s: %s", pairs[i], error.message);
    return false;
  }
  return true;
}

bool soak_bridge_open(struct soak_tally *tally, const struct soak_bridge_kind *kind, struct soak_bridge *out) {
  llmb_settings *settings = NULL;
  llmb_error error;
  llmb_error_init(&error);
  *out = (struct soak_bridge){.kind = kind};
  pthread_mutex_init(&out->disturbance, NULL);
  llmb_status status = llmb_settings_create(&settings, &error);
  if (status == LLMB_OK && put(tally, settings, settings_of_all) && put(tally, settings, kind->settings)) {
    status = llmb_bridge_open(settings, &out->bridge, &error);
  }
  llmb_settings_close(settings);
  if (out->bridge == NULL && status != LLMB_E_NOT_FOUND) soak_violation(tally, "%s: %s", kind->name, error.message);
  return out->bridge != NULL;
}

void soak_bridge_close(struct soak_bridge *bridge) {
  llmb_bridge_close(bridge->bridge);
  llmb_free(bridge->fixed);
  pthread_mutex_destroy(&bridge->disturbance);
  *bridge = (struct soak_bridge){0};
}

static pid_t engine_pid(const struct soak_bridge *bridge) {
  int64_t pid = 0;
  return llmb_bridge_worker_pid(bridge->bridge, &pid) == LLMB_OK ? (pid_t)pid : 0;
}

int soak_bridge_engine(const struct soak_bridge *bridge) {
  const pid_t pid = engine_pid(bridge);
  return pid <= 0 ? -1 : (int)syscall(SYS_pidfd_open, pid, 0);
}

void soak_engine_signal(int engine, int signal_number) {
  if (engine >= 0) syscall(SYS_pidfd_send_signal, engine, signal_number, NULL, 0);
}

pid_t soak_bridge_keeper(const struct soak_bridge *bridge) {
  const pid_t pid = engine_pid(bridge);
  return pid <= 0 ? 0 : soak_process_parent(pid);
}
