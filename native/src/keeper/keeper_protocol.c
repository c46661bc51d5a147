#include "keeper/keeper_protocol.h"

#include <assert.h>
#include <stddef.h>
#include <string.h>

static_assert(sizeof(struct keeper_message_head) == 8, "the head is the same in every version");
static_assert(sizeof(struct keeper_exit_message) < KEEPER_MESSAGE_SIZE_MAX, "every message fits the buffer");
static_assert((int)KEEPER_LOG_TAIL_SIZE <= (int)ENGINE_LOG_SIZE_MAX, "a tail fits its event");

enum { TEXTS_FIXED_COUNT = 3 };

struct keeper_message_head keeper_message_head(enum keeper_message_kind kind) {
  return (struct keeper_message_head){KEEPER_PROTOCOL_MAGIC, KEEPER_PROTOCOL_VERSION, (uint16_t)kind};
}

static bool size_fits(enum keeper_message_kind kind, uint64_t size) {
  switch (kind) {
    case KEEPER_MESSAGE_GREETING:
    case KEEPER_MESSAGE_KILL:
    case KEEPER_MESSAGE_GOODBYE:
    case KEEPER_MESSAGE_SPAWNED:
    case KEEPER_MESSAGE_WELCOME:
      return size == sizeof(struct keeper_number_message);
    case KEEPER_MESSAGE_SPAWN:
      return size > sizeof(struct keeper_spawn_message) && size <= KEEPER_MESSAGE_SIZE_MAX;
    case KEEPER_MESSAGE_SPAWN_FAILED:
      return size == sizeof(struct keeper_failed_message);
    case KEEPER_MESSAGE_EXIT:
      return size >= offsetof(struct keeper_exit_message, log) && size <= sizeof(struct keeper_exit_message);
    case KEEPER_MESSAGE_NONE:
    case KEEPER_MESSAGE_KIND_COUNT:
      return false;
  }
  return false;
}

enum keeper_message_kind keeper_message_check(const void *bytes, uint64_t size) {
  struct keeper_message_head head;
  if (size < sizeof head) return KEEPER_MESSAGE_NONE;
  memcpy(&head, bytes, sizeof head);
  if (head.magic != KEEPER_PROTOCOL_MAGIC || head.version != KEEPER_PROTOCOL_VERSION) return KEEPER_MESSAGE_NONE;
  if (head.kind >= KEEPER_MESSAGE_KIND_COUNT) return KEEPER_MESSAGE_NONE;
  enum keeper_message_kind kind = (enum keeper_message_kind)head.kind;
  return size_fits(kind, size) ? kind : KEEPER_MESSAGE_NONE;
}

bool keeper_message_is_foreign(const void *bytes, uint64_t size, unsigned *out_version) {
  struct keeper_message_head head;
  if (size < sizeof head) return false;
  memcpy(&head, bytes, sizeof head);
  *out_version = head.version;
  return head.magic == KEEPER_PROTOCOL_MAGIC && head.version != KEEPER_PROTOCOL_VERSION;
}

/* Adds the sizes of a list of texts; false when there are too many of them. */
static bool texts_measure(const char *const *texts, unsigned count_max, unsigned *out_count, uint64_t *size) {
  for (*out_count = 0; texts[*out_count] != NULL; (*out_count)++) {
    if (*out_count == count_max) return false;
    *size += strlen(texts[*out_count]) + 1;
  }
  return true;
}

static bool spawn_measure(const struct keeper_spawn *spawn, const char *folder, unsigned *out_arguments,
                          unsigned *out_environment, uint64_t *out_size) {
  *out_size = sizeof(struct keeper_spawn_message) + strlen(spawn->program) + 1 + strlen(folder) + 1;
  *out_size += (spawn->log_file != NULL ? strlen(spawn->log_file) : 0) + 1;
  return texts_measure(spawn->arguments, KEEPER_ARGUMENTS_MAX, out_arguments, out_size) &&
         texts_measure(spawn->environment, KEEPER_ENVIRONMENT_MAX, out_environment, out_size) &&
         *out_size <= KEEPER_MESSAGE_SIZE_MAX;
}

uint64_t keeper_spawn_encoded_size(const struct keeper_spawn *spawn, const char *folder) {
  unsigned arguments, environment;
  uint64_t size;
  return spawn_measure(spawn, folder, &arguments, &environment, &size) ? size : 0;
}

static char *text_put(char *at, const char *text) {
  size_t size = strlen(text) + 1;
  memcpy(at, text, size);
  return at + size;
}

void keeper_spawn_encode(const struct keeper_spawn *spawn, const char *folder, uint64_t id, void *out) {
  struct keeper_spawn_message message = {.head = keeper_message_head(KEEPER_MESSAGE_SPAWN),
                                         .id = id,
                                         .is_server = spawn->is_server,
                                         .is_session = spawn->is_session};
  uint64_t size;
  bool fits = spawn_measure(spawn, folder, &message.argument_count, &message.environment_count, &size);
  assert(fits);
  (void)fits;
  memcpy(out, &message, sizeof message);
  char *at = (char *)out + sizeof message;
  at = text_put(at, spawn->program);
  at = text_put(at, folder);
  at = text_put(at, spawn->log_file != NULL ? spawn->log_file : "");
  for (unsigned i = 0; i < message.argument_count; i++) at = text_put(at, spawn->arguments[i]);
  for (unsigned i = 0; i < message.environment_count; i++) at = text_put(at, spawn->environment[i]);
  assert(at == (char *)out + size);
}

/* The next text of [*at, end), or NULL when it has no end. */
static char *text_take(char **at, const char *end) {
  char *text = *at;
  char *nul = text < end ? memchr(text, '\0', (size_t)(end - text)) : NULL;
  if (nul == NULL) return NULL;
  *at = nul + 1;
  return text;
}

bool keeper_spawn_decode(void *bytes, uint64_t size, struct keeper_spawn_request *out) {
  struct keeper_spawn_message message;
  if (size < sizeof message) return false;
  memcpy(&message, bytes, sizeof message);
  if (message.argument_count == 0 || message.argument_count > KEEPER_ARGUMENTS_MAX) return false;
  if (message.environment_count > KEEPER_ENVIRONMENT_MAX) return false;
  char *at = (char *)bytes + sizeof message;
  const char *end = (const char *)bytes + size;
  const char *fixed[TEXTS_FIXED_COUNT];
  for (unsigned i = 0; i < TEXTS_FIXED_COUNT; i++) {
    if ((fixed[i] = text_take(&at, end)) == NULL) return false;
  }
  for (unsigned i = 0; i < message.argument_count; i++) {
    if ((out->arguments[i] = text_take(&at, end)) == NULL) return false;
  }
  for (unsigned i = 0; i < message.environment_count; i++) {
    if ((out->environment[i] = text_take(&at, end)) == NULL) return false;
  }
  out->arguments[message.argument_count] = NULL;
  out->environment[message.environment_count] = NULL;
  out->id = message.id;
  out->is_server = message.is_server != 0;
  out->is_session = message.is_session != 0;
  out->program = fixed[0];
  out->folder = fixed[1];
  out->log_file = fixed[2];
  return at == end && out->program[0] != '\0';
}
