/* An engine module that uses up what it can get. A request says what: "memory", "processes" or "work"; the setting
 * `command` says the same of the time before it is ready. Anything else is answered with itself. */
#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <llmbridge/engine.h>

#include "tests/hostile/bomb_module.h"

LLMB_API int32_t llmb_engine_module_main(llmb_engine *engine);

enum { BLOCK_SIZE = 1 << 20 };

_Noreturn static void use_memory(void) {
  for (unsigned count = 0; count < BOMB_BLOCKS_MAX; count++) {
    volatile char *block = malloc(BLOCK_SIZE);
    if (block == NULL) {
      fprintf(stderr, BOMB_MEMORY_LINE "%u\n", count);
      abort();
    }
    for (size_t i = 0; i < BLOCK_SIZE; i += 512) block[i] = 1;
  }
  fprintf(stderr, "no limit on memory\n");
  _exit(1);
}

_Noreturn static void use_processor(void) {
  for (volatile unsigned turns = 0;; turns++) continue;
}

/* How many processes there are, counted by all of them; a confined engine could not share it any more. */
static _Atomic unsigned *process_count;

static void share_count(void) {
  void *memory = mmap(NULL, sizeof *process_count, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) abort();
  process_count = memory;
}

/* Every process forks until there are enough, each in a session of its own. Does nothing where it may not fork. */
static void use_processes(void) {
  while (atomic_fetch_add(process_count, 1) < BOMB_PROCESSES) {
    const pid_t child = fork();
    if (child < 0) return;
    if (child == 0) setsid();
  }
  for (;;) pause();
}

static void use_up(const char *what) {
  if (strcmp(what, "memory") == 0) use_memory();
  if (strcmp(what, "work") == 0) use_processor();
  if (strcmp(what, "processes") == 0) use_processes();
}

static void serve(llmb_request *request) {
  uint64_t size = 0;
  const char *input = llmb_request_input(request, &size);
  llmb_request_accept(request);
  errno = 0;
  use_up(input);
  if (errno != 0) {
    llmb_request_fail(request, LLMB_E_ENGINE_ERROR, LLMB_PHASE_GENERATE, strerror(errno));
    return;
  }
  llmb_request_write(request, input, size);
  const llmb_usage usage = {.struct_size = sizeof usage, .finish_reason = LLMB_FINISH_STOP};
  llmb_request_done(request, &usage);
}

int32_t llmb_engine_module_main(llmb_engine *engine) {
  share_count();
  if (llmb_engine_confine_files(engine, NULL, NULL) != LLMB_OK) return 1;
  use_up(llmb_engine_setting(engine, "command"));
  if (llmb_engine_confine_calls(engine, NULL) != LLMB_OK) return 1;
  if (llmb_engine_ready(engine, "{}", NULL) != LLMB_OK) return 1;
  for (;;) {
    llmb_request *request = NULL;
    if (llmb_engine_next(engine, LLMB_NEVER, &request) != LLMB_OK) return 0;
    if (request != NULL) serve(request);
  }
}
