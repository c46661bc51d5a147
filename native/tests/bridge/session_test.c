/* Sessions: conversations that are kept. The fake engine's echo says what it was given. */
#include "tests/bridge/session_harness.h"

static void first_call__begins_a_session_and_the_next_goes_on(void) {
  session_begin();
  llmb_bridge *bridge = session_bridge("say hi");
  session_check_ask(bridge, "work", "one", "hi");
  CHECK_INT(3, session_lines("work"));
  session_check_ask(bridge, "work", "two", "hi");
  CHECK_INT(5, session_lines("work"));
  bridge_end(bridge);
  bridge = session_bridge("echo");
  session_check_ask(bridge, "work", "three",
                    "[{\"role\":\"user\",\"content\":\"one\"},{\"role\":\"assistant\",\"content\":\"hi\"},"
                    "{\"role\":\"user\",\"content\":\"two\"},{\"role\":\"assistant\",\"content\":\"hi\"},"
                    "{\"role\":\"user\",\"content\":\"three\"}]");
  bridge_end(bridge);
  struct stat info;
  char path[SESSION_TEST_PATH];
  session_path("work", path);
  CHECK_INT(0, stat(session_folder, &info));
  CHECK_INT(0700, info.st_mode & 07777);
  CHECK_INT(0, stat(path, &info));
  CHECK_INT(0600, info.st_mode & 07777);
  session_end();
}

static void failed_call__leaves_the_session_as_it_was(void) {
  char answer[64];
  llmb_error error;
  size_t before = 0, after = 0;
  session_begin();
  llmb_bridge *bridge = session_bridge("pieces 3 0; exit 3");
  CHECK_INT(LLMB_E_ENGINE_CRASHED, session_ask(bridge, "new", "one", answer, sizeof answer, &error));
  CHECK_INT(0, session_lines("new"));
  bridge_end(bridge);
  char path[SESSION_TEST_PATH];
  session_path("new", path);
  for (struct stat info; stat(path, &info) == 0;) nap_ms(1); /* its helper takes the empty file away */
  bridge = session_bridge("say hi");
  session_check_ask(bridge, "work", "one", "hi");
  bridge_end(bridge);
  char *first = session_file("work", &before);
  bridge = session_bridge("pieces 3 0; exit 3");
  CHECK_INT(LLMB_E_ENGINE_CRASHED, session_ask(bridge, "work", "two", answer, sizeof answer, &error));
  bridge_end(bridge);
  char *second = session_file("work", &after);
  CHECK_INT(before, after);
  CHECK_INT(0, memcmp(first, second, before));
  free(first);
  free(second);
  session_end();
}

static void cancelled_call__leaves_the_session_and_gives_its_turn_away(void) {
  session_begin();
  llmb_bridge *bridge = session_bridge("pieces 1 0; sleep 60000");
  llmb_bridge *other = session_bridge("say hi");
  llmb_call *call = session_call(bridge, "work", "one", "60000");
  uint8_t piece[64];
  uint64_t size = 0;
  CHECK_INT(LLMB_OK, llmb_call_read(call, piece, sizeof piece, LLMB_NEVER, &size, NULL));
  CHECK(size > 0);
  CHECK_INT(LLMB_OK, llmb_call_cancel(call));
  CHECK_INT(LLMB_E_CANCELLED, read_to_end(call, NULL, 0, NULL));
  llmb_call_close(call);
  session_check_ask(other, "work", "two", "hi");
  CHECK_INT(3, session_lines("work"));
  bridge_end(other);
  bridge_end(bridge);
  session_end();
}

static void turn__is_waited_for_until_the_deadline_which_says_who_has_it(void) {
  llmb_error error;
  session_begin();
  llmb_bridge *bridge = session_bridge("pieces 1 0; sleep 60000");
  llmb_call *first = session_call(bridge, "work", "one", "60000");
  uint8_t piece[64];
  uint64_t size = 0;
  CHECK_INT(LLMB_OK, llmb_call_read(first, piece, sizeof piece, LLMB_NEVER, &size, NULL));
  llmb_call *second = session_call(bridge, "work", "two", "300");
  llmb_error_init(&error);
  CHECK_INT(LLMB_E_DEADLINE_EXCEEDED, read_to_end(second, NULL, 0, &error));
  CHECK_CONTAINS("it waits for session 'work', which another call of this program has", error.message);
  CHECK_INT(LLMB_PHASE_QUEUE, error.phase);
  CHECK_INT(1, error.retry_safe);
  llmb_call_close(second);
  llmb_call_close(first);
  bridge_end(bridge);
  session_end();
}

