/* What is said between host, keeper and engines: small structs over message sockets, so that a message is whole or not
 * there, and is parsed from the receiver's own copy.
 *
 *   host   -> keeper (control)   SPAWN, KILL, GOODBYE       keeper -> host   GREETING with the keeper's handle
 *   keeper -> host (one pair per engine)                    SPAWNED with its handle, SPAWN_FAILED, EXIT
 *   keeper -> engine (lifeline)  WELCOME with the guards and the bell by which the engine says "look"
 *
 * The keeper's end of a lifeline can only send: from an engine it gets rings and nothing else. */
#ifndef LLMB_KEEPER_PROTOCOL_H
#define LLMB_KEEPER_PROTOCOL_H

#include <stdbool.h>

#include <llmbridge/status.h>

#include "keeper/keeper_client.h"
#include "keeper/keeper_limits.h"

enum { KEEPER_PROTOCOL_MAGIC = 0x6b424c4c, KEEPER_PROTOCOL_VERSION = 5 };

/* Descriptors that the program is started with. */
enum { KEEPER_HANDLE_CONTROL = 3, KEEPER_HANDLE_HOST = 4 };
enum { ENGINE_HANDLE_SOCKET = 3, ENGINE_HANDLE_LIFELINE = 4 };

enum keeper_message_kind {
  KEEPER_MESSAGE_NONE,
  KEEPER_MESSAGE_GREETING,
  KEEPER_MESSAGE_SPAWN,
  KEEPER_MESSAGE_KILL,
  KEEPER_MESSAGE_GOODBYE,
  KEEPER_MESSAGE_SPAWNED,
  KEEPER_MESSAGE_SPAWN_FAILED,
  KEEPER_MESSAGE_EXIT,
  KEEPER_MESSAGE_WELCOME,
  KEEPER_MESSAGE_KIND_COUNT
};

struct keeper_message_head {
  uint32_t magic;
  uint16_t version;
  uint16_t kind; /* enum keeper_message_kind */
};

/* GREETING and SPAWNED say the pid, KILL the id; GOODBYE and WELCOME say all by their kind. */
struct keeper_number_message {
  struct keeper_message_head head;
  uint64_t number;
};

struct keeper_spawn_message {
  struct keeper_message_head head;
  uint64_t id;
  uint32_t argument_count, environment_count;
  uint32_t is_server, is_session;
  /* Then the texts, each NUL-terminated: program, folder, log file, arguments, environment. */
};

struct keeper_failed_message {
  struct keeper_message_head head;
  int32_t status, os_code;
  char step[32];
};

struct keeper_exit_message {
  struct keeper_message_head head;
  int32_t exit_kind, exit_value;
  uint32_t guard_expired, memory_was_short, log_size;
  char log[KEEPER_LOG_TAIL_SIZE]; /* only log_size of it is sent */
};

/* A SPAWN as its receiver sees it: texts point into the message. */
struct keeper_spawn_request {
  uint64_t id;
  bool is_server, is_session;
  const char *program, *folder, *log_file;       /* folder and log_file may be empty */
  char *arguments[KEEPER_ARGUMENTS_MAX + 1];     /* NULL at the end */
  char *environment[KEEPER_ENVIRONMENT_MAX + 1]; /* NULL at the end */
};

struct keeper_message_head keeper_message_head(enum keeper_message_kind kind);

/* Which message these bytes are, if head and size are as they must be for it; else KEEPER_MESSAGE_NONE. */
enum keeper_message_kind keeper_message_check(const void *bytes, uint64_t size);

/* Whether the bytes are of a keeper of another version, for an error message; that version. */
bool keeper_message_is_foreign(const void *bytes, uint64_t size, unsigned *out_version);

/* The size that keeper_spawn_encode needs: 0 when there are too many texts, or they are too long, for one message. */
uint64_t keeper_spawn_encoded_size(const struct keeper_spawn *spawn, const char *folder);
void keeper_spawn_encode(const struct keeper_spawn *spawn, const char *folder, uint64_t id, void *out);

/* Splits a checked SPAWN message in place; false when its texts are not what its counts say. */
bool keeper_spawn_decode(void *bytes, uint64_t size, struct keeper_spawn_request *out);

#endif
