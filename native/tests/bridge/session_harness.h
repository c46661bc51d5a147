/* What the tests of sessions share: a folder of their own, its files, and who has their locks. */
#ifndef LLMB_TESTS_SESSION_HARNESS_H
#define LLMB_TESTS_SESSION_HARNESS_H

#include <fcntl.h>
#include <sys/stat.h>

#include "tests/bridge/bridge_harness.h"

enum { SESSION_TEST_PATH = 256, SESSION_TEST_TEXT = 1 << 20 };

static char session_folder[SESSION_TEST_PATH];

UNUSED static void session_begin(void) {
  char place[] = "/tmp/llmb_session_XXXXXX";
  CHECK(mkdtemp(place) != NULL);
  snprintf(session_folder, sizeof session_folder, "%s/sessions", place);
}

UNUSED static void session_path(const char *name, char path[SESSION_TEST_PATH]) {
  snprintf(path, SESSION_TEST_PATH, "%.200s/%s.jsonl", session_folder, name);
}

/* Removes the folder with what is in it. */
UNUSED static void session_end(void) {
  char path[SESSION_TEST_PATH + 256];
  DIR *folder = opendir(session_folder);
  for (struct dirent *entry = folder != NULL ? readdir(folder) : NULL; entry != NULL; entry = readdir(folder)) {
    snprintf(path, sizeof path, "%s/%s", session_folder, entry->d_name);
    if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0) (void)remove(path);
  }
  if (folder != NULL) closedir(folder);
  (void)rmdir(session_folder);
  *strrchr(session_folder, '/') = 0;
  CHECK_INT(0, rmdir(session_folder));
}

/* The file's bytes, to be freed; "" if there is none. */
UNUSED static char *session_file(const char *name, size_t *out_size) {
  char path[SESSION_TEST_PATH];
  session_path(name, path);
  char *text = calloc(1, SESSION_TEST_TEXT);
  FILE *file = fopen(path, "re");
  if (text == NULL) abort();
  const size_t size = file != NULL ? fread(text, 1, SESSION_TEST_TEXT - 1, file) : 0;
  if (file != NULL) fclose(file);
  if (out_size != NULL) *out_size = size;
  return text;
}

UNUSED static unsigned session_lines(const char *name) {
  char *text = session_file(name, NULL);
  unsigned lines = 0;
  for (const char *at = text; (at = strchr(at, '\n')) != NULL; at++) lines++;
  free(text);
  return lines;
}

UNUSED static void session_put(const char *name, const char *bytes, size_t size) {
  char path[SESSION_TEST_PATH];
  session_path(name, path);
  const int file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  CHECK(file >= 0);
  CHECK_INT(size, write(file, bytes, size));
  close(file);
}

/* The process that has the session's lock; 0 if none has. */
UNUSED static pid_t session_holder(const char *name) {
  char path[SESSION_TEST_PATH];
  session_path(name, path);
  struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
  const int file = open(path, O_RDWR | O_CLOEXEC);
  if (file < 0) return 0;
  CHECK_INT(0, fcntl(file, F_GETLK, &lock));
  close(file);
  return lock.l_type == F_UNLCK ? 0 : lock.l_pid;
}

UNUSED static pid_t session_await_holder(const char *name) {
  for (;;) {
    const pid_t holder = session_holder(name);
    if (holder != 0) return holder;
    nap_ms(1);
  }
}

/* A bridge of the fake engine with this folder. */
UNUSED static llmb_bridge *session_bridge(const char *script) {
  return bridge_of(script, "session_dir", session_folder, "timeout_ms", "60000", NULL);
}

/* Starts a call in a session. */
UNUSED static llmb_call *session_call(llmb_bridge *bridge, const char *name, const char *prompt,
                                      const char *timeout_ms) {
  llmb_settings *settings = settings_of("session", name, "timeout_ms", timeout_ms, NULL);
  llmb_call *call = call_of(bridge, prompt, settings);
  llmb_settings_close(settings);
  return call;
}

/* Asks in a session; the answer in `out`. */
UNUSED static llmb_status session_ask(llmb_bridge *bridge, const char *name, const char *prompt, char *out,
                                      size_t capacity, llmb_error *error) {
  llmb_settings *settings = settings_of("session", name, NULL);
  char *answer = NULL;
  llmb_error_init(error);
  const llmb_status status =
      llmb_generate(bridge, (const uint8_t *)prompt, strlen(prompt), settings, &answer, NULL, NULL, error);
  snprintf(out, capacity, "%s", answer != NULL ? answer : "");
  llmb_free(answer);
  llmb_settings_close(settings);
  return status;
}

UNUSED static void session_check_ask(llmb_bridge *bridge, const char *name, const char *prompt, const char *expected) {
  char answer[8192];
  llmb_error error;
  CHECK_INT(LLMB_OK, session_ask(bridge, name, prompt, answer, sizeof answer, &error));
  CHECK_TEXT("", error.message);
  CHECK_TEXT(expected, answer);
}

#endif
