#include "api/launch.h"

#include <stdio.h>
#include <string.h>

#include <llmbridge/bridge.h>

#include "api/engine_environment.h"
#include "api/installation_layout.h"
#include "api/launch_share.h"
#include "core/engine_abilities.h"
#include "core/error.h"
#include "core/memory.h"
#include "core/settings_pairs.h"
#include "core/settings_parse.h"
#include "core/text_quote.h"
#include "platform/os_path.h"

enum { PATH_SIZE_MAX = INSTALLATION_PATH_MAX, ENGINE_FILE_SIZE_MAX = 40 };

static SMALL_FRAME llmb_status find_program(const char *home, const char *name, const char *remedy, char **out,
                                            llmb_error *error) {
  char path[PATH_SIZE_MAX];
  if (!installation_find(home, INSTALLATION_PROGRAM, name, path)) {
    return error_set(error, LLMB_E_NOT_FOUND, LLMB_PHASE_CONFIGURE, "%s that may be read is not in %s/bin nor in %s%s",
                     name, home, home, remedy);
  }
  const llmb_status status = memory_copy_text(path, strlen(path), out);
  return status == LLMB_OK ? status : error_set(error, status, LLMB_PHASE_CONFIGURE, "no memory for a path");
}

/* Whether this looks like what other tools fetch a model by: an address, or "organisation/name" of a hub. */
static bool is_address(const char *given) {
  const char *const scheme = strchr(given, ':'), *const slash = strchr(given, '/');
  if (scheme != NULL && strncmp(scheme, "://", 3) == 0) return true;
  if (slash == NULL || slash == given || slash[1] == 0 || strchr("./~", given[0]) != NULL) return false;
  if (memchr(given, '.', (size_t)(slash - given)) != NULL) return true; /* a host's name before the first slash */
  return strchr(slash + 1, '/') == NULL && strstr(given, ".gguf") == NULL;
}

static SMALL_FRAME llmb_status set_model(llmb_settings *settings, const char *home, llmb_error *error) {
  char path[PATH_SIZE_MAX];
  char quoted[TEXT_QUOTE_CAPACITY];
  const char *given = settings->values[SETTING_MODEL].text;
  if (given == NULL || given[0] == 0) {
    if (!installation_find(home, INSTALLATION_SHARED, "demo.gguf", path)) {
      return error_set(error, LLMB_E_NOT_FOUND, LLMB_PHASE_CONFIGURE,
                       "no model is set and there is no demonstration model in %s/share/llmbridge; set model", home);
    }
    return settings_store(settings, SETTING_MODEL, path, SETTING_FROM_ENVIRONMENT, error);
  }
  uint64_t size = 0;
  text_quote(quoted, given);
  switch (os_path_kind(given, &size)) {
    case OS_PATH_MISSING:
      return error_set(
          error, LLMB_E_NOT_FOUND, LLMB_PHASE_CONFIGURE, "model: %s does not exist%s", quoted,
          is_address(given) ? "; the path of a GGUF file on this machine is wanted, nothing is fetched" : "");
    case OS_PATH_FOLDER:
      return error_set(error, LLMB_E_MODEL_INVALID, LLMB_PHASE_CONFIGURE, "model: %s is a folder, not a GGUF file",
                       quoted);
    case OS_PATH_OTHER:
      return error_set(error, LLMB_E_MODEL_INVALID, LLMB_PHASE_CONFIGURE, "model: %s is not a regular file", quoted);
    case OS_PATH_FILE:
    case OS_PATH_PROGRAM:
      break;
  }
  if (size == 0) {
    return error_set(error, LLMB_E_MODEL_INVALID, LLMB_PHASE_CONFIGURE, "model: %s is empty", quoted);
  }
  if (path_make_absolute(given, path) != LLMB_OK) {
    return error_set(error, LLMB_E_NOT_FOUND, LLMB_PHASE_CONFIGURE, "model: could not resolve %s", quoted);
  }
  return settings_store(settings, SETTING_MODEL, path, (enum setting_source)settings->values[SETTING_MODEL].source,
                        error);
}

