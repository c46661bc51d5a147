/* The scenarios of interop-tests/scenarios.json by way of the C API: the simple calls where they do, the explicit API
 * for the rest. Usage: driver SCENARIO */
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <llmbridge/llmbridge.h>

enum { ITEMS = 50, THREADS = 8, PIECE_BYTES = 4096 };

static void require(llmb_status status, const char *step) {
  if (status == LLMB_OK) return;
  fprintf(stderr, "%s: %s\n", step, llmb_status_name(status));
  exit(1);
}

static llmb_bridge *open_bridge(void) {
  llmb_bridge *bridge;
  require(llmb_bridge_open(NULL, &bridge, NULL), "llmb_bridge_open");
  return bridge;
}

static llmb_call *start_call(llmb_bridge *bridge) {
  llmb_call *call;
  require(llmb_call_start(bridge, (const uint8_t *)"hello", 5, NULL, &call, NULL), "llmb_call_start");
  return call;
}

static llmb_status read_piece(llmb_call *call, char piece[PIECE_BYTES + 1], uint64_t *size) {
  const llmb_status status = llmb_call_read(call, (uint8_t *)piece, PIECE_BYTES, LLMB_NEVER, size, NULL);
  piece[status == LLMB_OK ? *size : 0] = '\0';
  return status;
}

static void print_piece(const char *piece) {
  fputs("piece ", stdout);
  for (; *piece != '\0'; piece++) {
    if (*piece == '\n') {
      fputs("\\n", stdout);
    } else {
      putchar(*piece);
    }
  }
  putchar('\n');
}

/* Asks by the simple call; returns the error object, to be freed, or NULL after printing the answer. */
static char *ask(const char *prompt) {
  char *answer, *error;
  if (call_llm(prompt, &answer, &error) != LLMB_OK) return error;
  printf("text %s\n", answer);
  llmb_free(answer);
  return NULL;
}

static void print_status_of(const char *prompt) {
  char *answer, *error;
  const llmb_status status = call_llm(prompt, &answer, &error);
  printf("error %s\n", llmb_status_name(status));
  llmb_free(answer);
  llmb_free(error);
}

static void answer(void) {
  llmb_free(ask("hello"));
}

static void stream(void) {
  llmb_bridge *bridge = open_bridge();
  llmb_call *call = start_call(bridge);
  char piece[PIECE_BYTES + 1];
  uint64_t size;
  while (read_piece(call, piece, &size) == LLMB_OK && size > 0) print_piece(piece);
  llmb_result result;
  llmb_result_init(&result);
  require(llmb_call_finish(call, LLMB_NEVER, &result, NULL), "llmb_call_finish");
  printf("end %s\n", llmb_finish_reason_name(result.finish_reason));
  llmb_call_close(call);
  llmb_bridge_close(bridge);
}

static void embed_twice(void) {
  float *first, *second;
  size_t dimension, second_dimension;
  require(embed("hello", &first, &dimension, NULL), "embed");
  require(embed("hello", &second, &second_dimension, NULL), "embed");
  const int equal = dimension == second_dimension && memcmp(first, second, dimension * sizeof *first) == 0;
  printf("dimension %zu\nequal %s\n", dimension, equal ? "true" : "false");
  llmb_free(first);
  llmb_free(second);
}

static void deadline(void) {
  print_status_of("hello");
}

static void crash(void) {
  llmb_bridge *bridge = open_bridge();
  llmb_error error;
  llmb_error_init(&error);
  char *text;
  const llmb_status status = llmb_generate(bridge, (const uint8_t *)"hello", 5, NULL, &text, NULL, NULL, &error);
  printf("error %s %s %d\n", llmb_status_name(status), error.exit_kind == LLMB_EXIT_SIGNAL ? "signal" : "other",
         error.exit_value);
  llmb_bridge_close(bridge);
  print_status_of("hello");
}

static void bad_input(void) {
  print_status_of("");
  answer();
}

static void bad_setting(void) {
  char *error = ask("hello");
  const int known = error != NULL && strstr(error, "\"code\":\"invalid_argument\"") != NULL;
  printf("error %s\n", known ? "invalid_argument" : "?");
  printf("names LLMBRIDGE_SLOTS %s\n", error != NULL && strstr(error, "LLMBRIDGE_SLOTS") != NULL ? "true" : "false");
  llmb_free(error);
}

static void cancel(void) {
  llmb_bridge *bridge = open_bridge();
  llmb_call *call = start_call(bridge);
  char piece[PIECE_BYTES + 1];
  uint64_t size;
  require(read_piece(call, piece, &size), "llmb_call_read");
  print_piece(piece);
  require(llmb_call_cancel(call), "llmb_call_cancel");
  llmb_status status;
  do {
    status = read_piece(call, piece, &size);
  } while (status == LLMB_OK && size > 0);
  printf("error %s\n", llmb_status_name(status));
  llmb_call_close(call);
  llmb_bridge_close(bridge);
}

static atomic_int next_item, right_items;

static void *ask_items(void *unused) {
  (void)unused;
  for (int item = next_item++; item < ITEMS; item = next_item++) {
    char prompt[32], *text;
    snprintf(prompt, sizeof prompt, "item %d", item);
    if (call_llm(prompt, &text, NULL) == LLMB_OK && strcmp(text, prompt) == 0) right_items++;
    llmb_free(text);
  }
  return NULL;
}

static void many_threads(void) {
  pthread_t threads[THREADS];
  for (int i = 0; i < THREADS; i++) {
    if (pthread_create(&threads[i], NULL, ask_items, NULL) != 0) exit(1);
  }
  for (int i = 0; i < THREADS; i++) pthread_join(threads[i], NULL);
  printf("right %d\n", right_items);
}

static void children(void) {
  const pid_t child = fork();
  if (child == 0) {
    execl("/bin/sh", "sh", "-c", "exit 7", (char *)NULL);
    _exit(127);
  }
  answer();
  int status = 0;
  waitpid(child, &status, 0);
  printf("child %d\n", WEXITSTATUS(status));
}

static void exit_in_flight(void) {
  llmb_bridge *bridge = open_bridge();
  llmb_call *call = start_call(bridge);
  char piece[PIECE_BYTES + 1];
  uint64_t size;
  int64_t worker;
  require(read_piece(call, piece, &size), "llmb_call_read");
  require(llmb_bridge_worker_pid(bridge, &worker), "llmb_bridge_worker_pid");
  printf("worker %lld\n", (long long)worker);
}

int main(int count, char **arguments) {
  static const struct {
    const char *name;
    void (*act)(void);
  } scenarios[] = {
      {"answer", answer},
      {"stream", stream},
      {"embed", embed_twice},
      {"deadline", deadline},
      {"crash", crash},
      {"bad_input", bad_input},
      {"bad_setting", bad_setting},
      {"cancel", cancel},
      {"many_threads", many_threads},
      {"children", children},
      {"exit_in_flight", exit_in_flight},
  };
  for (size_t i = 0; count == 2 && i < sizeof scenarios / sizeof scenarios[0]; i++) {
    if (strcmp(arguments[1], scenarios[i].name) != 0) continue;
    scenarios[i].act();
    return 0;
  }
  return 2;
}
