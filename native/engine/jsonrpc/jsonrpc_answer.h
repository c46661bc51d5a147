/* The answer of one call, on its way from the daemon's reply to the host. */
#ifndef LLMB_JSONRPC_ANSWER_H
#define LLMB_JSONRPC_ANSWER_H

#include <llmbridge/engine.h>

#include "core/json_reader.h"
#include "engine/jsonrpc/jsonrpc_aside.h"
#include "engine/jsonrpc/jsonrpc_message.h"
#include "engine/tool/tool_buffer.h"

enum { ANSWER_ESCAPE_SIZE = 6 }; /* \ud83d */

struct answer {
  struct tool_buffer bytes;          /* text; of an embedding the JSON of its vectors */
  uint64_t written_size;             /* of `bytes`, in the host's hands or the channel's */
  uint64_t streamed_size;            /* of all pieces that came before the result */
  char half[ANSWER_ESCAPE_SIZE + 1]; /* the escape at the last piece's end, if it is the first half of a pair */
  uint64_t next_vector;              /* where in `bytes` the next one to be written begins */
  struct tool_buffer logprobs;       /* what the result says of tokens, without its brackets */
  float *vector;                     /* room for one */
  uint64_t dimension;
  struct answer_aside aside;
  llmb_usage usage;
};

/* Adds a piece of text that came before the result. */
llmb_status answer_add_piece(struct answer *answer, llmb_request *request, struct json_value text, llmb_error *error);

/* Takes the result. If pieces came, they are the answer, and the result's text is not looked at. Errors:
 * LLMB_E_OUTPUT_INVALID where it is not what the request asked for, LLMB_E_OUTPUT_TOO_LARGE. */
llmb_status answer_take(struct answer *answer, llmb_request *request, struct json_value result, llmb_error *error);

/* Says what a daemon's error means for the request. */
void answer_explain(const llmb_request *request, const struct message *message, llmb_error *error);

/* Hands on to the host what there is room for. LLMB_E_NOT_READY: there is more. */
llmb_status answer_write(struct answer *answer, llmb_request *request);

void answer_clear(struct answer *answer);

/* What a request's errors are about. */
uint32_t answer_phase(const llmb_request *request);

#endif
