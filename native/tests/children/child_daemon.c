/* A JSON-RPC daemon for tests. Its arguments say how it starts, the prompt of each `generate` what it does:
 *   child_daemon [ping JSON | no_ping | mute | exit N | slow MS | loads MS | cancels]...  */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "core/json_reader.h"
#include "core/json_writer.h"
#include "core/memory.h"

static const char *ping_result = "{}";
static bool answers_ping = true, knows_ping = true, cancels;
static unsigned long long held_id, asked_count, cancel_count;
static unsigned batch_size;

static void nap_ms(long milliseconds) {
  const struct timespec nap = {milliseconds / 1000, milliseconds % 1000 * 1000000};
  nanosleep(&nap, NULL);
}

static void load(long milliseconds) {
  for (long done = 0; done < milliseconds; done += 50) {
    fputs("loading\n", stderr);
    nap_ms(50);
  }
}

static void say(const char *line) {
  fputs(line, stdout);
  fputc('\n', stdout);
  fflush(stdout);
}

static void reply_raw(unsigned long long id, const char *result) {
  printf("{\"jsonrpc\":\"2.0\",\"id\":%llu,\"result\":%s}\n", id, result);
  fflush(stdout);
}

static void reply_text(unsigned long long id, const char *text, size_t size) {
  struct json_writer writer;
  char *json = NULL;
  json_writer_begin(&writer);
  json_text_sized(&writer, text, size);
  if (json_writer_finish(&writer, &json) != LLMB_OK) exit(1);
  reply_raw(id, json);
  memory_release(json);
}

static void reply_error(unsigned long long id, long code) {
  printf("{\"jsonrpc\":\"2.0\",\"id\":%llu,\"error\":{\"code\":%ld,\"message\":\"no \\\"way\\\"\"}}\n", id, code);
  fflush(stdout);
}

static void reply_long(unsigned long long id, long size) {
  char *text = malloc((size_t)size);
  if (text == NULL) exit(1);
  memset(text, '"', (size_t)size); /* each takes two bytes of the line */
  reply_text(id, text, (size_t)size);
  free(text);
}

static void stream(unsigned long long id) {
  static const char *const pieces[] = {"one", " two", " thr\\u00e9e"};
  for (int i = 0; i < 3; i++) {
    printf("{\"jsonrpc\":\"2.0\",\"method\":\"piece\",\"params\":{\"id\":%llu,\"text\":\"%s\"}}\n", id, pieces[i]);
  }
  reply_raw(id, "{\"text\":\"\",\"usage\":{\"prompt_tokens\":3,\"completion_tokens\":4},\"finish_reason\":\"length\"}");
}

/* A grandchild in a session of its own that keeps stdout open. */
static void leave_grandchild(unsigned long long id) {
  char text[32];
  const pid_t child = fork();
  if (child == 0) {
    setsid();
    const pid_t grandchild = fork();
    if (grandchild == 0) {
      for (;;) pause();
    }
    snprintf(text, sizeof text, "%d", (int)grandchild);
    reply_text(id, text, strlen(text));
    _exit(0);
  }
  waitpid(child, NULL, 0);
}

static void list_descriptors(char *text, size_t capacity) {
  size_t size = 0;
  for (int i = 0; i < 1024 && size < capacity; i++) {
    if (fcntl(i, F_GETFD) < 0) continue;
    size += (size_t)snprintf(text + size, capacity - size, "%s%d", size > 0 ? " " : "", i);
  }
}

/* Lines as they are, but for the id, which is a $. */
static void say_lines(unsigned long long id, const char *lines) {
  for (; *lines != 0; lines++) {
    if (*lines == '$') {
      printf("%llu", id);
    } else {
      putchar(*lines);
    }
  }
  putchar('\n');
  fflush(stdout);
}

static void flood(bool lines) {
  for (;;) fputs(lines ? "{\"jsonrpc\":\"2.0\",\"method\":\"noise\"}\n" : "[1,", stdout);
}

static bool takes(const char *prompt, const char *word, long *number) {
  const size_t size = strlen(word);
  if (strncmp(prompt, word, size) != 0 || (prompt[size] != 0 && prompt[size] != ' ')) return false;
  *number = strtol(prompt + size, NULL, 10);
  return true;
}

