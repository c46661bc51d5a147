#include "api/launch_share.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "core/command_text.h"
#include "core/error.h"
#include "core/json_writer.h"
#include "core/keyed_hash.h"
#include "core/memory.h"
#include "keeper/share_model.h"
#include "platform/os_local.h"

enum { LINE_SIZE_MAX = 512 };

/* What a key stands for: a line for each part. */
struct parts {
  char *text;
  uint64_t size, capacity;
  llmb_status status;
};

static void parts_add(struct parts *parts, const char *text, uint64_t size) {
  if (parts->status != LLMB_OK) return;
  if (parts->size + size > SHARE_PARTS_SIZE_MAX) {
    parts->status = LLMB_E_INVALID_ARGUMENT;
    return;
  }
  if (parts->size + size > parts->capacity) {
    void *grown = parts->text;
    const uint64_t capacity = (parts->size + size) * 2;
    parts->status = memory_resize(&grown, capacity);
    if (parts->status != LLMB_OK) return;
    parts->text = grown;
    parts->capacity = capacity;
  }
  memcpy(parts->text + parts->size, text, size);
  parts->size += size;
}

static void parts_print(struct parts *parts, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void parts_print(struct parts *parts, const char *format, ...) {
  char line[LINE_SIZE_MAX];
  va_list arguments;
  va_start(arguments, format);
  const int size = vsnprintf(line, sizeof line, format, arguments);
  va_end(arguments);
  if (size > 0) parts_add(parts, line, (uint64_t)size < sizeof line ? (uint64_t)size : sizeof line - 1);
}

static void add_setting(struct parts *parts, const llmb_settings *settings, enum setting_id id) {
  const char *text = settings->values[id].text;
  parts_print(parts, "%s ", settings_table[id].name);
  if (text != NULL) parts_add(parts, text, strlen(text));
  parts_add(parts, "\n", 1);
}

static void add_line(void *parts, const char *line, uint64_t size) {
  parts_add(parts, line, size);
}

static uint64_t digest(const struct parts *parts, uint64_t number) {
  const uint64_t key[2] = {UINT64_C(0x6c6c6d6272696467), number};
  struct keyed_hash hash;
  keyed_hash_begin(&hash, key);
  keyed_hash_add(&hash, parts->text, parts->size);
  return keyed_hash_end(&hash);
}

/* The values of what the command gets of this host's variables: they may be credentials, and are told to nobody. */
static void add_environment(struct parts *parts, const llmb_settings *settings, char *const *environment) {
  const char *names = settings->values[SETTING_ENVIRONMENT].text;
  const uint64_t key[2] = {UINT64_C(0x656e7669726f6e6d), 1};
  struct keyed_hash hash;
  if (names == NULL || names[0] == 0) return;
  keyed_hash_begin(&hash, key);
  for (int i = 0; environment[i] != NULL; i++) keyed_hash_add(&hash, environment[i], strlen(environment[i]) + 1);
  parts_print(parts, "environment %s %016" PRIx64 "\n", names, keyed_hash_end(&hash));
}

/* A command by its words: hosts of several languages write one list each in their own way. */
static void add_command(struct parts *parts, const llmb_settings *settings) {
  const char *text = settings->values[SETTING_COMMAND].text;
  void *memory = NULL;
  char *words = NULL;
  struct json_writer writer;
  if (text != NULL && settings_engine(settings) != ENGINE_FAKE &&
      memory_allocate(sizeof(struct command), &memory) == LLMB_OK && command_parse(text, memory, NULL) == LLMB_OK) {
    const struct command *command = memory;
    json_writer_begin(&writer);
    json_array_open(&writer);
    for (unsigned i = 0; i < command->argument_count; i++) json_text(&writer, command->arguments[i]);
    json_array_close(&writer);
    if (json_writer_finish(&writer, &words) != LLMB_OK) parts->status = LLMB_E_OUT_OF_MEMORY;
    text = words;
  }
  parts_print(parts, "command ");
  if (text != NULL) parts_add(parts, text, strlen(text));
  parts_add(parts, "\n", 1);
  memory_release(words);
  memory_release(memory);
}

static void add_all(struct parts *parts, const llmb_settings *settings, const struct launch *launch,
                    struct share_launch *out) {
  static const enum setting_id ids[] = {SETTING_ENGINE,       SETTING_CONTEXT,     SETTING_THREADS,
                                        SETTING_GPU_LAYERS,   SETTING_BATCHING,    SETTING_SANDBOX,
                                        SETTING_MEMORY_MB,    SETTING_NAME,        SETTING_URL,
                                        SETTING_API_KEY_FILE, SETTING_TLS_CA_FILE, SETTING_CHAT_TEMPLATE};
  parts_print(parts, "library %s\nprotocol %d %d\n", llmb_version(), CHANNEL_PROTOCOL_VERSION, SHARE_PROTOCOL_VERSION);
  parts_print(parts, "program ");
  parts_add(parts, launch->engine_program, strlen(launch->engine_program));
  parts_add(parts, "\n", 1);
  for (unsigned i = 0; i < sizeof ids / sizeof *ids; i++) add_setting(parts, settings, ids[i]);
  add_command(parts, settings);
  add_environment(parts, settings, launch->environment);
  const char *model = settings->values[SETTING_MODEL].text;
  if (model == NULL || model[0] == 0) return;
  /* Only the llama engine's is a file for certain. */
  if (settings_engine(settings) != ENGINE_LLAMA) add_setting(parts, settings, SETTING_MODEL);
  if (settings_engine(settings) == ENGINE_HTTP) return;
  const uint64_t before = parts->size;
  share_model_lines(model, add_line, parts);
  out->model_size = parts->size - before;
}

llmb_status launch_share_prepare(const llmb_settings *settings, struct launch *out, llmb_error *error) {
  const bool is_shared = settings->values[SETTING_ISOLATION].integer == CHOICE_ISOLATION_SHARED;
  if (!is_shared) return LLMB_OK;
  const int64_t workers = settings->values[SETTING_WORKERS].integer;
  if (workers > SHARE_ENGINES_MAX) {
    return error_set(error, LLMB_E_INVALID_ARGUMENT, LLMB_PHASE_CONFIGURE,
                     "workers: %d is too many with isolation=shared; allowed is 1 to %d", (int)workers,
                     SHARE_ENGINES_MAX);
  }
  void *memory = NULL;
  struct parts parts = {.status = memory_allocate(sizeof *out->share, &memory)};
  if (parts.status != LLMB_OK)
    return error_set(error, parts.status, LLMB_PHASE_CONFIGURE, "no memory for the settings");
  struct share_launch *share = memory;
  out->share = share;
  add_all(&parts, settings, out, share);
  share->parts = parts.text;
  share->parts_size = parts.size;
  if (parts.status == LLMB_E_INVALID_ARGUMENT) {
    return error_set(error, parts.status, LLMB_PHASE_CONFIGURE,
                     "isolation: what tells this shared engine from others has more than %d bytes: command or name is "
                     "too long",
                     SHARE_PARTS_SIZE_MAX);
  }
  if (parts.status != LLMB_OK)
    return error_set(error, parts.status, LLMB_PHASE_CONFIGURE, "no memory for the settings");
  snprintf(share->key, sizeof share->key, "%016" PRIx64 "%016" PRIx64, digest(&parts, 1), digest(&parts, 2));
  const char *model = settings->values[SETTING_MODEL].text;
  if (share->model_size > 0 && memory_copy_text(model, strlen(model), &share->model) != LLMB_OK) {
    return error_set(error, LLMB_E_OUT_OF_MEMORY, LLMB_PHASE_CONFIGURE, "no memory for the settings");
  }
  share->restart_limit = (uint32_t)settings->values[SETTING_RESTART_LIMIT].integer;
  share->restart_window_ns = (uint64_t)settings->values[SETTING_RESTART_WINDOW_MS].integer * 1000000u;
  os_local_folder(share->folder, 1 + SHARE_NAME_SIZE_MAX);
  share->engine_count_max = workers > 0 ? (uint32_t)workers : 1;
  return LLMB_OK;
}

void launch_share_clear(struct launch *launch) {
  if (launch->share == NULL) return;
  memory_release(launch->share->parts);
  memory_release(launch->share->model);
  launch->share = memory_release(launch->share);
}
