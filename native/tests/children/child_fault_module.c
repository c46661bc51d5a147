/* An engine module that misbehaves as each prompt says: "NUMBER VERB ...". Before it does anything it notes the number
 * in the file that the setting `command` names, so that the test can tell how often each call was worked on. */
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "tests/faults/frame_streams.h"
#include "channel/channel_limits.h"
#include "channel/engine_channel.h"
#include "tests/children/child_fault_brood.h"

LLMB_API int32_t llmb_engine_module_main(llmb_engine *engine);

enum { CHUNK_SIZE = 32 << 10, TOKENS_AT_ONCE = 1000 };

static void sleep_ms(unsigned milliseconds) {
  const struct timespec nap = {milliseconds / 1000, (long)(milliseconds % 1000) * 1000000};
  nanosleep(&nap, NULL);
}

static void done(llmb_request *request) {
  const llmb_usage usage = {.struct_size = sizeof usage, .finish_reason = LLMB_FINISH_STOP, .completion_tokens = 1};
  llmb_request_done(request, &usage);
}

static void give_up(llmb_request *request) {
  llmb_request_fail(request, LLMB_E_CANCELLED, LLMB_PHASE_GENERATE, "cancelled");
}

static void await_cancel(llmb_request *request) {
  while (!llmb_request_cancelled(request)) sleep_ms(1);
  give_up(request);
}

/* All of the bytes, waiting for room; false once the call is cancelled. */
static bool write_all(llmb_request *request, const char *bytes, uint64_t size) {
  for (uint64_t at = 0; at < size;) {
    const uint64_t chunk = size - at < CHUNK_SIZE ? size - at : CHUNK_SIZE;
    const llmb_status status = llmb_request_write(request, bytes + at, chunk);
    if (status == LLMB_OK) at += chunk;
    if (llmb_request_flush(request, LLMB_NEVER) != LLMB_OK) return false;
  }
  return true;
}

static void *make_noise(void *argument) {
  char line[200];
  memset(line, 'n', sizeof line);
  line[sizeof line - 1] = '\n';
  while (write(STDERR_FILENO, line, sizeof line) > 0) continue;
  return argument;
}

static void echo(llmb_request *request, const char *text, uint64_t size, bool noisy) {
  static bool is_noisy;
  pthread_t thread;
  if (noisy && !is_noisy) is_noisy = pthread_create(&thread, NULL, make_noise, NULL) == 0;
  if (write_all(request, text, size)) {
    done(request);
  } else {
    give_up(request);
  }
}

static void answer(llmb_request *request, uint64_t size) {
  static char chunk[CHUNK_SIZE];
  memset(chunk, 'x', sizeof chunk);
  for (uint64_t left = size; left > 0;) {
    const uint64_t part = left < sizeof chunk ? left : sizeof chunk;
    if (!write_all(request, chunk, part)) {
      give_up(request);
      return;
    }
    left -= part;
  }
  done(request);
}

static void write_tokens_without_end(llmb_request *request) {
  static const int32_t tokens[TOKENS_AT_ONCE];
  while (!llmb_request_cancelled(request)) {
    llmb_request_write_tokens(request, tokens, TOKENS_AT_ONCE);
    llmb_request_flush(request, LLMB_NEVER);
  }
  give_up(request);
}

static void drip_pieces(llmb_request *request, unsigned pause_ms) {
  while (!llmb_request_cancelled(request)) {
    llmb_request_write(request, "x", 1);
    sleep_ms(pause_ms);
  }
  give_up(request);
}

/* A piece of the largest size, byte by byte, its head too if that is wanted, until somebody kills this process. */
static void drip_frame(llmb_request *request, unsigned pause_ms, bool head_too) {
  const struct frame_head head = {CHANNEL_PIECE_SIZE_MAX, FRAME_PIECE, request->head.call_id};
  unsigned sent = head_too ? 0 : sizeof head;
  if (!head_too) llmb_request_write_raw(request, &head, sizeof head);
  for (;;) {
    llmb_request_write_raw(request, sent < sizeof head ? (const char *)&head + sent : "x", 1);
    sent++;
    sleep_ms(pause_ms);
  }
}

/* "STREAM CUT AT MASK [stay]": writes that stream, cut to CUT bytes and with the byte AT changed by MASK, then ends
 * this process or stays until the host has had enough. The stream has an ACCEPTED of its own. */
