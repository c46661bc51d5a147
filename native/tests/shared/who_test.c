/* Who shares which engine, and who does not: versions, users, models, numbers. */
#include <llmbridge/llmbridge.h>

#include "tests/shared/shared_liar.h"

enum { PROGRAMS = 20, NOBODY = 65534 };

static void hello_of_another_version__is_refused_naming_both(void) {
  char message[256], answer[4096];
  shared_begin();
  struct shared_host *one = host_open("echo", NULL);
  host_do(one, "ask hello");
  const int server = connect_by_hand();
  const struct share_head head = {SHARE_PROTOCOL_MAGIC, SHARE_PROTOCOL_VERSION, SHARE_MESSAGE_HELLO};
  memcpy(message, &head, sizeof head);
  const int size = snprintf(message + sizeof head, sizeof message - sizeof head, "library 99.9.9\nengine fake\n");
  CHECK(send(server, message, sizeof head + (size_t)size, MSG_NOSIGNAL) > 0);
  const ssize_t got = recv(server, answer, sizeof answer - 1, 0);
  struct share_refused refused = {.status = 0};
  if (got > (ssize_t)sizeof refused) memcpy(&refused, answer, sizeof refused);
  CHECK_INT(SHARE_MESSAGE_REFUSED, refused.head.kind);
  CHECK_INT(LLMB_E_PROTOCOL_ERROR, refused.status);
  answer[got > 0 ? got : 0] = 0;
  CHECK_CONTAINS("library 99.9.9", answer + sizeof refused);
  CHECK_CONTAINS("library 0.", answer + sizeof refused);
  close(server);
  host_do(one, "ask again");
  CHECK_TEXT("again", host_answer(one, NULL));
  host_close(one);
  shared_end();
}

/* Should the folder's mode ever fail to keep another user out, the server does. */
static void another_user__is_refused(void) {
  struct liar liar = {.server = -1};
  char path[SHARED_PATH_SIZE], name[256] = "";
  if (geteuid() != 0) return; /* only root can be another one */
  shared_begin();
  struct shared_host *one = host_open("echo", NULL);
  host_do(one, "ask hello");
  CHECK_INT(1, shared_files(SHARE_SOCKET, name));
  CHECK_INT(0, chmod(shared_folder, 0755));
  shared_path("", path);
  CHECK_INT(0, chmod(path, 0755));
  shared_path(name, path);
  CHECK_INT(0, chmod(path, 0777));
  CHECK_INT(0, seteuid(NOBODY));
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  snprintf(address.sun_path, sizeof address.sun_path, "%.107s", path);
  liar.server = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
  CHECK_INT(0, connect(liar.server, (const struct sockaddr *)&address, sizeof address));
  CHECK_INT(0, seteuid(0));
  CHECK(hear_until(&liar, SHARE_MESSAGE_REFUSED));
  CHECK_INT(LLMB_E_UNSUPPORTED, liar.refused.status);
  close(liar.server);
  shared_path("", path);
  CHECK_INT(0, chmod(path, 0700));
  CHECK_INT(0, chmod(shared_folder, 0700));
  host_do(one, "ask again");
  CHECK_TEXT("again", host_answer(one, NULL));
  host_close(one);
  shared_end();
}

/* Layers are not closed around a sanitizer, which needs what they close. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define CONFINED "best_effort"
#else
#define CONFINED "required"
#endif

static void twenty_programs__attach_to_one_confined_engine(void) {
  struct shared_host *hosts[PROGRAMS];
  int64_t first = 0, engine = 0;
  shared_begin();
  for (int i = 0; i < PROGRAMS; i++) {
    hosts[i] = host_open("echo", "sandbox", CONFINED, NULL);
    host_do(hosts[i], "ask hello"); /* the others come when the filter is in its last stage */
    CHECK_TEXT("hello", host_answer(hosts[i], &engine));
    if (i == 0) first = engine;
    CHECK_INT(first, engine);
  }
  for (int i = 0; i < PROGRAMS; i++) host_tell(hosts[i], "ask together");
  for (int i = 0; i < PROGRAMS; i++) CHECK_TEXT("together", (host_hear(hosts[i]), host_answer(hosts[i], &engine)));
  CHECK_INT(first, engine);
  for (int i = 0; i < PROGRAMS; i++) host_close(hosts[i]);
  shared_end();
}

