/* Looking at shared engines and ending them: llmb_shared_list and llmb_shared_stop, with whatever may lie in the
 * folder. */
#include <sys/file.h>

#include <llmbridge/llmbridge.h>

#include "core/json_check.h"
#include "core/json_reader.h"
#include "keeper/share_listing.h"
#include "tests/shared/shared_harness.h"

#define OTHER_KEY "00112233445566778899aabbccddeeff"

static llmb_settings *with_home(const char *grace_ms) {
  llmb_settings *settings = NULL;
  CHECK_INT(LLMB_OK, llmb_settings_create(&settings, NULL));
  CHECK_INT(LLMB_OK, llmb_settings_set(settings, "engine", "fake", NULL));
  CHECK_INT(LLMB_OK, llmb_settings_set(settings, "home", HARNESS_HOME, NULL));
  CHECK_INT(LLMB_OK, llmb_settings_set(settings, "grace_ms", grace_ms, NULL));
  return settings;
}

static char *list(void) {
  llmb_settings *settings = with_home("2000");
  llmb_error error;
  char *json = NULL;
  llmb_error_init(&error);
  if (llmb_shared_list(settings, &json, &error) != LLMB_OK) CHECK_TEXT("", error.message);
  llmb_settings_close(settings);
  if (json == NULL) abort();
  return json;
}

static llmb_status stop(const char *key, const char *grace_ms, char **json, llmb_error *error) {
  llmb_settings *settings = with_home(grace_ms);
  llmb_error_init(error);
  const llmb_status status = llmb_shared_stop(settings, key, json, error);
  llmb_settings_close(settings);
  return status;
}

static struct json_value root_of(const char *json) {
  CHECK_INT(LLMB_OK, json_check((const uint8_t *)json, strlen(json), NULL, NULL));
  return json_read(json, strlen(json));
}

/* The only member of an array. */
static struct json_value only(struct json_value array) {
  struct json_value first = {.kind = JSON_ABSENT}, more;
  uint64_t at = 0;
  CHECK(json_next(array, &at, NULL, &first));
  CHECK(!json_next(array, &at, NULL, &more));
  return first;
}

static long number_of(struct json_value object, const char *name) {
  const struct json_value value = json_member(object, name);
  return value.kind == JSON_NUMBER ? strtol(value.text, NULL, 10) : -1;
}

static bool has_text(struct json_value object, const char *name, const char *text) {
  const struct json_value value = json_member(object, name);
  return value.kind == JSON_STRING && json_string_is(value, text);
}

static void put_file(const char *name, const char *text) {
  char path[SHARED_PATH_SIZE];
  shared_path(name, path);
  FILE *file = fopen(path, "w");
  if (file == NULL) abort();
  fputs(text, file);
  fclose(file);
  (void)chmod(path, 0600);
}

static void remove_file(const char *name) {
  char path[SHARED_PATH_SIZE];
  shared_path(name, path);
  CHECK_INT(0, unlink(path));
}

static void list_without_a_folder__has_no_servers(void) {
  shared_begin();
  char *json = list();
  const struct json_value root = root_of(json);
  CHECK_INT(JSON_FALSE, json_member(root, "found").kind);
  CHECK_INT(JSON_NULL, json_member(root, "problem").kind);
  uint64_t at = 0;
  struct json_value none;
  CHECK(!json_next(json_member(root, "servers"), &at, NULL, &none));
  llmb_free(json);
  CHECK_INT(0, rmdir(shared_folder));
}

static void list__tells_server_engine_and_what_each_client_had(void) {
  int64_t engine = 0;
  shared_begin();
  struct shared_host *one = host_open("echo", NULL), *other = host_open("echo", NULL);
  host_do(one, "ask hello");
  host_answer(one, &engine);
  host_do(other, "ask hello");
  host_do(other, "ask again");
  char *json = list();
  const struct json_value root = root_of(json), server = only(json_member(root, "servers"));
  CHECK(has_text(server, "state", "serves"));
  CHECK_INT(shared_server(), number_of(server, "pid"));
  CHECK_INT(4, number_of(server, "slots"));
  const struct json_value process = only(json_member(server, "engines"));
  CHECK_INT(engine, number_of(process, "pid"));
  CHECK(has_text(process, "state", "ready"));
  struct json_value client;
  uint64_t at = 0;
  int seen = 0;
  while (json_next(json_member(server, "clients"), &at, NULL, &client)) {
    const long pid = number_of(client, "pid");
    CHECK(pid == one->pid || pid == other->pid);
    CHECK_INT(pid == one->pid ? 1 : 2, number_of(client, "calls"));
    CHECK(number_of(client, "tokens") > 0);
    CHECK_INT(0, number_of(client, "working"));
    seen++;
  }
  CHECK_INT(2, seen);
  llmb_free(json);
  host_close(one);
  host_close(other);
  shared_end();
}

