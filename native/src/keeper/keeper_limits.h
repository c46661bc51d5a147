/* Every maximum of the keeper and of what is said to it. */
#ifndef LLMB_KEEPER_LIMITS_H
#define LLMB_KEEPER_LIMITS_H

enum {
  KEEPER_ENGINES_MAX = 128,
  KEEPER_SESSIONS_MAX = 96, /* of these: helpers of sessions */
  KEEPER_ARGUMENTS_MAX = 256,
  KEEPER_ENVIRONMENT_MAX = 512,
  KEEPER_MESSAGE_SIZE_MAX = 65536,     /* of a SPAWN, all its texts included */
  KEEPER_LOG_RING_SIZE = 8192,         /* kept of each engine's stderr */
  KEEPER_LOG_TAIL_SIZE = 2048,         /* told when it ends */
  KEEPER_LOG_TURN_SIZE = 65536,        /* read of one engine's stderr before the others have their turn */
  KEEPER_LOG_DRAIN_SIZE = 262144,      /* read after its end: what a pipe holds, and more than that only from a flood */
  KEEPER_LOG_FILE_SIZE_MAX = 16 << 20, /* then it is put away as NAME.1 */
  KEEPER_LOG_FILE_RATE = 1 << 20,      /* bytes a second of one engine that it takes */
  KEEPER_LOG_FILE_BURST = 4 << 20,     /* and so many at once, after a silence */
  KEEPER_CONTROL_TURN_COUNT = 16,      /* messages read of one socket before the others have their turn */
  KEEPER_REAP_TURN_COUNT = 512,        /* children reaped before orphans are looked for */
  KEEPER_REAP_ROUNDS_MAX = 8,          /* of reaping and killing before the engines have their turn */
  KEEPER_CHILDREN_READS_MAX = 64,      /* of the list of children, a page each */
  KEEPER_SIGNALS_TURN_COUNT = 16,      /* signals taken before the engines have their turn */
  KEEPER_GUARDS_MAX = 64,              /* slots of one engine */
  KEEPER_CLIENTS_MAX = 64,             /* of one shared engine */
  SHARE_ENGINES_MAX = 16,              /* workers of one server */
  KEEPER_EXEC_BUSY_TRIES = 3,          /* a program that is just being written may be ready a moment later */
  KEEPER_EXEC_BUSY_WAIT_MS = 10,
  KEEPER_OOM_SCORE_RAISE = 300, /* memory short, an engine goes before its host */
  KEEPER_DESCRIPTORS_MIN = 1024 /* what the keeper asks for itself: seven for each engine */
};

#endif