static SMALL_FRAME llmb_status copy_log_file(const llmb_settings *settings, struct launch *out, llmb_error *error) {
  const char *given = settings->values[SETTING_LOG_FILE].text;
  if (given == NULL || given[0] == 0) return LLMB_OK;
  char path[PATH_SIZE_MAX];
  if (path_make_absolute(given, path) != LLMB_OK) {
    return error_set(error, LLMB_E_NOT_FOUND, LLMB_PHASE_CONFIGURE, "log_file: the path is too long");
  }
  const llmb_status status = memory_copy_text(path, strlen(path), &out->log_file);
  if (status != LLMB_OK) return error_set(error, status, LLMB_PHASE_CONFIGURE, "no memory for the path of log_file");
  return LLMB_OK;
}

/* An engine of the user's own: the command is its program, found the way a shell would, but never in this folder. */
static SMALL_FRAME llmb_status find_own_program(const char *word, char **out, llmb_error *error) {
  char path[PATH_SIZE_MAX], absolute[PATH_SIZE_MAX], quoted[TEXT_QUOTE_CAPACITY];
  llmb_status status = os_path_find_program(word, os_environment_get("PATH"), path, sizeof path);
  text_quote(quoted, word);
  if (status == LLMB_E_NOT_FOUND) {
    return error_set(error, status, LLMB_PHASE_CONFIGURE, "command: there is no program %s", quoted);
  }
  if (status != LLMB_OK) {
    return error_set(error, status, LLMB_PHASE_CONFIGURE, "command: %s may not be executed", quoted);
  }
  status = path_make_absolute(path, absolute);
  if (status == LLMB_OK) status = memory_copy_text(absolute, strlen(absolute), out);
  return status == LLMB_OK ? status
                           : error_set(error, status, LLMB_PHASE_CONFIGURE, "command: could not keep its path");
}

/* Paths that the engine reads are made absolute: it runs in another folder. */
static SMALL_FRAME llmb_status set_path(llmb_settings *settings, enum setting_id id, llmb_error *error) {
  char path[PATH_SIZE_MAX];
  const struct setting_value *const value = &settings->values[id];
  if (value->text == NULL || value->text[0] == 0) return LLMB_OK;
  if (path_make_absolute(value->text, path) != LLMB_OK) {
    return error_set(error, LLMB_E_NOT_FOUND, LLMB_PHASE_CONFIGURE, "%s: the path is too long",
                     settings_table[id].name);
  }
  return settings_store(settings, id, path, (enum setting_source)value->source, error);
}

static SMALL_FRAME llmb_status set_server(llmb_settings *settings, llmb_error *error) {
  const char *const url = settings->values[SETTING_URL].text;
  if (url == NULL || url[0] == 0) {
    return error_set(error, LLMB_E_INVALID_ARGUMENT, LLMB_PHASE_CONFIGURE,
                     "url: the engine http needs the address of a server, such as http://localhost:8080");
  }
  const llmb_status status = set_path(settings, SETTING_API_KEY_FILE, error);
  return status == LLMB_OK ? set_path(settings, SETTING_TLS_CA_FILE, error) : status;
}

/* The engine's program and arguments: a module in llmbridge-engine, or a program of the user's own. */
static llmb_status set_program(const llmb_settings *settings, const char *home, struct launch *out, llmb_error *error) {
  if (settings->values[SETTING_ENGINE].integer == CHOICE_ENGINE_HTTP) {
    out->module_arguments[0] = HTTP_PROGRAM;
    out->arguments = out->module_arguments;
    return find_program(home, HTTP_PROGRAM, "; `./build.sh http` in the source tree builds it", &out->engine_program,
                        error);
  }
  if (settings->values[SETTING_ENGINE].integer != CHOICE_ENGINE_CUSTOM) {
    out->module_arguments[0] = "llmbridge-engine";
    out->module_arguments[1] = out->engine;
    out->arguments = out->module_arguments;
    return find_program(home, "llmbridge-engine", "", &out->engine_program, error);
  }
  void *memory = NULL;
  llmb_status status = memory_allocate(sizeof *out->command, &memory);
  if (status != LLMB_OK) return error_set(error, status, LLMB_PHASE_CONFIGURE, "no memory for the command");
  out->command = memory;
  out->arguments = out->command->arguments;
  status = command_parse(settings->values[SETTING_COMMAND].text, out->command, error);
  if (status != LLMB_OK) return status;
  return find_own_program(out->command->arguments[0], &out->engine_program, error);
}

