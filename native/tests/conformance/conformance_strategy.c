#include "tests/conformance/conformance_strategy.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/conformance/conformance_server.h"

enum { VALUE_SIZE_MAX = 4096 };

/* A lone byte of a character of three, in the middle of text. */
#define SHELL_BAD_UTF8 "[\"sh\",\"-c\",\"printf 'good \\\\377\\\\376 bad'\"]"
#define DAEMON "python3 " CONFORMANCE_FOLDER "/conformance_daemon.py "
#define CUSTOM "python3 " CONFORMANCE_FOLDER "/conformance_engine.py "

/* Speaks the fake engine's script; built by `dotnet build Bridge.sln`. */
#define CSHARP(script) "[\"dotnet\",\"" CONFORMANCE_CSHARP_ENGINE "\",\"" script "\"]"

#define DAEMON_BEHAVIOURS                                                                                  \
  {                                                                                                        \
    [ANSWERS] = DAEMON "answers", [PIECES] = DAEMON "pieces", [ENDLESS] = DAEMON "endless",                \
    [CRASHES] = DAEMON "crashes", [HANGS] = DAEMON "hangs", [FLOODS] = DAEMON "floods", [BAD_UTF8] = NULL, \
  }

#define EXEC_BEHAVIOURS                                                                                         \
  {                                                                                                             \
    [ANSWERS] = "cat", [PIECES] = "[\"sh\",\"-c\",\"for i in 1 2 3 4 5; do echo piece $i; sleep 0.02; done\"]", \
    [ENDLESS] = "[\"sh\",\"-c\",\"while :; do echo piece; sleep 0.02; done\"]",                                 \
    [CRASHES] = "[\"sh\",\"-c\",\"kill -KILL $$\"]", [HANGS] = "sleep 100000",                                  \
    [FLOODS] = "[\"python3\",\"-c\",\"print('x' * 100000)\"]", [BAD_UTF8] = SHELL_BAD_UTF8,                     \
  }

#define CUSTOM_BEHAVIOURS                                                                   \
  {                                                                                         \
    [ANSWERS] = CUSTOM "answers", [PIECES] = CUSTOM "pieces", [ENDLESS] = CUSTOM "endless", \
    [CRASHES] = CUSTOM "crashes", [HANGS] = CUSTOM "hangs", [FLOODS] = CUSTOM "floods",     \
    [BAD_UTF8] = CUSTOM "bad_utf8",                                                         \
  }

/* Models' names, which conformance_server.py behaves by. */
#define HTTP_BEHAVIOURS                                                                                          \
  {                                                                                                              \
    [ANSWERS] = "answers", [PIECES] = "pieces", [ENDLESS] = "endless", [CRASHES] = "crashes", [HANGS] = "hangs", \
    [FLOODS] = "floods", [BAD_UTF8] = "bad_utf8",                                                                \
  }

#define LLAMA_ANSWER "Hello from llama.cpp, running in a process of its own."
#define LLAMA_BEHAVIOURS \
  { [ANSWERS] = "chain", [PIECES] = "random_large", [ENDLESS] = "slow", [FLOODS] = "loop" }

