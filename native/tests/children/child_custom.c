/* A custom engine in C: it answers with its own descriptors, or, asked for anything else than "own", with those of a
 * program that it starts with all it has: child_custom PROGRAM. */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <llmbridge/engine.h>

enum { DESCRIPTORS_MAX = 1024 };

static void list_own(char *text, size_t capacity) {
  size_t size = 0;
  for (int i = 0; i < DESCRIPTORS_MAX && size < capacity; i++) {
    if (fcntl(i, F_GETFD) < 0) continue;
    size += (size_t)snprintf(text + size, capacity - size, "%s%d", size > 0 ? " " : "", i);
  }
}

static void list_childs(const char *program, char *text, size_t capacity) {
  FILE *child = popen(program, "r");
  if (child == NULL) return;
  text[fread(text, 1, capacity - 1, child)] = 0;
  pclose(child);
}

static void serve(llmb_engine *engine, const char *program, const char *own) {
  const llmb_usage usage = {.struct_size = sizeof usage, .finish_reason = LLMB_FINISH_STOP};
  llmb_request *request = NULL;
  while (llmb_engine_next(engine, LLMB_NEVER, &request) == LLMB_OK) {
    char text[512] = "";
    uint64_t size = 0;
    if (request == NULL) continue;
    llmb_request_accept(request);
    const char *prompt = llmb_request_input(request, &size);
    if (size == 3 && memcmp(prompt, "own", 3) == 0) {
      snprintf(text, sizeof text, "%s", own);
    } else {
      list_childs(program, text, sizeof text);
    }
    llmb_request_write(request, text, strlen(text));
    llmb_request_done(request, &usage);
  }
}

int main(int argc, char **argv) {
  llmb_engine *engine = NULL;
  char own[512] = "";
  list_own(own, sizeof own);
  if (argc != 2 || llmb_engine_connect("custom", "1", &engine, NULL) != LLMB_OK) return 1;
  if (llmb_engine_ready(engine, "{}", NULL) == LLMB_OK) serve(engine, argv[1], own);
  llmb_engine_close(engine);
  return 0;
}