/* What a thread of the host cannot be: several, confined, or a program of its own. */
static SMALL_FRAME llmb_status set_module(const llmb_settings *settings, const char *home, struct launch *out,
                                          llmb_error *error) {
  char path[PATH_SIZE_MAX], file[ENGINE_FILE_SIZE_MAX];
  if (!engine_can(out->engine, ABILITY_INPROC)) {
    return error_set(error, LLMB_E_UNSUPPORTED, LLMB_PHASE_CONFIGURE,
                     "isolation: \"inproc\" is not for the engine %s, which runs programs", out->engine);
  }
  if (settings->values[SETTING_WORKERS].integer != 1) {
    return error_set(error, LLMB_E_UNSUPPORTED, LLMB_PHASE_CONFIGURE,
                     "workers: with isolation inproc there is one, in this process; allowed is 1");
  }
  if (settings->values[SETTING_SANDBOX].integer == CHOICE_SANDBOX_REQUIRED ||
      settings->values[SETTING_MEMORY_MB].integer > 0) {
    return error_set(error, LLMB_E_UNSUPPORTED, LLMB_PHASE_CONFIGURE,
                     "sandbox, memory_mb: with isolation inproc the engine cannot be confined without its host");
  }
  snprintf(file, sizeof file, "%s.so", out->engine);
  if (!installation_find(home, INSTALLATION_MODULE, file, path)) {
    return error_set(error, LLMB_E_NOT_FOUND, LLMB_PHASE_CONFIGURE, "%s is not in %s/lib/llmbridge", file, home);
  }
  const llmb_status status = memory_copy_text(path, strlen(path), &out->module_path);
  return status == LLMB_OK ? status : error_set(error, status, LLMB_PHASE_CONFIGURE, "no memory for a path");
}

static llmb_status check_abilities(const llmb_settings *settings, const char *engine, llmb_error *error) {
  if (settings->values[SETTING_WORKERS].integer == 0 && !engine_can(engine, ABILITY_PER_CALL)) {
    char names[ENGINE_NAMES_CAPACITY];
    return error_set(error, LLMB_E_INVALID_ARGUMENT, LLMB_PHASE_CONFIGURE,
                     "workers: 0 is one process per call, which only the engines %s do; allowed is 1 to 64",
                     engines_that_can(ABILITY_PER_CALL, names));
  }
  const bool must_be_confined = settings->values[SETTING_SANDBOX].integer == CHOICE_SANDBOX_REQUIRED;
  if (must_be_confined && !engine_can(engine, ABILITY_SANDBOX)) {
    return error_set(error, LLMB_E_UNSUPPORTED, LLMB_PHASE_CONFIGURE,
                     "sandbox: \"required\" cannot be kept for the engine %s: what a program of yours needs is not "
                     "known",
                     engine);
  }
  return LLMB_OK;
}

static enum engine_environment_kind environment_kind(const llmb_settings *settings) {
  if (settings->values[SETTING_ENGINE].integer == CHOICE_ENGINE_CUSTOM) return ENGINE_ENVIRONMENT_CUSTOM;
  if (settings->values[SETTING_ENGINE].integer == CHOICE_ENGINE_HTTP) return ENGINE_ENVIRONMENT_SERVERS;
  const bool runs_commands = (settings_engine(settings) & settings_table[SETTING_ENVIRONMENT].engines) != 0;
  return runs_commands ? ENGINE_ENVIRONMENT_COMMANDS : ENGINE_ENVIRONMENT_MODULE;
}

