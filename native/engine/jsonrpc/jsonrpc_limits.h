/* Named maxima and times of the engine jsonrpc. */
#ifndef LLMB_JSONRPC_LIMITS_H
#define LLMB_JSONRPC_LIMITS_H

#include <stdint.h>

enum {
  JSONRPC_CALLS_MAX = 64,           /* at once: one for each slot */
  JSONRPC_ESCAPE_MAX = 6,           /* bytes of a line that one byte of an answer may take: \u0001 */
  JSONRPC_LINE_SLACK = 1 << 20,     /* of a line, besides the answers it may hold */
  JSONRPC_LINES_MAX = 64,           /* of one daemon that are read before others are looked at */
  JSONRPC_BATCH_SIZE_MAX = 1 << 20, /* of an array of requests, but for its last one */
  JSONRPC_PIECE_SIZE = 32 << 10,    /* of an answer given to the channel at once */
  JSONRPC_NUMBER_SIZE_MAX = 320,    /* characters of a number in a vector */
  JSONRPC_INFO_SIZE_MAX = 8 << 10,  /* of a ping's result that is passed on to the host */
  JSONRPC_BREACH_SIZE = 512,        /* of what is said of a daemon that broke the protocol, its line included */
  JSONRPC_PING_MISSES_MAX = 3       /* in a row, then the daemon counts as hung */
};

/* Health is asked for after this long without a call, and an answer awaited for this long. */
#define JSONRPC_PING_EVERY_NS UINT64_C(10000000000)
#define JSONRPC_PING_LIMIT_NS UINT64_C(5000000000)

/* How long a daemon's end is waited for once it is killed, with all that it started. */
#define JSONRPC_CLEAR_NS UINT64_C(250000000)
#define JSONRPC_CLEAR_STEP_MS 50

/* A daemon that is not needed any more finds its stdin closed, then is asked to end, then is killed. */
#define JSONRPC_FAREWELL_MS 200
#define JSONRPC_TERMINATE_MS 100

#endif
