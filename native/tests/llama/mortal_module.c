/* The llama engine with an end that a request foretells: one of its stop strings may say at which tokens of the
 * answer the engine kills itself, so that a test can place a death exactly where no signal from outside could.
 *
 *   "before N ..."    when token N is chosen and not yet recorded; an engine that continues the answer dies there too
 *   "recorded N ..."  when token N is recorded and its text is not sent
 *   "written N ..."   when the text of token N is sent
 *   "forged N ..."    when token N is chosen; what is recorded instead is a token that no model has. Not by an engine
 *                     that continues the answer
 *   "blank N ..."     the same, but what is recorded is the byte token of a blank, which no grammar of a schema begins
 * with "accepted"        when a request is accepted, whatever went before "undecoded N ..." not an end: llama.cpp fails
 * to decode batch N of the engine's only call */
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <llama.h>

#include <llmbridge/engine.h>

enum { MORTAL_SLOTS_MAX = 64 };

static uint64_t decoded; /* batches since the last request was accepted */
static char undecoded[64];
static uint64_t produced[MORTAL_SLOTS_MAX], resumed[MORTAL_SLOTS_MAX];

/* The linker puts these before the library's own (--wrap). */
llmb_status __real_llmb_request_accept(llmb_request *request);
llmb_status __wrap_llmb_request_accept(llmb_request *request);
llmb_status __real_llmb_request_write_tokens(llmb_request *request, const int32_t *tokens, uint32_t count);
llmb_status __wrap_llmb_request_write_tokens(llmb_request *request, const int32_t *tokens, uint32_t count);
llmb_status __real_llmb_request_write(llmb_request *request, const char *text, uint64_t size);
llmb_status __wrap_llmb_request_write(llmb_request *request, const char *text, uint64_t size);
llmb_status __real_llmb_engine_confine_profile(llmb_engine *engine, uint32_t profile, const char *const *readable_paths,
                                               llmb_error *out_error);
llmb_status __wrap_llmb_engine_confine_profile(llmb_engine *engine, uint32_t profile, const char *const *readable_paths,
                                               llmb_error *out_error);
int32_t __real_llama_decode(struct llama_context *context, struct llama_batch batch);
int32_t __wrap_llama_decode(struct llama_context *context, struct llama_batch batch);

/* The numbers behind the moment's name; NULL if the request foretells nothing of the kind. */
static const char *foretold(const llmb_request *request, const char *moment) {
  const char *text = llmb_request_setting(request, "stop");
  const char *found = text != NULL ? strstr(text, moment) : NULL;
  return found != NULL ? found + strlen(moment) : NULL;
}

static bool names(const char *numbers, uint64_t number) {
  while (numbers != NULL && *numbers != 0) {
    char *end = NULL;
    if (strtoull(numbers, &end, 10) == number) return true;
    if (end == numbers) return false;
    numbers = end;
  }
  return false;
}

/* The llama engine may send itself SIGABRT only. */
llmb_status __wrap_llmb_engine_confine_profile(llmb_engine *engine, uint32_t profile, const char *const *readable_paths,
                                               llmb_error *out_error) {
  return __real_llmb_engine_confine_profile(engine, profile | LLMB_PROFILE_OWN_SIGNALS, readable_paths, out_error);
}

static void die(void) {
  raise(SIGABRT);
}

llmb_status __wrap_llmb_request_accept(llmb_request *request) {
  uint64_t text_size = 0;
  const uint32_t slot = llmb_request_slot(request);
  (void)llmb_request_resume(request, &resumed[slot], &text_size);
  produced[slot] = resumed[slot];
  const char *numbers = foretold(request, "undecoded");
  snprintf(undecoded, sizeof undecoded, "%s", numbers != NULL ? numbers : "");
  decoded = 0;
  const llmb_status status = __real_llmb_request_accept(request);
  if (foretold(request, "accepted") != NULL) die();
  return status;
}

int32_t __wrap_llama_decode(struct llama_context *context, struct llama_batch batch) {
  return names(undecoded, ++decoded) ? 1 : __real_llama_decode(context, batch);
}

llmb_status __wrap_llmb_request_write_tokens(llmb_request *request, const int32_t *tokens, uint32_t count) {
  const uint32_t slot = llmb_request_slot(request);
  if (names(foretold(request, "before"), produced[slot] + 1)) die();
  for (int i = 0; i < 2 && resumed[slot] == 0; i++) {
    const int32_t recorded = i == 0 ? INT32_MAX : 3 + ' ';
    if (!names(foretold(request, i == 0 ? "forged" : "blank"), produced[slot] + 1)) continue;
    (void)__real_llmb_request_write_tokens(request, &recorded, 1);
    die();
  }
  const llmb_status status = __real_llmb_request_write_tokens(request, tokens, count);
  produced[slot] += count;
  if (names(foretold(request, "recorded"), produced[slot])) die();
  return status;
}

llmb_status __wrap_llmb_request_write(llmb_request *request, const char *text, uint64_t size) {
  const uint32_t slot = llmb_request_slot(request);
  const llmb_status status = __real_llmb_request_write(request, text, size);
  if (produced[slot] > resumed[slot] && names(foretold(request, "written"), produced[slot])) die();
  return status;
}
