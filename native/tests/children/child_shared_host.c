/* A program that uses a shared engine, told line by line what to do; each line is answered by one.
 *
 *   child_shared_host NAME VALUE ...     the settings of its bridge
 *
 *   ask PROMPT     ok PID ANSWER, with the engine's process, or error STATUS MESSAGE
 *   start PROMPT   a call that is not waited for: ok, or error ...
 *   part           what has come of the oldest such call, once something has: ok TEXT, or error ...
 *   look MS        gives the oldest such call that much time: ok
 *   read           the end of the oldest such call: ok PID ANSWER, or error ...
 *   flood COUNT    that many calls at once, all waited for: ok ANSWERED
 *   work COUNT     that many questions one after the other, each with an answer of its own: ok ANSWERED, or error ...
 *   pid            the engine's process: ok PID
 *   starts         how many engines, or servers of them, it has had started: ok COUNT
 *   fork           a child that does nothing but sleep: ok PID
 *   leave          closes the bridge: ok. The end of the input does the same, and ends the program. */
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <llmbridge/llmbridge.h>

enum { LINE_SIZE = 1 << 16, CALLS_MAX = 2048 };

static llmb_bridge *bridge;
static llmb_call *calls[CALLS_MAX];
static unsigned call_first, call_end;

/* An answer is one line. */
static const char *on_one_line(char *text) {
  for (char *at = text; *at != 0; at++) {
    if (*at == '\n') *at = ' ';
  }
  return text;
}

static void say_error(const llmb_error *error) {
  printf("error %d %s\n", (int)error->status, error->message);
}

static void say_answer(char *answer) {
  int64_t pid = 0;
  (void)llmb_bridge_worker_pid(bridge, &pid);
  printf("ok %" PRId64 " %s\n", pid, on_one_line(answer));
}

static void ask(const char *prompt) {
  char *answer = NULL;
  llmb_error error;
  llmb_error_init(&error);
  const llmb_status status =
      llmb_generate(bridge, (const uint8_t *)prompt, strlen(prompt), NULL, &answer, NULL, NULL, &error);
  if (status == LLMB_OK) {
    say_answer(answer);
  } else {
    say_error(&error);
  }
  llmb_free(answer);
}

static bool start(const char *prompt) {
  llmb_error error;
  llmb_error_init(&error);
  if (call_end == CALLS_MAX) return false;
  if (llmb_call_start(bridge, (const uint8_t *)prompt, strlen(prompt), NULL, &calls[call_end], &error) == LLMB_OK) {
    call_end++;
    return true;
  }
  say_error(&error);
  return false;
}

static llmb_status read_call(llmb_call *call, char *text, size_t capacity, llmb_error *error) {
  size_t used = 0;
  for (;;) {
    uint64_t size = 0;
    const llmb_status status =
        llmb_call_read(call, (uint8_t *)text + used, capacity - 1 - used, LLMB_NEVER, &size, error);
    if (status != LLMB_OK || size == 0) {
      text[used] = 0;
      return status;
    }
    used += size;
    if (used == capacity - 1) return LLMB_E_OUTPUT_TOO_LARGE;
  }
}

static void read_part(void) {
  char text[1024];
  uint64_t size = 0;
  llmb_error error;
  llmb_error_init(&error);
  if (call_first == call_end) {
    printf("error 0 there is no call\n");
  } else if (llmb_call_read(calls[call_first], (uint8_t *)text, sizeof text - 1, LLMB_NEVER, &size, &error) !=
             LLMB_OK) {
    say_error(&error);
  } else {
    text[size] = 0;
    printf("ok %s\n", on_one_line(text));
  }
}

static void look(unsigned milliseconds) {
  char text[64];
  uint64_t size = 0;
  if (call_first < call_end) {
    (void)llmb_call_read(calls[call_first], (uint8_t *)text, sizeof text, llmb_deadline_after_ms(milliseconds), &size,
                         NULL);
  }
  printf("ok\n");
}