static void files_that_lie__are_told_as_what_they_are_and_nobody_is_killed(void) {
  char path[SHARED_PATH_SIZE], text[4096], *json = NULL;
  llmb_error error;
  shared_begin();
  const pid_t bystander = fork();
  if (bystander == 0) {
    for (;;) pause();
  }
  shared_path("", path);
  CHECK_INT(0, mkdir(path, 0700));
  /* A card that names somebody who serves nothing, and one that is half written, with the lock's file and without. */
  snprintf(text, sizeof text, "{\"pid\":%d,\"slots\":\"many\",\"parts\":7,\"clients\":[1]}", (int)bystander);
  put_file(OTHER_KEY ".json", text);
  put_file(OTHER_KEY ".live", "");
  put_file("ffff2233445566778899aabbccddeeff.json", "{\"pid\":12,\"par");
  put_file("not-a-key.json", "{}");
  json = list();
  const struct json_value server = only(json_member(root_of(json), "servers"));
  CHECK(has_text(server, "key", OTHER_KEY));
  CHECK(has_text(server, "state", "gone"));
  CHECK_INT(JSON_NULL, json_member(server, "pid").kind);
  CHECK_INT(JSON_NULL, json_member(server, "slots").kind);
  CHECK_INT(JSON_NULL, json_member(server, "clients").kind);
  llmb_free(json);
  CHECK_INT(LLMB_E_NOT_FOUND, stop(OTHER_KEY, "1", &json, &error));
  CHECK(json == NULL);
  CHECK_CONTAINS(OTHER_KEY, error.message);
  /* The same with the lock held, by another than the card says. */
  put_file(OTHER_KEY ".json", text);
  shared_path(OTHER_KEY ".live", path);
  const int lock = open(path, O_RDWR | O_CLOEXEC);
  CHECK_INT(0, flock(lock, LOCK_EX));
  CHECK_INT(LLMB_E_UNSUPPORTED, stop(OTHER_KEY, "1", &json, &error));
  CHECK_CONTAINS("cannot be seen from here", error.message);
  CHECK_INT(0, waitpid(bystander, NULL, WNOHANG));
  close(lock);
  kill(bystander, SIGKILL);
  CHECK_INT(bystander, waitpid(bystander, NULL, 0));
  remove_file(OTHER_KEY ".json");
  remove_file("ffff2233445566778899aabbccddeeff.json");
  remove_file("not-a-key.json");
  shared_end();
}

static void cards_that_are_as_large_as_may_be__are_all_told(void) {
  enum { COUNT = 12, PARTS_SIZE = SHARE_CARD_SIZE_MAX - 100 };
  static char text[SHARE_CARD_SIZE_MAX];
  char path[SHARED_PATH_SIZE], name[64], *json = NULL;
  struct json_value server;
  uint64_t at = 0;
  unsigned told = 0;
  shared_begin();
  shared_path("", path);
  CHECK_INT(0, mkdir(path, 0700));
  const int head = snprintf(text, sizeof text, "{\"parts\":\"");
  memset(text + head, 'p', PARTS_SIZE);
  memcpy(text + head + PARTS_SIZE, "\"}", 3);
  for (unsigned i = 0; i < COUNT; i++) {
    snprintf(name, sizeof name, "%032x.json", i);
    put_file(name, text);
  }
  json = list();
  const struct json_value servers = json_member(root_of(json), "servers");
  while (json_next(servers, &at, NULL, &server)) told += has_text(server, "state", "gone");
  CHECK_INT(COUNT, told);
  llmb_free(json);
  for (unsigned i = 0; i < COUNT; i++) {
    snprintf(name, sizeof name, "%032x.json", i);
    remove_file(name);
  }
  shared_end();
}

