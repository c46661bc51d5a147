#include "keeper/session_survey.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/json_writer.h"
#include "core/memory.h"
#include "keeper/session_holder.h"
#include "keeper/session_log.h"
#include "keeper/session_place.h"
#include "keeper/survey_answer.h"

enum { LISTED_MAX = 1000, ENTRIES_MAX = 65536, LISTED_FILE_SIZE_MAX = 8 << 20 };

static struct json_writer writer;
static char names[LISTED_MAX][SESSION_NAME_SIZE];

static void write_text(const char *key, const char *text) {
  json_key(&writer, key);
  json_text(&writer, text);
}

static void write_number(const char *key, uint64_t number) {
  json_key(&writer, key);
  json_integer(&writer, (int64_t)number);
}

static int finish(llmb_status status, const char *message) {
  write_number("status", (uint64_t)status);
  write_text("message", message);
  json_object_close(&writer);
  return survey_answer(&writer);
}

static int finish_place(const struct session_place *place) {
  char text[SESSION_PLACE_PROBLEM_SIZE + 64];
  snprintf(text, sizeof text, "%s%s%s", place->problem, place->os_code != 0 ? ": " : "",
           place->os_code != 0 ? strerror(place->os_code) : "");
  return finish(place->status, text);
}

/* The name that a file's name begins with, if it is a session's. */
static bool read_name(const char *file, char name[SESSION_NAME_SIZE]) {
  const size_t size = strlen(file), ending = sizeof SESSION_ENDING - 1;
  if (size <= ending || size - ending >= SESSION_NAME_SIZE || strcmp(file + size - ending, SESSION_ENDING) != 0)
    return false;
  memcpy(name, file, size - ending);
  name[size - ending] = 0;
  return session_name_is_good(name);
}

static int compare(const void *one, const void *other) {
  return strcmp(one, other);
}

static void write_log(const struct session_log *log) {
  static const char *const members[] = {"created", "library", "engine", "model", "fork"};
  write_number("records", log->count);
  write_number("turns", log->turn_count);
  write_number("torn_bytes", log->torn_size);
  for (unsigned i = 0; i < sizeof members / sizeof *members; i++) {
    const struct json_value value = json_member(log->header, members[i]);
    if (value.kind != JSON_STRING && value.kind != JSON_NUMBER) continue;
    json_key(&writer, members[i]);
    json_verbatim(&writer, value.text, value.size);
  }
}

static void write_holder(struct session_place *place) {
  pid_t holder = 0;
  char who[96];
  json_key(&writer, "holder");
  if (!session_file_is_held(place, &holder)) {
    json_null(&writer);
  } else {
    session_holder_describe(holder, 0, who, sizeof who);
    json_text(&writer, who);
  }
}

static void write_session(const char *path, int folder, const char *name) {
  struct session_place place;
  struct session_bytes bytes = {.text = NULL};
  struct session_log log;
  struct stat info;
  session_place_init(&place, path, name);
  place.folder = folder;
  const bool is_open = session_file_open(&place, false, false) && fstat(place.file, &info) == 0;
  if (is_open && info.st_size == 0) { /* its first turn is not yet there */
    session_file_close(&place);
    return;
  }
  json_object_open(&writer);
  write_text("name", name);
  const char *problem = is_open ? NULL : place.problem;
  if (is_open) {
    write_number("bytes", (uint64_t)info.st_size);
    write_number("modified", (uint64_t)info.st_mtime);
    write_holder(&place);
  }
  if (is_open && info.st_size <= LISTED_FILE_SIZE_MAX) {
    const bool is_read = session_file_read(&place, &bytes);
    if (!is_read) {
      problem = place.problem;
    } else if (session_log_read(bytes.text, bytes.size, &log) == LLMB_OK) {
      write_log(&log);
      session_log_clear(&log);
    } else {
      problem = log.problem;
      session_log_clear(&log);
    }
  }
  write_text("problem", problem);
  json_object_close(&writer);
  memory_release(bytes.text);
  session_file_close(&place);
}

