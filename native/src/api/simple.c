/* The simple calls: one bridge for the whole process, made by the first call and configured by the environment. */
#include <pthread.h>
#include <string.h>

#include <llmbridge/llmbridge.h>

#include "api/bridge_object.h"
#include "api/call_read.h"
#include "api/embed.h"
#include "api/process_state.h"
#include "core/error.h"
#include "platform/os_path.h"

#define SIMPLE_QUEUE "4096" /* calls, where the environment does not say */

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static llmb_bridge *shared_bridge;
static _Thread_local const volatile int32_t *interrupt; /* of this thread's host; NULL is none */

/* Forgets the parent's bridge, in a forked child. */
static void simple_abandon(void) {
  lock = (pthread_mutex_t)PTHREAD_MUTEX_INITIALIZER; /* another thread of the parent may have held it */
  if (shared_bridge != NULL) bridge_abandon(shared_bridge);
  shared_bridge = NULL;
}

/* Whoever calls made no bridge that could say how many may wait: every thread of the host may. */
static llmb_status simple_open(llmb_bridge **out, llmb_error *error) {
  const char *queue = os_environment_get("LLMBRIDGE_QUEUE");
  if (queue != NULL && *queue != '\0') return llmb_bridge_open(NULL, out, error);
  llmb_settings *settings = NULL;
  llmb_status status = llmb_settings_create(&settings, error);
  if (status == LLMB_OK) status = llmb_settings_set(settings, "queue", SIMPLE_QUEUE, error);
  if (status == LLMB_OK) status = llmb_bridge_open(settings, out, error);
  llmb_settings_close(settings);
  return status;
}

void llmb_interrupt_set(const volatile int32_t *flag) {
  interrupt = flag;
}

/* A host that has a signal to handle gets its turn before anything is started. */
static llmb_status check_interrupt(llmb_error *error) {
  if (interrupt == NULL || __atomic_load_n(interrupt, __ATOMIC_RELAXED) == 0) return LLMB_OK;
  return error_set(error, LLMB_E_CANCELLED, LLMB_PHASE_CONFIGURE,
                   "the flag of llmb_interrupt_set was not zero when the call began");
}

/* The bridge, held against a shutdown on another thread; released with bridge_release. */
static llmb_status simple_acquire(llmb_bridge **out, llmb_error *error) {
  process_on_fork(simple_abandon); /* before there is a bridge to forget */
  process_enter();
  llmb_status status = check_interrupt(error);
  if (status != LLMB_OK) return status;
  pthread_mutex_lock(&lock);
  if (shared_bridge == NULL) status = simple_open(&shared_bridge, error);
  if (status == LLMB_OK) bridge_retain(shared_bridge);
  *out = shared_bridge;
  pthread_mutex_unlock(&lock);
  return status;
}

static int32_t report(llmb_status status, const llmb_error *error, char **out_json) {
  if (out_json == NULL) return status;
  *out_json = NULL;
  if (status != LLMB_OK) (void)llmb_error_to_json(error, out_json); /* NULL if there is no memory for it */
  return status;
}

/* A C string ends at a NUL: what stands behind one would be lost without a word. */
static llmb_status refuse_nul(char **answer, uint64_t size, llmb_error *error) {
  const uint64_t length = strlen(*answer);
  if (length == size) return LLMB_OK;
  llmb_free(*answer);
  *answer = NULL;
  return error_set(error, LLMB_E_OUTPUT_INVALID, LLMB_PHASE_VALIDATE,
                   "the answer has a NUL at byte %llu, which this call cannot give; llmb_generate can",
                   (unsigned long long)length);
}

int32_t llmb_call_llm(const char *prompt, char **answer, char **error) {
  llmb_error detail;
  llmb_error_init(&detail);
  if (answer != NULL) *answer = NULL;
  if (prompt == NULL || answer == NULL) {
    return report(error_set(&detail, LLMB_E_INVALID_ARGUMENT, LLMB_PHASE_CONFIGURE, "%s is NULL",
                            prompt == NULL ? "prompt" : "answer"),
                  &detail, error);
  }
  llmb_bridge *bridge = NULL;
  llmb_status status = simple_acquire(&bridge, &detail);
  if (status == LLMB_OK) {
    uint64_t size = 0;
    const uint8_t *bytes = (const uint8_t *)prompt;
    const uint64_t prompt_size = strlen(prompt);
    const struct call_input input = {.kind = LLMB_REQUEST_GENERATE,
                                     .items = &bytes,
                                     .sizes = &prompt_size,
                                     .count = 1,
                                     .lent = true,
                                     .what = "prompt",
                                     .interrupt = interrupt};
    status = call_generate(bridge, &input, NULL, answer, &size, NULL, &detail);
    if (status == LLMB_OK) status = refuse_nul(answer, size, &detail);
    bridge_release(bridge);
  }
  return report(status, &detail, error);
}

int32_t llmb_embed(const char *text, float **vector, size_t *dimension, char **error) {
  llmb_error detail;
  llmb_error_init(&detail);
  if (vector != NULL) *vector = NULL;
  if (dimension != NULL) *dimension = 0;
  if (text == NULL || vector == NULL || dimension == NULL) {
    return report(
        error_set(&detail, LLMB_E_INVALID_ARGUMENT, LLMB_PHASE_CONFIGURE, "text, vector or dimension is NULL"), &detail,
        error);
  }
  llmb_bridge *bridge = NULL;
  llmb_status status = simple_acquire(&bridge, &detail);
  if (status == LLMB_OK) {
    const uint8_t *bytes = (const uint8_t *)text;
    const uint64_t size = strlen(text);
    uint64_t count = 0;
    const struct call_input input = {.kind = LLMB_REQUEST_EMBED,
                                     .items = &bytes,
                                     .sizes = &size,
                                     .count = 1,
                                     .what = "text",
                                     .interrupt = interrupt};
    status = embed_input(bridge, &input, NULL, vector, &count, NULL, &detail);
    *dimension = (size_t)count;
    bridge_release(bridge);
  }
  return report(status, &detail, error);
}

int32_t call_llm(const char *prompt, char **answer, char **error) {
  return llmb_call_llm(prompt, answer, error);
}

int32_t embed(const char *text, float **vector, size_t *dimension, char **error) {
  return llmb_embed(text, vector, dimension, error);
}

void llmb_shutdown(void) {
  process_enter();
  pthread_mutex_lock(&lock);
  llmb_bridge *bridge = shared_bridge;
  shared_bridge = NULL;
  pthread_mutex_unlock(&lock);
  llmb_bridge_close(bridge);
}