static void generate(unsigned long long id, const char *prompt, struct json_value params) {
  long number = 0;
  char text[64];
  if (takes(prompt, "exit", &number)) {
    fputs("last words on stderr\n", stderr);
    exit((int)number);
  } else if (takes(prompt, "signal", &number)) {
    raise((int)number);
  } else if (takes(prompt, "freeze", &number)) {
    for (;;) pause();
  } else if (takes(prompt, "sleep", &number)) {
    nap_ms(number);
    const char *then = strstr(prompt, "exit ");
    if (then != NULL) exit(atoi(then + 5));
    reply_text(id, "slept", 5);
  } else if (takes(prompt, "hold", &number)) {
    held_id = id;
  } else if (takes(prompt, "garbage", &number)) {
    say("this is not JSON");
  } else if (takes(prompt, "stray", &number)) {
    reply_raw(id + 1000, "1");
  } else if (takes(prompt, "own", &number)) {
    say("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ask\"}");
  } else if (takes(prompt, "twice", &number)) {
    reply_text(id, "first", 5);
    reply_text(id, "second", 6);
  } else if (takes(prompt, "flood", &number)) {
    flood(false);
  } else if (takes(prompt, "noise", &number)) {
    flood(true);
  } else if (takes(prompt, "complain", &number)) {
    while (number-- > 0) fputs("a line of a log that is written before the answer\n", stderr);
    reply_text(id, "complained", 10);
  } else if (takes(prompt, "notify", &number)) {
    say("{\"jsonrpc\":\"2.0\",\"method\":\"log\",\"params\":[1]}");
    reply_text(id, "notified", 8);
  } else if (takes(prompt, "raw", &number)) {
    reply_raw(id, prompt + 4);
  } else if (takes(prompt, "error", &number)) {
    reply_error(id, number);
  } else if (takes(prompt, "stream", &number)) {
    stream(id);
  } else if (takes(prompt, "long", &number)) {
    reply_long(id, number);
  } else if (takes(prompt, "params", &number)) {
    reply_text(id, params.text, params.size);
  } else if (takes(prompt, "batch", &number)) {
    snprintf(text, sizeof text, "%u", batch_size);
    reply_text(id, text, strlen(text));
  } else if (takes(prompt, "pid", &number)) {
    nap_ms(number); /* "pid 300": after so long */
    snprintf(text, sizeof text, "%d", (int)getpid());
    reply_text(id, text, strlen(text));
  } else if (takes(prompt, "lines", &number)) {
    say_lines(id, prompt + 6);
  } else if (takes(prompt, "descriptors", &number)) {
    list_descriptors(text, sizeof text);
    reply_text(id, text, strlen(text));
  } else if (takes(prompt, "grandchild", &number)) {
    leave_grandchild(id);
  } else if (takes(prompt, "mute", &number)) {
    close(STDOUT_FILENO);
  } else {
    reply_text(id, prompt, strlen(prompt));
  }
}

static void embed(unsigned long long id, struct json_value params) {
  struct json_value text;
  const char *comma = "";
  printf("{\"jsonrpc\":\"2.0\",\"id\":%llu,\"result\":{\"embeddings\":[", id);
  for (uint64_t at = 0; json_next(json_member(params, "texts"), &at, NULL, &text); comma = ",") {
    char copy[256];
    if (text.size < sizeof copy) json_string_copy(text, copy);
    if (strcmp(copy, "few") == 0) continue;
    printf("%s[%zu, -0.5e0%s]", comma, strlen(copy), strcmp(copy, "odd") == 0 ? ", 3" : "");
  }
  puts("]}}");
  fflush(stdout);
}