static int list(struct session_place *folder) {
  unsigned count = 0, more = 0;
  const bool is_open = session_folder_open(folder, false);
  json_key(&writer, "found");
  json_boolean(&writer, is_open || folder->status != LLMB_E_NOT_FOUND);
  write_text("problem", is_open || folder->status == LLMB_E_NOT_FOUND ? NULL : folder->problem);
  const int copy = is_open ? fcntl(folder->folder, F_DUPFD_CLOEXEC, 0) : -1;
  DIR *entries = copy >= 0 ? fdopendir(copy) : NULL;
  for (unsigned n = 0; entries != NULL && n < ENTRIES_MAX; n++) {
    char name[SESSION_NAME_SIZE];
    const struct dirent *entry = readdir(entries);
    if (entry == NULL) break;
    if (!read_name(entry->d_name, name)) continue;
    if (count == LISTED_MAX) {
      more++;
    } else {
      memcpy(names[count++], name, sizeof name);
    }
  }
  if (entries != NULL) closedir(entries);
  qsort(names, count, sizeof names[0], compare);
  json_key(&writer, "sessions");
  json_array_open(&writer);
  for (unsigned i = 0; i < count; i++) write_session(folder->path, folder->folder, names[i]);
  json_array_close(&writer);
  write_number("more", more);
  json_object_close(&writer);
  return survey_answer(&writer);
}

static int read_one(struct session_place *place) {
  struct session_bytes bytes = {.text = NULL};
  struct session_log log;
  if (!session_folder_open(place, false) || !session_file_open(place, false, false) ||
      !session_file_read(place, &bytes))
    return finish_place(place);
  if (session_log_read(bytes.text, bytes.size, &log) != LLMB_OK)
    return finish(LLMB_E_UNAVAILABLE, log.problem[0] != 0 ? log.problem : "no memory to read it");
  if (log.header.kind == JSON_ABSENT) return finish(LLMB_E_NOT_FOUND, "the session has no turn yet");
  json_key(&writer, "header");
  json_verbatim(&writer, log.header.text, log.header.size);
  write_number("torn_bytes", log.torn_size);
  json_key(&writer, "records");
  json_array_open(&writer);
  for (uint64_t i = 0; i < log.count; i++)
    json_verbatim(&writer, log.records[i].object.text, log.records[i].object.size);
  json_array_close(&writer);
  return finish(LLMB_OK, NULL);
}

static int delete_one(struct session_place *place) {
  char text[160], who[96];
  pid_t holder = 0;
  if (!session_folder_open(place, false) || !session_file_open(place, false, true)) return finish_place(place);
  switch (session_file_lock(place, false, &holder)) {
    case SESSION_LOCK_MINE:
      return session_file_remove(place) ? finish(LLMB_OK, NULL) : finish_place(place);
    case SESSION_LOCK_OTHERS:
      session_holder_describe(holder, 0, who, sizeof who);
      snprintf(text, sizeof text, "%s has its turn", who);
      return finish(LLMB_E_UNAVAILABLE, text);
    case SESSION_LOCK_LOST:
      return finish(LLMB_E_NOT_FOUND, "it was deleted just now");
    case SESSION_LOCK_FAILED:
      break;
  }
  return finish_place(place);
}

int session_survey_main(int argc, char **argv) {
  struct session_place place;
  const bool lists = argc == 4 && strcmp(argv[2], "list") == 0;
  const bool deletes = argc == 5 && strcmp(argv[2], "delete") == 0;
  if (!lists && !deletes && !(argc == 5 && strcmp(argv[2], "read") == 0)) return EXIT_FAILURE;
  const char *name = lists ? "" : argv[4];
  session_place_init(&place, argv[3], name);
  json_writer_begin(&writer);
  json_object_open(&writer);
  write_text("folder", argv[3]);
  if (lists) return list(&place);
  write_text("name", name);
  if (!session_name_is_good(name)) return finish(LLMB_E_INVALID_ARGUMENT, "that is no name of a session");
  return deletes ? delete_one(&place) : read_one(&place);
}