static void read_oldest(void) {
  static char text[LINE_SIZE];
  llmb_error error;
  llmb_error_init(&error);
  if (call_first == call_end) {
    printf("error 0 there is no call\n");
    return;
  }
  llmb_call *call = calls[call_first++];
  const llmb_status status = read_call(call, text, sizeof text, &error);
  if (status == LLMB_OK) {
    say_answer(text);
  } else {
    say_error(&error);
  }
  llmb_call_close(call);
}

static void flood(unsigned count) {
  static char text[LINE_SIZE];
  unsigned answered = 0;
  for (unsigned i = 0; i < count; i++) {
    if (!start("flood")) return;
  }
  while (call_first < call_end) {
    answered += read_call(calls[call_first], text, sizeof text, NULL) == LLMB_OK;
    llmb_call_close(calls[call_first++]);
  }
  printf("ok %u\n", answered);
}

/* The engine is one that says what it was asked. */
static void work(unsigned count) {
  static unsigned number;
  unsigned answered = 0;
  for (unsigned i = 0; i < count; i++) {
    char prompt[64], *answer = NULL;
    llmb_error error;
    llmb_error_init(&error);
    snprintf(prompt, sizeof prompt, "question %u of %d", ++number, (int)getpid());
    if (llmb_generate(bridge, (const uint8_t *)prompt, strlen(prompt), NULL, &answer, NULL, NULL, &error) != LLMB_OK) {
      say_error(&error);
      return;
    }
    answered += strcmp(answer, prompt) == 0;
    llmb_free(answer);
  }
  printf("ok %u\n", answered);
}

static void say_starts(void) {
  llmb_stats stats;
  llmb_stats_init(&stats);
  (void)llmb_bridge_stats(bridge, &stats, NULL);
  printf("ok %" PRIu64 "\n", stats.engines_started);
}

static void fork_sleeper(void) {
  const pid_t child = fork();
  if (child == 0) {
    for (;;) pause();
  }
  printf("ok %d\n", (int)child);
}

static void obey(char *line) {
  char *rest = strchr(line, ' ');
  if (rest != NULL) *rest++ = 0;
  if (strcmp(line, "ask") == 0 && rest != NULL) {
    ask(rest);
  } else if (strcmp(line, "start") == 0 && rest != NULL) {
    if (start(rest)) printf("ok\n");
  } else if (strcmp(line, "part") == 0) {
    read_part();
  } else if (strcmp(line, "look") == 0 && rest != NULL) {
    look((unsigned)strtoul(rest, NULL, 10));
  } else if (strcmp(line, "read") == 0) {
    read_oldest();
  } else if (strcmp(line, "flood") == 0 && rest != NULL) {
    flood((unsigned)strtoul(rest, NULL, 10));
  } else if (strcmp(line, "work") == 0 && rest != NULL) {
    work((unsigned)strtoul(rest, NULL, 10));
  } else if (strcmp(line, "pid") == 0) {
    char none[] = "";
    say_answer(none);
  } else if (strcmp(line, "starts") == 0) {
    say_starts();
  } else if (strcmp(line, "fork") == 0) {
    fork_sleeper();
  } else if (strcmp(line, "leave") == 0) {
    llmb_bridge_close(bridge);
    bridge = NULL;
    printf("ok\n");
  } else {
    printf("error 0 %s is no command\n", line);
  }
}

int main(int argc, char **argv) {
  static char line[LINE_SIZE];
  llmb_settings *settings = NULL;
  llmb_error error;
  llmb_error_init(&error);
  if (llmb_settings_create(&settings, NULL) != LLMB_OK) return 2;
  for (int i = 1; i + 1 < argc; i += 2) {
    if (llmb_settings_set(settings, argv[i], argv[i + 1], &error) != LLMB_OK) {
      fprintf(stderr, "%s\n", error.message);
      return 3;
    }
  }
  if (llmb_bridge_open(settings, &bridge, &error) != LLMB_OK) {
    fprintf(stderr, "%s\n", error.message);
    return 4;
  }
  llmb_settings_close(settings);
  setvbuf(stdout, NULL, _IOLBF, 0);
  while (fgets(line, sizeof line, stdin) != NULL) {
    line[strcspn(line, "\n")] = 0;
    obey(line);
  }
  llmb_bridge_close(bridge);
  return 0;
}
