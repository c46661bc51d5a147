/* The parsers on both sides, with what no honest peer would send. */
#include <stddef.h>

#include "tests/unit/keeper/keeper_harness.h"
#include "keeper/keeper_event.h"

static const char *const ARGUMENTS[] = {"program", "", "three words here", NULL};
static const char *const ENVIRONMENT[] = {"A=1", "B=", NULL};
static const struct keeper_spawn SPAWN = {
    .program = "/bin/program", .arguments = ARGUMENTS, .environment = ENVIRONMENT, .log_file = "/tmp/log"};

static char message[KEEPER_MESSAGE_SIZE_MAX];
static struct keeper_spawn_request request;

static uint64_t encode(void) {
  uint64_t size = keeper_spawn_encoded_size(&SPAWN, "/folder");
  keeper_spawn_encode(&SPAWN, "/folder", 42, message);
  return size;
}

static void spawn_message__comes_back_as_it_was(void) {
  uint64_t size = encode();
  CHECK_INT(KEEPER_MESSAGE_SPAWN, keeper_message_check(message, size));
  CHECK(keeper_spawn_decode(message, size, &request));
  CHECK_INT(42, request.id);
  CHECK_TEXT("/bin/program", request.program);
  CHECK_TEXT("/folder", request.folder);
  CHECK_TEXT("/tmp/log", request.log_file);
  for (unsigned i = 0; i < 3; i++) CHECK_TEXT(ARGUMENTS[i], request.arguments[i]);
  CHECK(request.arguments[3] == NULL);
  for (unsigned i = 0; i < 2; i++) CHECK_TEXT(ENVIRONMENT[i], request.environment[i]);
  CHECK(request.environment[2] == NULL);
}

static void spawn_message__is_refused_at_every_truncation(void) {
  uint64_t whole = encode();
  for (uint64_t size = 0; size < whole; size++) {
    char *copy = malloc(size + 1); /* exact, so that a sanitizer sees a byte too far */
    memcpy(copy, message, size);
    char *exact = realloc(copy, size > 0 ? size : 1);
    bool accepted =
        keeper_message_check(exact, size) == KEEPER_MESSAGE_SPAWN && keeper_spawn_decode(exact, size, &request);
    CHECK(!accepted);
    free(exact);
  }
}

static void spawn_message__survives_every_flipped_byte(void) {
  uint64_t size = encode();
  for (uint64_t at = 0; at < size; at++) {
    for (unsigned bit = 0; bit < 8; bit++) {
      char *copy = malloc(size);
      encode();
      memcpy(copy, message, size);
      copy[at] = (char)(copy[at] ^ (1 << bit));
      bool accepted =
          keeper_message_check(copy, size) == KEEPER_MESSAGE_SPAWN && keeper_spawn_decode(copy, size, &request);
      if (at < sizeof(struct keeper_message_head)) CHECK(!accepted);
      /* Whatever was accepted lies within the message. */
      if (accepted) {
        CHECK(request.program >= copy && request.program < copy + size);
        for (char **text = request.arguments; *text != NULL; text++) CHECK(*text >= copy && *text < copy + size);
        for (char **text = request.environment; *text != NULL; text++) CHECK(*text >= copy && *text < copy + size);
      }
      free(copy);
    }
  }
}

static void spawn_message__with_bytes_behind_its_texts_is_refused(void) {
  const uint64_t size = encode();
  memcpy(message + size, "x", 2);
  CHECK(!keeper_spawn_decode(message, size + 2, &request));
  encode();
  CHECK(keeper_spawn_decode(message, size, &request));
}

/* Written by nobody who encodes as we do: the arrays of texts have as much room as the limits say. */
static void spawn_message__with_too_many_texts_is_refused(void) {
  static const unsigned counts[][2] = {{KEEPER_ARGUMENTS_MAX + 1, 0}, {1, KEEPER_ENVIRONMENT_MAX + 1}, {0, 1}};
  for (unsigned i = 0; i < sizeof counts / sizeof counts[0]; i++) {
    const struct keeper_spawn_message head = {.head = keeper_message_head(KEEPER_MESSAGE_SPAWN),
                                              .id = 1,
                                              .argument_count = counts[i][0],
                                              .environment_count = counts[i][1]};
    const uint64_t texts = 3 + (uint64_t)counts[i][0] + counts[i][1];
    memcpy(message, &head, sizeof head);
    for (uint64_t text = 0; text < texts; text++) memcpy(message + sizeof head + 2 * text, "x", 2);
    CHECK(!keeper_spawn_decode(message, sizeof head + 2 * texts, &request));
  }
}

static void spawn_message__has_limits(void) {
  static const char *many[KEEPER_ENVIRONMENT_MAX + 2];
  static char long_text[KEEPER_MESSAGE_SIZE_MAX];
  struct keeper_spawn spawn = SPAWN;
  for (unsigned i = 0; i < KEEPER_ARGUMENTS_MAX; i++) many[i] = "x";
  spawn.arguments = many;
  CHECK(keeper_spawn_encoded_size(&spawn, "") > 0);
  many[KEEPER_ARGUMENTS_MAX] = "x";
  CHECK_INT(0, keeper_spawn_encoded_size(&spawn, ""));
  spawn = SPAWN;
  for (unsigned i = 0; i < KEEPER_ENVIRONMENT_MAX + 1; i++) many[i] = "x=";
  spawn.environment = many;
  CHECK_INT(0, keeper_spawn_encoded_size(&spawn, ""));
  many[KEEPER_ENVIRONMENT_MAX] = NULL;
  CHECK(keeper_spawn_encoded_size(&spawn, "") > 0);
  spawn = SPAWN;
  memset(long_text, 'x', sizeof long_text - 1);
  spawn.program = long_text;
  CHECK_INT(0, keeper_spawn_encoded_size(&spawn, ""));
}