llmb_status launch_prepare(llmb_settings *settings, struct launch *out, llmb_error *error) {
  char home[PATH_SIZE_MAX];
  const char *engine = settings->values[SETTING_ENGINE].text;
  snprintf(out->engine, sizeof out->engine, "%s", engine);
  llmb_status status = check_abilities(settings, engine, error);
  if (status == LLMB_OK) status = installation_home(settings, home, error);
  const bool inside = settings->values[SETTING_ISOLATION].integer == CHOICE_ISOLATION_INPROC;
  if (status == LLMB_OK) {
    status = find_program(home, "llmbridge-keeper", "", &out->keeper_program, inside ? NULL : error);
    if (status == LLMB_E_NOT_FOUND && inside) status = LLMB_OK; /* only sessions need it then, and say so */
    if (status != LLMB_OK && inside)
      status = error_set(error, status, LLMB_PHASE_CONFIGURE, "no memory for the keeper's path");
  }
  if (status == LLMB_OK) {
    status = inside ? set_module(settings, home, out, error) : set_program(settings, home, out, error);
  }
  if (status != LLMB_OK) return status;
  if (settings->values[SETTING_ENGINE].integer == CHOICE_ENGINE_LLAMA) {
    status = set_model(settings, home, error);
    if (status == LLMB_OK) status = set_path(settings, SETTING_CHAT_TEMPLATE, error);
    if (status != LLMB_OK) return status;
  }
  if (settings->values[SETTING_ENGINE].integer == CHOICE_ENGINE_HTTP) {
    status = set_server(settings, error);
    if (status != LLMB_OK) return status;
  }
  status = copy_log_file(settings, out, error);
  if (status != LLMB_OK) return status;
  status = engine_environment_create(environment_kind(settings), settings->values[SETTING_ENVIRONMENT].text,
                                     &out->environment);
  if (status != LLMB_OK) return error_set(error, status, LLMB_PHASE_CONFIGURE, "no memory for the environment");
  status = settings_encode(settings, SETTING_OF_BRIDGE, &out->pairs, &out->pairs_size);
  if (status != LLMB_OK) return error_set(error, status, LLMB_PHASE_CONFIGURE, "no memory for the settings");
  status = launch_share_prepare(settings, out, error);
  if (status != LLMB_OK) return status;
  if (out->pairs_size > CHANNEL_SETTINGS_SIZE_MAX) {
    return error_set(error, LLMB_E_INVALID_ARGUMENT, LLMB_PHASE_CONFIGURE,
                     "the bridge's settings have %llu bytes together, allowed are %d",
                     (unsigned long long)out->pairs_size, CHANNEL_SETTINGS_SIZE_MAX);
  }
  out->slot_count = (uint32_t)settings->values[SETTING_SLOTS].integer;
  if (settings->values[SETTING_SANDBOX].integer == CHOICE_SANDBOX_REQUIRED) out->layers_required = LLMB_SANDBOX_ALL;
  const bool is_wanted = settings->values[SETTING_SANDBOX].integer != CHOICE_SANDBOX_OFF;
  if (is_wanted && out->module_path == NULL && engine_can(engine, ABILITY_SANDBOX))
    out->layers_wanted = LLMB_SANDBOX_ALL;
  out->start_timeout_ns = settings_duration_ns(settings, SETTING_START_TIMEOUT_MS);
  return LLMB_OK;
}

void launch_clear(struct launch *launch) {
  launch->keeper_program = memory_release(launch->keeper_program);
  launch->engine_program = memory_release(launch->engine_program);
  launch->module_path = memory_release(launch->module_path);
  launch->command = memory_release(launch->command);
  launch->log_file = memory_release(launch->log_file);
  launch_share_clear(launch);
  launch->pairs = memory_release(launch->pairs);
  launch->environment = engine_environment_free(launch->environment);
}