/* Twelve threads, one session, two slots: each turn sees all before it, and none is lost. */
/* Under a sanitizer a helper takes a second to start. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
enum { TALKERS = 4, TALKS = 3 };
#else
enum { TALKERS = 12, TALKS = 5 };
#endif

struct talker {
  llmb_bridge *bridge;
  unsigned number;
  pthread_t thread;
};

static void *talk(void *argument) {
  const struct talker *talker = argument;
  char prompt[32], answer[256];
  llmb_error error;
  for (unsigned i = 0; i < TALKS; i++) {
    snprintf(prompt, sizeof prompt, "t%u.%u", talker->number, i);
    CHECK_INT(LLMB_OK, session_ask(talker->bridge, "work", prompt, answer, sizeof answer, &error));
    CHECK_TEXT("", error.message);
  }
  return NULL;
}

static void many_threads__take_turns_and_lose_none(void) {
  struct talker talkers[TALKERS];
  session_begin();
  llmb_bridge *one = session_bridge("say hi"), *other = session_bridge("say ho");
  for (unsigned i = 0; i < TALKERS; i++) {
    talkers[i] = (struct talker){.bridge = i % 2 ? one : other, .number = i};
    CHECK_INT(0, pthread_create(&talkers[i].thread, NULL, talk, &talkers[i]));
  }
  for (unsigned i = 0; i < TALKERS; i++) CHECK_INT(0, pthread_join(talkers[i].thread, NULL));
  CHECK_INT(1 + 2 * TALKERS * TALKS, session_lines("work"));
  char *text = session_file("work", NULL);
  for (unsigned i = 0; i < TALKERS; i++) {
    for (unsigned turn = 0; turn < TALKS; turn++) {
      char content[40];
      snprintf(content, sizeof content, "\"content\":\"t%u.%u\"", i, turn);
      const char *found = strstr(text, content);
      CHECK(found != NULL && strstr(found + 1, content) == NULL);
    }
  }
  free(text);
  bridge_end(one);
  bridge_end(other);
  session_end();
}

static void pump__drives_calls_through_their_sessions(void) {
  llmb_call *calls[6];
  char name[16];
  uint64_t tokens[6];
  unsigned done = 0;
  session_begin();
  llmb_bridge *bridge = session_bridge("say hi");
  for (unsigned i = 0; i < 6; i++) {
    snprintf(name, sizeof name, "s%u", i % 2);
    calls[i] = session_call(bridge, name, "one", "60000");
    CHECK_INT(LLMB_OK, llmb_call_watch(calls[i], i, NULL));
  }
  while (done < 6) {
    uint32_t count = 0;
    CHECK_INT(LLMB_OK, llmb_pump_wait(bridge, tokens, 6, LLMB_NEVER, &count, NULL));
    for (uint32_t i = 0; i < count; i++) {
      uint8_t text[64];
      uint64_t size = 0;
      llmb_call *call = calls[tokens[i]];
      const llmb_status status = llmb_call_read(call, text, sizeof text, 0, &size, NULL);
      CHECK(status == LLMB_OK || status == LLMB_E_NOT_READY);
      if (status != LLMB_E_NOT_READY && size == 0) {
        done++;
      } else {
        CHECK_INT(LLMB_OK, llmb_call_watch(call, tokens[i], NULL));
      }
    }
  }
  for (unsigned i = 0; i < 6; i++) llmb_call_close(calls[i]);
  CHECK_INT(7, session_lines("s0"));
  CHECK_INT(7, session_lines("s1"));
  bridge_end(bridge);
  session_end();
}

static void names_and_settings__that_cannot_be_are_refused(void) {
  static const char *const names[] = {"../x", ".x", "a/b", "a b", "\xc3\xa4"};
  llmb_error error;
  char answer[64];
  session_begin();
  llmb_bridge *bridge = session_bridge("say hi");
  for (unsigned i = 0; i < sizeof names / sizeof *names; i++) {
    CHECK_INT(LLMB_E_INVALID_ARGUMENT, session_ask(bridge, names[i], "x", answer, sizeof answer, &error));
    CHECK_CONTAINS("session: ", error.message);
  }
  llmb_settings *settings = settings_of("session_fork", "a@1", NULL);
  CHECK_INT(LLMB_E_INVALID_ARGUMENT, ask(bridge, "x", settings, &error));
  llmb_settings_close(settings);
  session_check_ask(bridge, "work", "one", "hi");
  settings = settings_of("session", "work", "system", "be brief", NULL);
  CHECK_INT(LLMB_E_INVALID_ARGUMENT, ask(bridge, "x", settings, &error));
  CHECK_CONTAINS("system: ", error.message);
  llmb_settings_close(settings);
  CHECK_INT(3, session_lines("work"));
  bridge_end(bridge);
  session_end();
}

static void fork__begins_with_the_records_of_another(void) {
  llmb_error error;
  char *answer = NULL;
  session_begin();
  llmb_bridge *bridge = session_bridge("say hi");
  session_check_ask(bridge, "work", "one", "hi");
  session_check_ask(bridge, "work", "two", "hi");
  bridge_end(bridge);
  bridge = session_bridge("echo");
  llmb_settings *settings = settings_of("session", "side", "session_fork", "work@2", NULL);
  for (unsigned i = 0; i < 2; i++) { /* the second call goes on with it */
    CHECK_INT(LLMB_OK, llmb_generate(bridge, (const uint8_t *)"other", 5, settings, &answer, NULL, NULL, NULL));
    if (i == 0) {
      CHECK_TEXT(
          "[{\"role\":\"user\",\"content\":\"one\"},{\"role\":\"assistant\",\"content\":\"hi\"},"
          "{\"role\":\"user\",\"content\":\"other\"}]",
          answer);
    }
    llmb_free(answer);
  }
  CHECK_INT(7, session_lines("side"));
  CHECK_INT(5, session_lines("work"));
  llmb_settings_close(settings);
  static const char *const bad[] = {"work",    "work@",  "work@0", "work@5",   "work@-1",
                                    "work@1x", "none@1", "new@1",  "../work@1"};
  for (unsigned i = 0; i < sizeof bad / sizeof *bad; i++) {
    settings = settings_of("session", "new", "session_fork", bad[i], NULL);
    CHECK_INT(LLMB_E_INVALID_ARGUMENT, ask(bridge, "x", settings, &error));
    CHECK_CONTAINS("session_fork: ", error.message);
    llmb_settings_close(settings);
  }
  bridge_end(bridge);
  session_end();
}