static void take(struct json_value request) {
  char method[64] = "", prompt[4096] = "";
  const struct json_value name = json_member(request, "method"), params = json_member(request, "params");
  const struct json_value id_value = json_member(request, "id"), prompt_value = json_member(params, "prompt");
  const unsigned long long id = id_value.kind == JSON_NUMBER ? strtoull(id_value.text, NULL, 10) : 0;
  if (name.kind == JSON_STRING && name.size < sizeof method) json_string_copy(name, method);
  if (prompt_value.kind == JSON_STRING && prompt_value.size < sizeof prompt) json_string_copy(prompt_value, prompt);
  if (strcmp(method, "ping") == 0) {
    if (answers_ping && knows_ping) reply_raw(id, ping_result);
    if (answers_ping && !knows_ping) reply_error(id, -32601);
  } else if (strcmp(method, "$/cancel") == 0) {
    const unsigned long long cancelled_id = strtoull(json_member(params, "id").text, NULL, 10);
    cancel_count++;
    if (cancels) reply_error(cancelled_id, -32000);
  } else if (strcmp(method, "generate") == 0) {
    asked_count++;
    const unsigned long long released_id = held_id;
    held_id = 0;
    generate(id, prompt, params);
    if (released_id != 0) reply_text(released_id, "held", 4);
  } else if (strcmp(method, "embed") == 0) {
    embed(id, params);
  } else if (strcmp(method, "tokens") == 0) {
    reply_raw(id, "{\"tokens\": 42}");
  } else if (strcmp(method, "tokenize") == 0) {
    const struct json_value text = json_member(params, "text");
    reply_raw(id, json_string_is(text, "bad")     ? "{\"tokens\": [1, -2]}"
                  : json_string_is(text, "large") ? "[2147483648]"
                                                  : "[1, 22]");
  } else if (strcmp(method, "detokenize") == 0) { /* what was asked */
    reply_text(id, params.text, params.size);
  } else if (strcmp(method, "counts") == 0) {
    char text[96];
    snprintf(text, sizeof text, "{\"asked\":%llu, \"cancels\":%llu}", asked_count, cancel_count);
    reply_raw(id, text);
  } else if (strcmp(method, "same") == 0) {
    printf("{\"jsonrpc\":\"2.0\",\"id\":%llu,\"result\":%.*s}\n", id, (int)params.size, params.text);
    fflush(stdout);
  } else if (strcmp(method, "fail") == 0) { /* with a long message */
    printf("{\"jsonrpc\":\"2.0\",\"id\":%llu,\"error\":{\"code\":-32001,\"message\":\"", id);
    for (int i = 0; i < 10000; i++) fputs("é", stdout);
    say("\"}}");
  } else if (strcmp(method, "piece_first") == 0) {
    printf("{\"jsonrpc\":\"2.0\",\"method\":\"piece\",\"params\":{\"id\":%llu,\"text\":\"stray\"}}\n", id);
    reply_raw(id, "7");
  } else if (strcmp(method, "answer_no_ping") == 0) {
    answers_ping = false;
    reply_raw(id, "true");
  } else {
    reply_error(id, -32601);
  }
}

static void take_line(const char *line, size_t size) {
  const struct json_value whole = json_read(line, size);
  struct json_value element;
  if (whole.kind != JSON_ARRAY) {
    batch_size = 1;
    take(whole);
    return;
  }
  batch_size = 0;
  for (uint64_t at = 0; json_next(whole, &at, NULL, &element);) batch_size++;
  for (uint64_t at = 0; json_next(whole, &at, NULL, &element);) take(element);
}

int main(int argc, char **argv) {
  for (int i = 1; i < argc; i++) {
    if (strcmp(argv[i], "ping") == 0 && i + 1 < argc) ping_result = argv[++i];
    if (strcmp(argv[i], "no_ping") == 0) knows_ping = false;
    if (strcmp(argv[i], "mute") == 0) answers_ping = false;
    if (strcmp(argv[i], "cancels") == 0) cancels = true;
    if (strcmp(argv[i], "slow") == 0 && i + 1 < argc) nap_ms(strtol(argv[++i], NULL, 10));
    if (strcmp(argv[i], "loads") == 0 && i + 1 < argc) load(strtol(argv[++i], NULL, 10));
    if (strcmp(argv[i], "exit") == 0 && i + 1 < argc) {
      fputs("some trouble\nthe cause of it\n", stderr);
      return atoi(argv[++i]);
    }
  }
  char *line = NULL;
  size_t capacity = 0;
  ssize_t size = 0;
  while ((size = getline(&line, &capacity, stdin)) > 0) take_line(line, (size_t)size);
  free(line);
  return 0;
}
