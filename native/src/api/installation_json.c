/* What is installed where, told with reasons. */
#include <stdio.h>
#include <string.h>

#include <llmbridge/installation.h>

#include "api/installation_layout.h"
#include "core/engine_abilities.h"
#include "core/error.h"
#include "core/json_once.h"
#include "core/settings_resolve.h"
#include "platform/os_limits.h"
#include "platform/os_path.h"

struct report {
  struct json_writer *writer;
  char home[INSTALLATION_PATH_MAX];
  char reason[sizeof((llmb_error *)0)->message]; /* the first thing that is wrong with what is needed */
};

static void keep_reason(struct report *report, const char *reason) {
  if (report->reason[0] == 0) snprintf(report->reason, sizeof report->reason, "%s", reason);
}

static void write_text(struct json_writer *writer, const char *key, const char *text) {
  json_key(writer, key);
  json_text(writer, text);
}

static void write_flag(struct json_writer *writer, const char *key, bool value) {
  json_key(writer, key);
  json_boolean(writer, value);
}

static void write_limit(struct json_writer *writer, const char *key, uint64_t limit) {
  json_key(writer, key);
  if (limit > INT64_MAX)
    json_null(writer);
  else
    json_integer(writer, (int64_t)limit);
}

static SMALL_FRAME void write_library(struct json_writer *writer) {
  char path[INSTALLATION_PATH_MAX];
  json_key(writer, "library");
  json_object_open(writer);
  write_text(writer, "path", os_path_library(path, sizeof path) == LLMB_OK ? path : NULL);
  write_text(writer, "version", llmb_version());
  json_key(writer, "abi");
  json_integer(writer, llmb_abi_version());
  json_object_close(writer);
}

static void write_home(struct report *report, const llmb_settings *settings) {
  static const char *const sources[] = {
      [SETTING_FROM_DEFAULT] = "library", [SETTING_FROM_ENVIRONMENT] = "environment", [SETTING_EXPLICIT] = "setting"};
  llmb_error error;
  llmb_error_init(&error);
  const bool found = installation_home(settings, report->home, &error) == LLMB_OK;
  if (!found) keep_reason(report, error.message);
  json_key(report->writer, "home");
  json_object_open(report->writer);
  write_text(report->writer, "path", report->home[0] != 0 ? report->home : NULL);
  write_text(report->writer, "from", sources[settings->values[SETTING_HOME].source]);
  write_flag(report->writer, "found", found);
  write_text(report->writer, "reason", found ? NULL : error.message);
  json_object_close(report->writer);
}

/* The end of a part's object: `problem` is NULL where it was found. */
static void write_verdict(struct report *report, const char *name, bool needed, const char *path, const char *problem) {
  char reason[sizeof report->reason];
  snprintf(reason, sizeof reason, "%s: %s %s", name, path, problem != NULL ? problem : "");
  if (problem != NULL && needed) keep_reason(report, reason);
  write_flag(report->writer, "needed", needed);
  write_flag(report->writer, "found", problem == NULL);
  write_text(report->writer, "path", problem == NULL ? path : NULL);
  write_text(report->writer, "reason", problem == NULL ? NULL : reason + strlen(name) + 2);
}

static bool is_missing(const char *problem) {
  return strcmp(problem, INSTALLATION_MISSING) == 0;
}

/* Looks in the folders of the part's kind; of what is wrong, it tells what is wrong with a file that is there. */
static SMALL_FRAME void write_part(struct report *report, const char *name, enum installation_kind kind,
                                   const char *file, bool needed) {
  static const char *const kinds[] = {"program", "module", "file"};
  char path[INSTALLATION_PATH_MAX], told[INSTALLATION_PATH_MAX] = "";
  const char *problem = NULL;
  bool found = false;
  json_object_open(report->writer);
  write_text(report->writer, "name", name);
  write_text(report->writer, "kind", kinds[kind]);
  json_key(report->writer, "looked_in");
  json_array_open(report->writer);
  for (const char *const *folder = installation_folders(kind); *folder != NULL && !found; folder++) {
    if (snprintf(path, sizeof path, "%s/%s%s", report->home, *folder, file) >= (int)sizeof path) continue;
    json_text(report->writer, path);
    const char *const here = installation_problem(kind, path);
    found = here == NULL;
    const bool tells_more = problem == NULL || (!found && is_missing(problem) && !is_missing(here));
    if (!found && !tells_more) continue;
    memcpy(told, path, sizeof told);
    problem = here;
  }
  json_array_close(report->writer);
  write_verdict(report, name, needed, told, found ? NULL : problem != NULL ? problem : "cannot be looked for");
  json_object_close(report->writer);
}