static void more_workers_than_a_server_has__are_refused_by_number(void) {
  llmb_settings *settings = NULL;
  llmb_bridge *bridge = NULL;
  llmb_error error;
  llmb_error_init(&error);
  CHECK_INT(LLMB_OK, llmb_settings_create(&settings, NULL));
  const char *const pairs[] = {"engine", "fake", "isolation", "shared", "home", HARNESS_HOME, "workers", "17"};
  for (int i = 0; i < 8; i += 2) CHECK_INT(LLMB_OK, llmb_settings_set(settings, pairs[i], pairs[i + 1], NULL));
  CHECK_INT(LLMB_E_INVALID_ARGUMENT, llmb_bridge_open(settings, &bridge, &error));
  CHECK_CONTAINS("workers: 17", error.message);
  CHECK_CONTAINS("16", error.message);
  llmb_settings_close(settings);
}

static void copy_file(const char *from, const char *to) {
  char bytes[1 << 16];
  FILE *in = fopen(from, "r"), *out = fopen(to, "w");
  if (in == NULL || out == NULL) abort();
  for (size_t size = 1; size > 0;) {
    size = fread(bytes, 1, sizeof bytes, in);
    if (fwrite(bytes, 1, size, out) != size) abort();
  }
  fclose(in);
  fclose(out);
}

static void model_that_was_replaced__is_not_loaded_under_the_old_ones_key(void) {
  char model[SHARED_PATH_SIZE], fresh[SHARED_PATH_SIZE + 8];
  int64_t engine = 0, again = 0;
  shared_begin();
  snprintf(model, sizeof model, "%s/model.gguf", shared_folder);
  snprintf(fresh, sizeof fresh, "%s.new", model);
  copy_file(HARNESS_MODEL, model);
  struct shared_host *one = host_open(NULL, "engine", "llama", "model", model, "retries", "0", NULL);
  host_do(one, "ask hello");
  host_answer(one, &engine);
  copy_file(HARNESS_MODEL, fresh);
  CHECK_INT(0, rename(fresh, model));
  /* The engine that has the old one serves on. */
  host_do(one, "ask hello");
  host_answer(one, &again);
  CHECK_INT(engine, again);
  kill((pid_t)engine, SIGKILL);
  shared_await_end((pid_t)engine);
  CHECK_CONTAINS("error 13 ", host_do(one, "ask hello")); /* model_invalid */
  CHECK_CONTAINS("has been replaced or removed", one->answer);
  CHECK_CONTAINS(model, one->answer);
  struct shared_host *other = host_open(NULL, "engine", "llama", "model", model, NULL);
  host_do(other, "ask hello");
  host_answer(other, &again);
  CHECK(engine != again);
  host_close(other);
  host_close(one);
  CHECK_INT(0, unlink(model));
  shared_end();
}

/* An engine of a user's own may take a name where llama takes a file. */
static void models_that_are_names__are_told_apart(void) {
  static const char *const command = "[\"" CHILD_CUSTOM "\",\"none\"]";
  int64_t engines[3] = {0};
  struct shared_host *hosts[3];
  shared_begin();
  for (unsigned i = 0; i < 3; i++) {
    hosts[i] = host_open(NULL, "engine", "custom", "command", command, "model", i < 2 ? "one" : "two", NULL);
    host_do(hosts[i], "ask own");
    host_answer(hosts[i], &engines[i]);
  }
  CHECK(engines[0] > 0);
  CHECK_INT(engines[0], engines[1]);
  CHECK(engines[0] != engines[2]);
  for (unsigned i = 0; i < 3; i++) host_close(hosts[i]);
  shared_end();
}

CHECK_MAIN(TEST(hello_of_another_version__is_refused_naming_both), TEST(another_user__is_refused),
           TEST(twenty_programs__attach_to_one_confined_engine),
           TEST(more_workers_than_a_server_has__are_refused_by_number), TEST(models_that_are_names__are_told_apart),
           TEST(model_that_was_replaced__is_not_loaded_under_the_old_ones_key))
