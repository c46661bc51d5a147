#include "api/engine_environment.h"

#include <stdbool.h>
#include <string.h>

#include "core/fault_point.h"
#include "core/memory.h"
#include "platform/os_path.h"

enum { ENVIRONMENT_ENTRIES_MAX = 64, PATH_SIZE_MAX = 4096 };

/* What an engine needs of the host's world. Nothing that steers a loader or an interpreter, no secrets. */
static const char *const allowed[] = {"HOME=",
                                      "LANG=",
                                      "LC_",
                                      "TMPDIR=",
                                      "TZ=",
                                      "OMP_",
                                      "CUDA_VISIBLE_DEVICES=",
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
                                      "ASAN_OPTIONS=",
                                      "UBSAN_OPTIONS=",
                                      "LSAN_OPTIONS=",
                                      "TSAN_OPTIONS=",
#endif
#if defined(LLMB_FAULT_POINTS)
                                      FAULT_PAGE_VARIABLE "=",
#endif
                                      NULL};

/* A fixed search path; and no debugger forked by ggml at an abort, which would outlive its deadline. */
static const char *const fixed[] = {"GGML_NO_BACKTRACE=1", NULL};
static const char fixed_path[] = "PATH=/usr/local/bin:/usr/bin:/bin";

/* What a client of servers needs besides. */
static const char *const allowed_for_servers[] = {
    "HTTP_PROXY=", "HTTPS_PROXY=", "ALL_PROXY=",    "NO_PROXY=",      "http_proxy=", "https_proxy=",
    "all_proxy=",  "no_proxy=",    "SSL_CERT_DIR=", "SSL_CERT_FILE=", NULL};

/* Whether the entry's name is one of those parted by commas. */
static bool is_named(const char *names, const char *entry) {
  const size_t size = strcspn(entry, "=");
  for (const char *name = names; name != NULL; name = strchr(name, ',')) {
    name += strspn(name, ", ");
    if (strcspn(name, ", ") == size && strncmp(name, entry, size) == 0) return true;
  }
  return false;
}

static bool begins_with_one(const char *const *names, const char *entry) {
  for (int i = 0; names[i] != NULL; i++) {
    if (strncmp(entry, names[i], strlen(names[i])) == 0) return true;
  }
  return false;
}

static bool is_allowed(enum engine_environment_kind kind, const char *entry) {
  if (kind == ENGINE_ENVIRONMENT_SERVERS && begins_with_one(allowed_for_servers, entry)) return true;
  return begins_with_one(allowed, entry);
}

static llmb_status append(char **environment, unsigned *count, const char *entry) {
  if (*count + 1 >= ENVIRONMENT_ENTRIES_MAX) return LLMB_OK; /* the rest is locale trivia */
  const llmb_status status = memory_copy_text(entry, strlen(entry), &environment[*count]);
  if (status == LLMB_OK) ++*count;
  return status;
}

/* The very library of the host: another one might speak another version of the channel. */
static llmb_status append_library(char **environment, unsigned *count) {
  static const char name[] = "LLMBRIDGE_LIBRARY=";
  char entry[sizeof name + PATH_SIZE_MAX];
  memcpy(entry, name, sizeof name);
  if (os_path_library(entry + sizeof name - 1, PATH_SIZE_MAX) != LLMB_OK) return LLMB_OK; /* the program must know */
  return append(environment, count, entry);
}

llmb_status engine_environment_create(enum engine_environment_kind kind, const char *names, char ***out) {
  *out = NULL;
  void *memory = NULL;
  unsigned count = 0;
  llmb_status status = memory_allocate(ENVIRONMENT_ENTRIES_MAX * sizeof(char *), &memory);
  if (status != LLMB_OK) return status;
  char **environment = memory;
  for (int i = 0; status == LLMB_OK && fixed[i] != NULL; i++) status = append(environment, &count, fixed[i]);
  if (status == LLMB_OK && kind >= ENGINE_ENVIRONMENT_SERVERS) status = append_library(environment, &count);
  const bool runs_commands = kind == ENGINE_ENVIRONMENT_COMMANDS || kind == ENGINE_ENVIRONMENT_CUSTOM;
  const char *path = runs_commands ? os_environment_get("PATH") : NULL;
  if (status == LLMB_OK && path == NULL) status = append(environment, &count, fixed_path);
  char *const *all = os_environment_all();
  for (int i = 0; status == LLMB_OK && all != NULL && all[i] != NULL; i++) {
    const bool passes =
        is_allowed(kind, all[i]) || (runs_commands && strncmp(all[i], "PATH=", 5) == 0) || is_named(names, all[i]);
    if (passes) status = append(environment, &count, all[i]);
  }
  if (status != LLMB_OK) environment = engine_environment_free(environment);
  *out = environment;
  return status;
}

char **engine_environment_free(char **environment) {
  for (int i = 0; environment != NULL && environment[i] != NULL; i++) memory_release(environment[i]);
  return memory_release(environment);
}
