#include "tests/check.h"

#include "core/name_peers.h"
#include "core/settings_set.h"

static llmb_error error;

static llmb_status refusal_of(const char *name, const char *value) {
  llmb_settings *settings = NULL;
  llmb_error_init(&error);
  CHECK_INT(LLMB_OK, llmb_settings_create(&settings, &error));
  const llmb_status status = llmb_settings_set(settings, name, value, &error);
  llmb_settings_close(settings);
  return status;
}

static void settings_set__knows_what_other_programs_call_a_setting(void) {
  const char *const names[][2] = {{"n_ctx", "context"},
                                  {"num_ctx", "context"},
                                  {"ctx-size", "context"},
                                  {"num_predict", "max_tokens"},
                                  {"n_predict", "max_tokens"},
                                  {"max_new_tokens", "max_tokens"},
                                  {"maxOutputTokens", "max_tokens"},
                                  {"n_gpu_layers", "gpu_layers"},
                                  {"--n-gpu-layers", "gpu_layers"},
                                  {"N_GPU_LAYERS", "gpu_layers"},
                                  {"n_threads", "threads"},
                                  {"repetition_penalty", "repeat_penalty"},
                                  {"stop_sequences", "stop"},
                                  {"system_prompt", "system"},
                                  {"model_path", "model"},
                                  {"n_parallel", "slots"},
                                  {"response_format", "expect"},
                                  {"keep_alive", "idle_ms"}};
  for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
    CHECK_INT(LLMB_E_INVALID_ARGUMENT, refusal_of(names[i][0], "4"));
    char wanted[64];
    snprintf(wanted, sizeof wanted, "did you mean \"%s\"?", names[i][1]);
    CHECK_CONTAINS(wanted, error.message);
  }
}

static void settings_set__says_what_to_do_where_there_is_no_such_setting(void) {
  CHECK_INT(LLMB_E_INVALID_ARGUMENT, refusal_of("stream", "true"));
  CHECK_CONTAINS("unknown setting \"stream\"; whether an answer comes in pieces is not set", error.message);
}

/* A suggestion that names no setting would send its reader on. */
static void every_name_of_other_programs__means_a_setting_that_there_is(void) {
  for (unsigned id = 0; id < SETTING_COUNT; id++) {
    CHECK(name_peer_setting(settings_table[id].name) == NULL);
    CHECK(name_peer_advice(settings_table[id].name) == NULL);
  }
  const char *const names[] = {"backend",          "gguf",        "ctx",        "ngl",          "num_thread",
                               "parallel",         "replicas",    "queue_size", "temp",         "rng_seed",
                               "history",          "template",    "format",     "pooling_type", "embd_normalize",
                               "deadline",         "max_retries", "verbose",    "log_filename", "env",
                               "prompt_cache_key", "functions"};
  for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
    const char *meant = name_peer_setting(names[i]);
    CHECK(meant != NULL);
    if (meant != NULL) CHECK(settings_find(meant) != SETTING_COUNT);
  }
}

CHECK_MAIN(TEST(settings_set__knows_what_other_programs_call_a_setting),
           TEST(settings_set__says_what_to_do_where_there_is_no_such_setting),
           TEST(every_name_of_other_programs__means_a_setting_that_there_is))
