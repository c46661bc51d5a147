/* The engine hash: embeddings without a model, as a last resort. Crude: texts are near each other where they share
 * words and pieces of words, whatever these mean. */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include <llmbridge/engine.h>

#include "engine/hash/hash_vector.h"

LLMB_API int32_t llmb_engine_module_main(llmb_engine *engine);
LLMB_API const char *llmb_engine_module_version(void);

const char *llmb_engine_module_version(void) {
  return "hash 1";
}

/* Waits for the host to read; false when the request ended over it. */
static bool write_vector(llmb_request *request, const float *vector) {
  for (;;) {
    const llmb_status status = llmb_request_write_vector(request, vector, HASH_DIMENSION);
    if (status == LLMB_OK) return true;
    if (status == LLMB_E_NOT_READY && llmb_request_flush(request, LLMB_NEVER) == LLMB_OK) continue;
    llmb_request_fail(request, LLMB_E_CANCELLED, LLMB_PHASE_EMBED, "the host does not want it any more");
    return false;
  }
}

static void embed(llmb_request *request) {
  float vector[HASH_DIMENSION];
  const char *normalize = llmb_request_setting(request, "normalize");
  const bool unit = normalize == NULL || strcmp(normalize, "none") != 0;
  const uint32_t count = llmb_request_item_count(request);
  llmb_request_accept(request);
  for (uint32_t i = 0; i < count; i++) {
    hash_vector(llmb_request_item(request, i, NULL), unit, vector);
    if (!write_vector(request, vector)) return;
  }
  const llmb_usage usage = {.struct_size = sizeof usage, .finish_reason = LLMB_FINISH_STOP};
  llmb_request_done(request, &usage);
}

static void serve(llmb_engine *engine) {
  llmb_request *request = NULL;
  while (llmb_engine_next(engine, LLMB_NEVER, &request) == LLMB_OK) {
    if (request == NULL) continue;
    if (llmb_request_kind(request) == LLMB_REQUEST_EMBED) {
      embed(request);
    } else {
      llmb_request_fail(request, LLMB_E_UNSUPPORTED, LLMB_PHASE_CONFIGURE,
                        "the engine hash embeds texts, nothing else; for answers choose another engine");
    }
  }
}

int32_t llmb_engine_module_main(llmb_engine *engine) {
  char info[64];
  llmb_error error;
  llmb_error_init(&error);
  if (llmb_engine_confine_profile(engine, LLMB_PROFILE_LOAD, NULL, &error) != LLMB_OK ||
      llmb_engine_confine_profile(engine, LLMB_PROFILE_SERVE, NULL, &error) != LLMB_OK) {
    llmb_engine_refuse(engine, error.status, error.message);
    return 1;
  }
  llmb_engine_declare(engine, LLMB_ENGINE_REPEATS);
  snprintf(info, sizeof info, "{\"engine\":\"hash\",\"embedding_length\":%d}", HASH_DIMENSION);
  if (llmb_engine_ready(engine, info, NULL) == LLMB_OK) serve(engine);
  return 0;
}