static SMALL_FRAME void write_model(struct report *report, const char *given) {
  char path[INSTALLATION_PATH_MAX];
  if (given == NULL || given[0] == 0) {
    write_part(report, "model", INSTALLATION_SHARED, "demo.gguf", true);
    return;
  }
  const bool absolute = path_make_absolute(given, path) == LLMB_OK;
  json_object_open(report->writer);
  write_text(report->writer, "name", "model");
  write_text(report->writer, "kind", "file");
  json_key(report->writer, "looked_in");
  json_array_open(report->writer);
  json_text(report->writer, absolute ? path : given);
  json_array_close(report->writer);
  write_verdict(report, "model", true, absolute ? path : given,
                absolute ? installation_problem(INSTALLATION_SHARED, path) : "cannot be looked for");
  json_object_close(report->writer);
}

static void write_parts(struct report *report, const llmb_settings *settings) {
  const uint8_t chosen = settings_engine(settings) | fallback_bits(settings->values[SETTING_FALLBACK].text);
  const bool outside = settings->values[SETTING_ISOLATION].integer != CHOICE_ISOLATION_INPROC;
  json_key(report->writer, "parts");
  json_array_open(report->writer);
  write_part(report, "keeper", INSTALLATION_PROGRAM, "llmbridge-keeper",
             outside || fallback_bits(settings->values[SETTING_FALLBACK].text) != 0);
  write_part(report, "engine program", INSTALLATION_PROGRAM, "llmbridge-engine",
             outside && (chosen & ~(ENGINE_CUSTOM | ENGINE_HTTP)) != 0);
  write_part(report, "engine http", INSTALLATION_PROGRAM, HTTP_PROGRAM, (chosen & ENGINE_HTTP) != 0);
  write_part(report, "bench", INSTALLATION_PROGRAM, "llmbridge-bench", false);
  for (const struct engine_abilities *entry = engine_abilities; entry->engine != NULL; entry++) {
    char name[64], file[64];
    const uint8_t bit = settings_engine_bit(entry->engine);
    if (bit == ENGINE_CUSTOM || bit == ENGINE_HTTP) continue; /* programs of their own */
    snprintf(name, sizeof name, "engine %s", entry->engine);
    snprintf(file, sizeof file, "%s.so", entry->engine);
    write_part(report, name, INSTALLATION_MODULE, file, (chosen & bit) != 0);
  }
  if (chosen & ENGINE_LLAMA) write_model(report, settings->values[SETTING_MODEL].text);
  json_array_close(report->writer);
}

static void write_processes(struct json_writer *writer) {
  struct os_process_limits limits;
  os_process_limits(&limits);
  json_key(writer, "processes");
  json_object_open(writer);
  write_limit(writer, "user_max", limits.user_max);
  write_limit(writer, "group_max", limits.group_max);
  write_limit(writer, "group_used", limits.group_used);
  json_object_close(writer);
}

static void write_installation(struct json_writer *writer, const llmb_settings *given) {
  struct report report = {.writer = writer};
  llmb_settings settings;
  llmb_error error;
  llmb_error_init(&error);
  json_object_open(writer);
  if (settings_resolve_bridge(given, &settings, &error) != LLMB_OK) keep_reason(&report, error.message);
  write_text(writer, "engine", settings.values[SETTING_ENGINE].text);
  write_library(writer);
  write_home(&report, &settings);
  write_parts(&report, &settings);
  write_processes(writer);
  write_flag(writer, "ok", report.reason[0] == 0);
  write_text(writer, "reason", report.reason[0] == 0 ? NULL : report.reason);
  json_object_close(writer);
  settings_clear(&settings);
}

static void write_of_environment(struct json_writer *writer) {
  write_installation(writer, NULL);
}

const char *llmb_installation_json(void) {
  static struct json_once once;
  return json_once_text(&once, write_of_environment);
}

llmb_status llmb_installation_examine(const llmb_settings *settings, char **out_json, llmb_error *out_error) {
  struct json_writer writer;
  if (out_json == NULL) {
    return error_set(out_error, LLMB_E_INVALID_ARGUMENT, LLMB_PHASE_CONFIGURE, "out_json is NULL");
  }
  json_writer_begin(&writer);
  write_installation(&writer, settings);
  const llmb_status status = json_writer_finish(&writer, out_json);
  return status == LLMB_OK ? status : error_set(out_error, status, LLMB_PHASE_CONFIGURE, "no memory for the report");
}