static void details__tell_of_the_session(void) {
  char *json = NULL;
  session_begin();
  llmb_bridge *bridge = session_bridge("say hi");
  llmb_call *call = session_call(bridge, "work", "one", "60000");
  CHECK_INT(LLMB_OK, read_to_end(call, NULL, 0, NULL));
  CHECK_INT(LLMB_OK, llmb_call_details(call, &json));
  CHECK_CONTAINS("\"session\":{\"name\":\"work\",\"records\":2,\"dropped_turns\":0", json);
  llmb_free(json);
  llmb_call_close(call);
  bridge_end(bridge);
  session_end();
}

/* Each has a helper of its own, which holds its session while the call waits for the engine. */
static void calls_of_more_sessions_than_a_program_may_have__are_told_how_many(void) {
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__) /* under which a helper takes a second to start */
  enum { MANY = 97 };                                               /* one more than may be */
  llmb_call *calls[MANY];
  llmb_error error;
  session_begin();
  llmb_bridge *bridge = bridge_of("hang", "session_dir", session_folder, "queue", "200", NULL);
  for (unsigned i = 0; i < MANY; i++) {
    char name[16];
    snprintf(name, sizeof name, "s%u", i);
    calls[i] = session_call(bridge, name, "one", "60000");
  }
  llmb_error_init(&error);
  llmb_status status = LLMB_E_NOT_READY;
  for (unsigned i = 0; status == LLMB_E_NOT_READY; i = (i + 1) % MANY) {
    status = llmb_call_poll(calls[i], llmb_deadline_after_ms(1), NULL);
    if (status == LLMB_OK) status = llmb_call_finish(calls[i], LLMB_NEVER, NULL, &error);
  }
  CHECK_INT(LLMB_E_OVERLOADED, status);
  CHECK_CONTAINS("96 calls", error.message);
  for (unsigned i = 0; i < MANY; i++) llmb_call_close(calls[i]);
  bridge_end(bridge);
  session_end();
#endif
}

CHECK_MAIN(TEST(calls_of_more_sessions_than_a_program_may_have__are_told_how_many),
           TEST(first_call__begins_a_session_and_the_next_goes_on), TEST(failed_call__leaves_the_session_as_it_was),
           TEST(cancelled_call__leaves_the_session_and_gives_its_turn_away),
           TEST(turn__is_waited_for_until_the_deadline_which_says_who_has_it),
           TEST(many_threads__take_turns_and_lose_none), TEST(pump__drives_calls_through_their_sessions),
           TEST(names_and_settings__that_cannot_be_are_refused), TEST(fork__begins_with_the_records_of_another),
           TEST(details__tell_of_the_session))