static void write_damaged(llmb_request *request, const char *words) {
  struct frame_stream stream;
  unsigned kind = 0, cut = 0, at = 0, mask = 0;
  char end[8] = "";
  if (sscanf(words, "%u %u %u %u %7s", &kind, &cut, &at, &mask, end) < 4) abort();
  frame_stream_make(&stream, (enum frame_stream_kind)kind, request->head.call_id);
  stream.bytes[at] ^= (uint8_t)mask;
  if (cut > 0) llmb_request_write_raw(request, stream.bytes, cut);
  if (strcmp(end, "stay") == 0) await_cancel(request);
  _exit(0);
}

/* Writes what the tree's processes are, and goes on living. */
static void have_brood(llmb_request *request) {
  char pids[BROOD_TEXT_SIZE];
  child_fault_brood(pids, sizeof pids);
  llmb_request_write(request, pids, strlen(pids));
  done(request);
}

static void raise_signal(llmb_request *request, int number, bool with_core) {
  if (with_core) {
    const struct rlimit unlimited = {RLIM_INFINITY, RLIM_INFINITY};
    if (setrlimit(RLIMIT_CORE, &unlimited) != 0 || prctl(PR_SET_DUMPABLE, 1, 0, 0, 0) != 0) _exit(77);
  }
  signal(number, SIG_DFL); /* the SDK ignores SIGPIPE */
  raise(number);
  llmb_request_write(request, "survived", 8);
  done(request);
}

/* Claims that the answer began at that moment. */
static void lie_of_the_beginning(llmb_request *request, uint64_t moment_ns) {
  request->answered = true;
  atomic_store(&request->shared->first_output, moment_ns);
  llmb_request_write(request, "x", 1);
  done(request);
}

static void obey(llmb_request *request, const char *verb, const char *words, uint64_t size) {
  const unsigned number = (unsigned)strtoul(words, NULL, 10);
  if (strcmp(verb, "damage") == 0) write_damaged(request, words);
  llmb_request_accept(request);
  if (strcmp(verb, "echo") == 0 || strcmp(verb, "noisy_echo") == 0) {
    echo(request, words, size, verb[0] == 'n');
  } else if (strcmp(verb, "answer") == 0) {
    answer(request, strtoull(words, NULL, 10));
  } else if (strcmp(verb, "began") == 0) {
    lie_of_the_beginning(request, strtoull(words, NULL, 10));
  } else if (strcmp(verb, "tokens") == 0) {
    write_tokens_without_end(request);
  } else if (strcmp(verb, "drip") == 0) {
    drip_pieces(request, number);
  } else if (strcmp(verb, "drip_head") == 0 || strcmp(verb, "drip_payload") == 0) {
    drip_frame(request, number, strcmp(verb, "drip_head") == 0);
  } else if (strcmp(verb, "brood") == 0) {
    have_brood(request);
  } else if (strcmp(verb, "exit") == 0) {
    _exit((int)number);
  } else if (strcmp(verb, "signal") == 0 || strcmp(verb, "core") == 0) {
    raise_signal(request, (int)number, verb[0] == 'c');
  } else {
    await_cancel(request);
  }
}

/* Notes a call's number; true if it was there already: another engine has had the call. */
static bool note(const char *path, unsigned number) {
  unsigned other = 0;
  bool is_there = false;
  FILE *ledger = fopen(path, "r+");
  if (ledger == NULL) abort();
  while (fscanf(ledger, "%u", &other) == 1) is_there |= other == number;
  fseek(ledger, 0, SEEK_END);
  fprintf(ledger, "%u\n", number);
  if (fclose(ledger) != 0) abort();
  return is_there;
}

int32_t llmb_engine_module_main(llmb_engine *engine) {
  const char *ledger = llmb_engine_setting(engine, "command");
  if (llmb_engine_ready(engine, "{\"engine\":\"fault\"}", NULL) != LLMB_OK) return 1;
  for (;;) {
    llmb_request *request = NULL;
    if (llmb_engine_next(engine, LLMB_NEVER, &request) != LLMB_OK) return 0;
    if (request == NULL) continue;
    uint64_t size = 0;
    char verb[16] = "";
    unsigned number = 0;
    int words_at = 0;
    const char *prompt = llmb_request_input(request, &size);
    if (sscanf(prompt, "%u %15s%n", &number, verb, &words_at) != 2) abort();
    if (prompt[words_at] == ' ') words_at++;
    if (note(ledger, number)) {
      llmb_request_accept(request);
      echo(request, "again", 5, false);
    } else {
      obey(request, verb, prompt + words_at, size - (uint64_t)words_at);
    }
  }
}
