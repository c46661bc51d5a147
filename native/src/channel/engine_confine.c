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

enum { CONFINE_PATHS_MAX = 32 + 512, CONFINE_PATH_SIZE_MAX = 4096 }; /* a split model has many files */

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

/* The system's paths, the library's own folder and the engine's; NULL at the end. */
static llmb_status list_paths(const char *const *readable_paths, char folder[CONFINE_PATH_SIZE_MAX],
                              const char *out[CONFINE_PATHS_MAX + 1], llmb_error *error) {
  unsigned count = 0;
  for (int i = 0; system_paths[i] != NULL && count < CONFINE_PATHS_MAX; i++) out[count++] = system_paths[i];
  if (os_path_library_folder(folder, CONFINE_PATH_SIZE_MAX) == LLMB_OK && count < CONFINE_PATHS_MAX) {
    out[count++] = folder;
  }
  for (int i = 0; readable_paths != NULL && readable_paths[i] != NULL; i++) {
    if (count == CONFINE_PATHS_MAX) {
      return error_set(error, LLMB_E_INVALID_ARGUMENT, LLMB_PHASE_START, "more readable paths than %d",
                       CONFINE_PATHS_MAX);
    }
    out[count++] = readable_paths[i];
  }
  out[count] = NULL;
  return LLMB_OK;
}

static llmb_status confine_files(llmb_engine *engine, const char *const *readable_paths, enum os_confine_kind kind,
                                 bool any_own_signal, llmb_error *error) {
  const int64_t megabytes = engine->settings.values[SETTING_MEMORY_MB].integer;
  const uint64_t memory_bytes =
      megabytes > 0 ? (uint64_t)megabytes << 20 : 0; /* auto: an engine that can tells itself */
  if (!wants(engine)) {
    (void)os_confine_memory(memory_bytes); /* a setting of its own, whatever the sandbox */
    return LLMB_OK;
  }
  const char *paths[CONFINE_PATHS_MAX + 1];
  char folder[CONFINE_PATH_SIZE_MAX];
  const llmb_status status = list_paths(readable_paths, folder, paths, error);
  if (status != LLMB_OK) return status;
  engine->layers |= os_confine_files(paths, memory_bytes, kind, any_own_signal);
  return judge(engine, OS_CONFINE_PRIVILEGES | OS_CONFINE_LIMITS | OS_CONFINE_FILES, "close off its files", error);
}

static llmb_status confine_calls(llmb_engine *engine, enum os_confine_kind kind, bool any_own_signal,
                                 llmb_error *error) {
  if (!wants(engine)) return LLMB_OK;
  engine->layers |= os_confine_calls(kind, any_own_signal);
  return judge(engine, OS_CONFINE_CALLS, "filter its system calls", error);
}

llmb_status llmb_engine_confine_files(llmb_engine *engine, const char *const *readable_paths, llmb_error *out_error) {
  return confine_files(engine, readable_paths, OS_CONFINE_ANY_RUNTIME, false, out_error);
}

llmb_status llmb_engine_confine_calls(llmb_engine *engine, llmb_error *out_error) {
  return confine_calls(engine, OS_CONFINE_ANY_RUNTIME, false, out_error);
}

llmb_status llmb_engine_confine_profile(llmb_engine *engine, uint32_t profile, const char *const *readable_paths,
                                        llmb_error *out_error) {
  const bool any_own_signal = (profile & LLMB_PROFILE_OWN_SIGNALS) != 0;
  switch (profile & ~(uint32_t)LLMB_PROFILE_OWN_SIGNALS) {
    case LLMB_PROFILE_LOAD:
      return confine_files(engine, readable_paths, OS_CONFINE_OWN_ENGINE, any_own_signal, out_error);
    case LLMB_PROFILE_SERVE:
      return confine_calls(engine, engine->is_shared ? OS_CONFINE_SHARED_ENGINE : OS_CONFINE_OWN_ENGINE, any_own_signal,
                           out_error);
    case LLMB_PROFILE_SERVE_SHARED:
      return confine_calls(engine, OS_CONFINE_SHARED_ENGINE, any_own_signal, out_error);
    default:
      return error_set(out_error, LLMB_E_INVALID_ARGUMENT, LLMB_PHASE_START,
                       "profile %u is none of llmb_engine_profile", profile);
  }
}
