/* An engine gives up what it does not need, as far as the setting `sandbox` wants it. */
#include <stdio.h>
#include <string.h>

#include "channel/engine_channel.h"
#include "core/error.h"
#include "platform/os_confine.h"
#include "platform/os_path.h"

_Static_assert((int)OS_CONFINE_ALL == (int)LLMB_SANDBOX_ALL && (int)OS_CONFINE_CALLS == (int)LLMB_SANDBOX_CALLS &&
                   (int)OS_CONFINE_FILES == (int)LLMB_SANDBOX_FILES,
               "the platform's layers are those of the public header");

enum { CONFINE_PATHS_MAX = 24, CONFINE_PATH_SIZE_MAX = 4096 };

/* What every program of this system reads while it loads libraries. */
static const char *const system_paths[] = {
    "/lib",      "/lib64",    "/usr/lib",     "/usr/lib64",    "/usr/local/lib", "/etc/ld.so.cache",
    "/dev/null", "/dev/zero", "/dev/urandom", "/proc/cpuinfo", "/proc/meminfo",  "/sys/devices/system",
    NULL};

static bool wants(const llmb_engine *engine) {
  return !engine->in_process && engine->settings.values[SETTING_SANDBOX].integer != CHOICE_SANDBOX_OFF;
}

/* LLMB_OK, or a refusal where every layer is required. */
static llmb_status judge(llmb_engine *engine, uint32_t needed, const char *what, llmb_error *error) {
  const bool required = engine->settings.values[SETTING_SANDBOX].integer == CHOICE_SANDBOX_REQUIRED;
  if (!required || (engine->layers & needed) == needed) return LLMB_OK;
  return error_set(error, LLMB_E_UNSUPPORTED, LLMB_PHASE_START,
                   "sandbox is required, but this system cannot %s (%u of %u)", what, engine->layers & needed, needed);
}

llmb_status llmb_engine_confine_files(llmb_engine *engine, const char *const *readable_paths, llmb_error *out_error) {
  const uint64_t memory_bytes = (uint64_t)engine->settings.values[SETTING_MEMORY_MB].integer << 20;
  if (!wants(engine)) {
    (void)os_confine_memory(memory_bytes); /* a setting of its own, whatever the sandbox */
    return LLMB_OK;
  }
  const char *paths[CONFINE_PATHS_MAX + 1];
  char folder[CONFINE_PATH_SIZE_MAX];
  unsigned count = 0;
  for (int i = 0; system_paths[i] != NULL && count < CONFINE_PATHS_MAX; i++) paths[count++] = system_paths[i];
  if (os_path_library_folder(folder, sizeof folder) == LLMB_OK && count < CONFINE_PATHS_MAX) paths[count++] = folder;
  for (int i = 0; readable_paths != NULL && readable_paths[i] != NULL; i++) {
    if (count == CONFINE_PATHS_MAX) {
      return error_set(out_error, LLMB_E_INVALID_ARGUMENT, LLMB_PHASE_START, "more readable paths than %d",
                       CONFINE_PATHS_MAX);
    }
    paths[count++] = readable_paths[i];
  }
  paths[count] = NULL;
  engine->layers |= os_confine_files(paths, memory_bytes);
  return judge(engine, OS_CONFINE_PRIVILEGES | OS_CONFINE_LIMITS | OS_CONFINE_FILES, "close off its files", out_error);
}

llmb_status llmb_engine_confine_calls(llmb_engine *engine, llmb_error *out_error) {
  if (!wants(engine)) return LLMB_OK;
  engine->layers |= os_confine_calls();
  return judge(engine, OS_CONFINE_CALLS, "filter its system calls", out_error);
}