static void message_check__knows_sizes_and_versions(void) {
  struct keeper_number_message number = {.head = keeper_message_head(KEEPER_MESSAGE_KILL)};
  unsigned version = 0;
  CHECK_INT(KEEPER_MESSAGE_KILL, keeper_message_check(&number, sizeof number));
  CHECK_INT(KEEPER_MESSAGE_NONE, keeper_message_check(&number, sizeof number - 1));
  CHECK_INT(KEEPER_MESSAGE_NONE, keeper_message_check(&number, 0));
  number.head.kind = KEEPER_MESSAGE_KIND_COUNT;
  CHECK_INT(KEEPER_MESSAGE_NONE, keeper_message_check(&number, sizeof number));
  CHECK(!keeper_message_is_foreign(&number, sizeof number, &version));
  number.head.version = KEEPER_PROTOCOL_VERSION + 1;
  CHECK(keeper_message_is_foreign(&number, sizeof number, &version));
  CHECK_INT(KEEPER_PROTOCOL_VERSION + 1, version);
}

/* An event socket whose other end a test holds instead of the keeper. */
struct false_keeper {
  struct engine_process process;
  os_handle end;
};

static struct false_keeper false_keeper_create(void) {
  struct false_keeper keeper = {.process = {.process = OS_HANDLE_NONE}};
  os_handle pair[2];
  int os_code;
  CHECK_INT(LLMB_OK, os_socket_pair(pair, &os_code));
  keeper.process.events = pair[0];
  keeper.end = pair[1];
  return keeper;
}

static void check_is_lost(const void *bytes, uint64_t size, unsigned handle_count) {
  struct false_keeper keeper = false_keeper_create();
  struct keeper_event event;
  const os_handle handles[] = {0, 0};
  int os_code;
  CHECK_INT(LLMB_OK, os_socket_send(keeper.end, bytes, size, handles, handle_count, &os_code));
  CHECK_INT(LLMB_OK, engine_process_next_event(&keeper.process, &event));
  CHECK_INT(KEEPER_EVENT_LOST, event.kind);
  CHECK_INT(LLMB_EXIT_UNKNOWN, event.exit_kind);
  CHECK_INT(LLMB_E_NOT_READY, engine_process_next_event(&keeper.process, &event));
  engine_process_close(&keeper.process);
  os_handle_close(keeper.end);
}

static void next_event__takes_nonsense_for_the_end(void) {
  char before[SNAPSHOT_SIZE], after[SNAPSHOT_SIZE];
  harness_snapshot(before);
  struct keeper_exit_message exit_message = {.head = keeper_message_head(KEEPER_MESSAGE_EXIT),
                                             .exit_kind = LLMB_EXIT_CODE};
  check_is_lost("junk", 4, 0);
  check_is_lost("junk", 4, 1);
  exit_message.log_size = 1; /* and none follows */
  check_is_lost(&exit_message, offsetof(struct keeper_exit_message, log), 0);
  exit_message.log_size = UINT32_MAX;
  check_is_lost(&exit_message, sizeof exit_message, 0);
  exit_message.log_size = sizeof exit_message.log;
  exit_message.exit_kind = 77;
  check_is_lost(&exit_message, sizeof exit_message, 0);
  struct keeper_number_message spawned = {.head = keeper_message_head(KEEPER_MESSAGE_SPAWNED)};
  check_is_lost(&spawned, sizeof spawned, 0); /* without its handle */
  check_is_lost(&spawned, sizeof spawned, 2); /* or with more than that */
  spawned.head = keeper_message_head(KEEPER_MESSAGE_GREETING);
  check_is_lost(&spawned, sizeof spawned, 1);
  harness_snapshot(after);
  CHECK_TEXT(before, after);
}

static void next_event__cleans_the_log(void) {
  struct false_keeper keeper = false_keeper_create();
  struct keeper_exit_message message_out = {.head = keeper_message_head(KEEPER_MESSAGE_EXIT),
                                            .exit_kind = LLMB_EXIT_SIGNAL,
                                            .exit_value = 11,
                                            .guard_expired = 1,
                                            .log_size = 6,
                                            .log =
                                                "a\x1b\xff"
                                                "b\nc"};
  struct keeper_event event;
  int os_code;
  CHECK_INT(LLMB_OK,
            os_socket_send(keeper.end, &message_out, offsetof(struct keeper_exit_message, log) + 6, NULL, 0, &os_code));
  CHECK_INT(LLMB_OK, engine_process_next_event(&keeper.process, &event));
  CHECK_INT(KEEPER_EVENT_EXIT, event.kind);
  CHECK_INT(11, event.exit_value);
  CHECK_INT(1, event.guard_expired);
  CHECK_TEXT("a??b\nc", event.log);
  engine_process_close(&keeper.process);
  os_handle_close(keeper.end);
}

CHECK_MAIN(TEST(spawn_message__comes_back_as_it_was), TEST(spawn_message__is_refused_at_every_truncation),
           TEST(spawn_message__survives_every_flipped_byte),
           TEST(spawn_message__with_bytes_behind_its_texts_is_refused),
           TEST(spawn_message__with_too_many_texts_is_refused), TEST(spawn_message__has_limits),
           TEST(message_check__knows_sizes_and_versions), TEST(next_event__takes_nonsense_for_the_end),
           TEST(next_event__cleans_the_log))