/* In a thread of this process nothing may crash. */
static const struct strategy strategies[] = {
    {"fake.pool",
     "fake",
     "pool",
     "1",
     NULL,
     {"echo", "pieces 5 20", "pieces 100000000 20", "signal 9", "hang", "flood 100000", "bad_utf8"}},
    {"fake.inproc",
     "fake",
     "inproc",
     "1",
     NULL,
     {"echo", "pieces 5 20", "pieces 100000000 20", NULL, "hang", "flood 100000", "bad_utf8"}},
    {"exec.pool", "exec", "pool", "1", NULL, EXEC_BEHAVIOURS},
    {"exec.per_call", "exec", "pool", "0", NULL, {[ANSWERS] = "cat", [CRASHES] = "[\"sh\",\"-c\",\"kill -KILL $$\"]"}},
    {"jsonrpc.pool", "jsonrpc", "pool", "1", NULL, DAEMON_BEHAVIOURS},
    {"jsonrpc.per_call", "jsonrpc", "pool", "0", NULL, DAEMON_BEHAVIOURS},
    {"custom.pool", "custom", "pool", "1", NULL, CUSTOM_BEHAVIOURS},
    {"custom.csharp",
     "custom",
     "pool",
     "1",
     NULL,
     {CSHARP("echo"), CSHARP("pieces 5 20"), CSHARP("pieces 100000000 20"), CSHARP("signal 9"), CSHARP("hang"),
      CSHARP("flood 100000"), CSHARP("bad_utf8")}},
    {"llama.pool", "llama", "pool", "1", LLAMA_ANSWER, LLAMA_BEHAVIOURS},
    {"llama.inproc", "llama", "inproc", "1", LLAMA_ANSWER, LLAMA_BEHAVIOURS},
    {"fake.shared",
     "fake",
     "shared",
     "1",
     NULL,
     {"echo", "pieces 5 20", "pieces 100000000 20", "signal 9", "hang", "flood 100000", "bad_utf8"}},
    {"exec.shared", "exec", "shared", "1", NULL, EXEC_BEHAVIOURS},
    {"jsonrpc.shared", "jsonrpc", "shared", "1", NULL, DAEMON_BEHAVIOURS},
    {"custom.shared", "custom", "shared", "1", NULL, CUSTOM_BEHAVIOURS},
    {"llama.shared", "llama", "shared", "1", LLAMA_ANSWER, LLAMA_BEHAVIOURS},
    {"http.pool", "http", "pool", "1", NULL, HTTP_BEHAVIOURS},
    {"http.shared", "http", "shared", "1", NULL, HTTP_BEHAVIOURS},
    {"hash.shared", "hash", "shared", "1", NULL, {[ANSWERS] = ""}},
    {"hash.pool", "hash", "pool", "1", NULL, {[ANSWERS] = ""}},
    {"hash.inproc", "hash", "inproc", "1", NULL, {[ANSWERS] = ""}},
};

const struct strategy *strategy_find(const char *name) {
  for (unsigned i = 0; i < sizeof strategies / sizeof strategies[0]; i++) {
    if (strcmp(strategies[i].name, name) == 0) return &strategies[i];
  }
  return NULL;
}

static void put(llmb_settings *settings, const char *name, const char *value) {
  llmb_error error;
  llmb_error_init(&error);
  if (llmb_settings_set(settings, name, value, &error) == LLMB_OK) return;
  fprintf(stderr, "setting %s=%s: %s\n", name, value, error.message);
  exit(1);
}

llmb_settings *strategy_settings(const struct strategy *strategy, enum behaviour behaviour) {
  char model[VALUE_SIZE_MAX];
  const char *how = strategy->makes[behaviour];
  const bool is_llama = strcmp(strategy->engine, "llama") == 0;
  const bool is_http = strcmp(strategy->engine, "http") == 0;
  llmb_settings *settings = NULL;
  if (how == NULL) return NULL;
  if (strcmp(strategy->name, "custom.csharp") == 0 && access(CONFORMANCE_CSHARP_ENGINE, R_OK) != 0) return NULL;
  if (is_http && access(CONFORMANCE_HTTP_HOME "/bin/llmbridge-http", X_OK) != 0) return NULL;
  if (is_llama) {
    const char *folder = getenv("LLMB_TEST_MODELS");
    snprintf(model, sizeof model, "%s/%s.gguf", folder != NULL ? folder : ".", how);
    if (access(model, R_OK) != 0) return NULL;
  }
  if (llmb_settings_create(&settings, NULL) != LLMB_OK) abort();
  put(settings, "home", is_http ? CONFORMANCE_HTTP_HOME : CONFORMANCE_HOME);
  put(settings, "engine", strategy->engine);
  put(settings, "isolation", strategy->isolation);
  put(settings, "workers", strategy->workers);
  if (strcmp(strategy->isolation, "shared") == 0) put(settings, "idle_ms", "200"); /* it is to go with its test */
  put(settings, "retries", "0"); /* a behaviour is the same the second time */
  if (is_llama) {
    put(settings, "model", model);
    put(settings, "threads", "1");
  } else if (is_http) {
    put(settings, "url", server_url());
    put(settings, "model", how);
  } else if (*how != 0) {
    put(settings, "command", how);
  }
  return settings;
}