static void stop__ends_the_server_and_leaves_nothing_of_it(void) {
  int64_t engine = 0, again = 0;
  char *json = NULL;
  llmb_error error;
  shared_begin();
  struct shared_host *one = host_open("echo", NULL);
  host_do(one, "ask hello");
  host_answer(one, &engine);
  const pid_t server = shared_server();
  CHECK_INT(LLMB_OK, stop("all", "10000", &json, &error));
  const struct json_value stopped = only(json_member(root_of(json), "stopped"));
  CHECK_INT(server, number_of(stopped, "pid"));
  CHECK(has_text(stopped, "end", "ended"));
  llmb_free(json);
  shared_await_end((pid_t)engine);
  CHECK_INT(0, shared_files(".sock", NULL));
  CHECK_INT(0, shared_files(".json", NULL));
  /* Who was attached goes on with another. */
  host_do(one, "ask again");
  CHECK_TEXT("again", host_answer(one, &again));
  CHECK(engine != again);
  host_close(one);
  shared_end();
}

static void stop_of_a_server_that_is_stopped__kills_it_after_the_grace(void) {
  int64_t engine = 0;
  char *json = NULL, name[256] = "";
  llmb_error error;
  shared_begin();
  struct shared_host *one = host_open("echo", NULL);
  host_do(one, "ask hello");
  host_answer(one, &engine);
  const pid_t server = shared_server();
  kill(server, SIGSTOP);
  json = list();
  const struct json_value silent = only(json_member(root_of(json), "servers"));
  CHECK(has_text(silent, "state", "silent"));
  CHECK_INT(server, number_of(silent, "pid"));
  llmb_free(json);
  CHECK_INT(1, shared_files(".json", name));
  name[6] = 0; /* the beginning of its key */
  CHECK_INT(LLMB_OK, stop(name, "50", &json, &error));
  CHECK(has_text(only(json_member(root_of(json), "stopped")), "end", "killed"));
  llmb_free(json);
  shared_await_end((pid_t)engine);
  CHECK_INT(0, shared_files(".sock", NULL));
  CHECK_INT(0, shared_files(".json", NULL));
  host_close(one);
  shared_end();
}

static void key_that_is_none__is_refused_by_name(void) {
  char *json = NULL;
  llmb_error error;
  shared_begin();
  CHECK_INT(LLMB_E_INVALID_ARGUMENT, stop("abc", "1", &json, &error));
  CHECK_CONTAINS("'abc'", error.message);
  CHECK_INT(LLMB_E_INVALID_ARGUMENT, stop("../../etc", "1", &json, &error));
  CHECK_INT(LLMB_E_NOT_FOUND, stop("abcdef", "1", &json, &error));
  CHECK_INT(LLMB_OK, stop("all", "1", &json, &error));
  llmb_free(json);
  CHECK_INT(LLMB_E_INVALID_ARGUMENT, llmb_shared_stop(NULL, NULL, &json, &error));
  CHECK_INT(LLMB_E_INVALID_ARGUMENT, llmb_shared_list(NULL, NULL, &error));
  CHECK_INT(0, rmdir(shared_folder));
}

static void folder_that_others_may_enter__is_told_and_not_touched(void) {
  char path[SHARED_PATH_SIZE], *json = NULL;
  llmb_error error;
  shared_begin();
  shared_path("", path);
  CHECK_INT(0, mkdir(path, 0755));
  CHECK_INT(0, chmod(path, 0755));
  json = list();
  CHECK_CONTAINS("its mode is 0755, not 0700", json);
  llmb_free(json);
  CHECK_INT(LLMB_E_UNSUPPORTED, stop("all", "1", &json, &error));
  CHECK_CONTAINS("0755", error.message);
  CHECK_INT(0, rmdir(path));
  CHECK_INT(0, rmdir(shared_folder));
}

CHECK_MAIN(TEST(list_without_a_folder__has_no_servers), TEST(list__tells_server_engine_and_what_each_client_had),
           TEST(files_that_lie__are_told_as_what_they_are_and_nobody_is_killed),
           TEST(cards_that_are_as_large_as_may_be__are_all_told), TEST(stop__ends_the_server_and_leaves_nothing_of_it),
           TEST(stop_of_a_server_that_is_stopped__kills_it_after_the_grace), TEST(key_that_is_none__is_refused_by_name),
           TEST(folder_that_others_may_enter__is_told_and_not_touched))
