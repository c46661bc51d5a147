/* What is said about a shared engine: between the host that has its server started and the server (the order), and
 * between the server and its clients. Small structs over message sockets, as in keeper_protocol.h.
 *
 *   host   -> candidate (its descriptor 3)  ORDER, the engine's SPAWN (keeper_protocol.h), the engine's opening message
 *   server -> host (the same, then closed)  READY, or TAKEN: another one serves
 *   client -> server                        HELLO
 *   server -> client                        WAIT (at once, and while the engine loads), RELAY, WELCOME with the
 *                                           descriptors, REFUSED, EXIT
 *
 *   anybody of its user -> server           ASK, in place of HELLO
 *   server -> the same, then closed         STATE: its engines and clients, as JSON
 *
 * Descriptors go from the server to its clients only. */
#ifndef LLMB_SHARE_PROTOCOL_H
#define LLMB_SHARE_PROTOCOL_H

#include <stdbool.h>
#include <stdint.h>

#include "keeper/keeper_limits.h"
#include "keeper/share_model.h"

enum { SHARE_PROTOCOL_MAGIC = 0x73424c4c, SHARE_PROTOCOL_VERSION = 2 };

enum {
  SHARE_KEY_SIZE = 33,             /* of a key as text, its NUL included */
  SHARE_NAME_SIZE_MAX = 48,        /* of a file's name: a key and an ending */
  SHARE_PARTS_SIZE_MAX = 48 << 10, /* what a key stands for */
  SHARE_TEXT_SIZE_MAX = 1 << 10,
  SHARE_RELAY_SIZE_MAX = 24 << 10, /* the longest message of an engine's */
  SHARE_STATE_SIZE_MAX = 32 << 10,
  SHARE_ANSWER_PACKET_SIZE = 16 << 10, /* of a survey's answer, which is cut into such */
  SHARE_OPENING_SIZE_MAX = 40 << 10,
  SHARE_FOLDER_SIZE = 128
};

/* The argument that makes a keeper the server of a shared engine. */
#define SHARE_ROLE "serve"

/* The one that makes it look at the servers of a folder, or end them (share_survey.h). */
#define SHARE_ROLE_SURVEY "shared"

/* Endings of the files of a key. */
#define SHARE_SOCKET ".sock"
#define SHARE_LOCK ".live"
#define SHARE_CARD ".json"

enum share_message_kind {
  SHARE_MESSAGE_NONE,
  SHARE_MESSAGE_ORDER,
  SHARE_MESSAGE_READY,
  SHARE_MESSAGE_TAKEN,
  SHARE_MESSAGE_HELLO,
  SHARE_MESSAGE_WAIT,
  SHARE_MESSAGE_RELAY,
  SHARE_MESSAGE_WELCOME,
  SHARE_MESSAGE_REFUSED,
  SHARE_MESSAGE_EXIT,
  SHARE_MESSAGE_ASK,
  SHARE_MESSAGE_STATE,
  SHARE_MESSAGE_KIND_COUNT
};

struct share_head {
  uint32_t magic;
  uint16_t version;
  uint16_t kind; /* enum share_message_kind */
};

/* READY, TAKEN and ASK say all by their kind. STATE is followed by its text. HELLO is followed by the parts of the key.
 * RELAY by a message of the engine's (channel/handshake.h), as it came. */

struct share_order {
  struct share_head head;
  char key[SHARE_KEY_SIZE], folder[SHARE_FOLDER_SIZE];
  uint32_t engine_count_max, slot_count;
  uint32_t ready_type, retiring_type, expelled_type; /* of the engine's messages */
  uint32_t client_type;                              /* of the message that brings an engine a client */
  uint32_t parts_size;                               /* of the key's parts, which follow */
  uint32_t model_size;                               /* of their end, which stands for the model's files */
  uint32_t path_size;                                /* of the model's path, which follows the parts */
  uint64_t region_size;
  uint64_t start_timeout_ns;
  uint32_t restart_limit, reserved; /* servers that may die before they serve, within the time */
  uint64_t restart_window_ns;
};

struct share_wait {
  struct share_head head;
  uint32_t permille;
  uint32_t client_count;
  uint64_t progress; /* grows while the engine loads */
  int64_t engine_pid;
};

/* Descriptors: region, the client's end of its rings, the bell of all slots, the pump's bell. */
struct share_welcome {
  struct share_head head;
  uint32_t slot_count;
  uint32_t number; /* the client's */
  uint64_t region_size;
  int64_t engine_pid;
};

struct share_refused {
  struct share_head head;
  int32_t status;
  uint32_t size; /* of the text that follows */
};

struct share_exit {
  struct share_head head;
  int32_t exit_kind, exit_value;
  uint32_t guard_expired, memory_was_short;
  uint32_t working_count, own_working_count; /* calls that the engine had: of all clients, of this one */
  uint32_t log_size;
  char log[KEEPER_LOG_TAIL_SIZE]; /* only log_size of it is sent */
};

struct share_head share_message_head(enum share_message_kind kind);

/* Which message these bytes are, if head and size are as they must be for it; else SHARE_MESSAGE_NONE. */
enum share_message_kind share_message_check(const void *bytes, uint64_t size);

#endif
