/* What travels through the rings: a fixed head, then its payload. */
#ifndef LLMB_FRAME_H
#define LLMB_FRAME_H

#include <stdint.h>

enum frame_type {
  /* host to engine */
  FRAME_SUBMIT = 1, /* struct frame_submit, settings pairs, input, tokens and origin of an interrupted answer */
  /* engine to host, in this order: ACCEPTED, any number of PIECE, TOKENS, LOGPROBS, ORIGIN and what is aside, or of
   * VECTOR, then one of DONE and ERROR; an ERROR may also come first */
  FRAME_ACCEPTED = 16,    /* empty: work begins */
  FRAME_PIECE = 17,       /* text */
  FRAME_VECTOR = 18,      /* floats */
  FRAME_DONE = 19,        /* struct frame_done */
  FRAME_ERROR = 20,       /* struct frame_failure, message, log */
  FRAME_TOKENS = 21,      /* int32s: tokens produced, before the piece with their text; what a resumed call is given */
  FRAME_ORIGIN = 22,      /* int32s, in place of those before: how the engine came to what it computes from, in words of
                             its own; a resumed call is given them as they came */
  FRAME_ORIGIN_MORE = 23, /* int32s behind those */
  FRAME_LOGPROBS = 24,    /* a comma and JSON objects with commas between them, then blanks: what is known of tokens,
                             behind their TOKENS; in any number of frames, each of whole int32s */
  FRAME_ASIDE = 25,       /* text beside the answer: FRAME_ASIDE + enum llmb_aside - 1 */
  FRAME_ASIDE_LAST = 26
};

struct frame_head {
  uint32_t payload_size;
  uint32_t type;
  uint64_t call_id;
};

enum frame_submit_flag {
  FRAME_SUBMIT_ALONE = 1 /* it may be what ended an engine: a shared one works on nothing else meanwhile */
};

enum { FRAME_ASIDE_KINDS = FRAME_ASIDE_LAST - FRAME_ASIDE + 1, FRAME_ASIDE_SIZE_MAX = 4096 };
enum { FRAME_BYTES_OF_TOKEN = 4 }; /* about so many, where tokens are not known */

struct frame_submit {
  uint32_t kind;        /* enum llmb_request_kind */
  uint32_t item_count;  /* texts in the input, a NUL between each two */
  uint64_t deadline_ns; /* on the machine's monotonic clock */
  uint64_t grace_ns;    /* after which the engine's process is killed if it has not ended the call */
  uint64_t settings_size;
  uint64_t input_size;
  uint64_t resume_tokens;    /* int32s behind the input: what another engine had produced before it died */
  uint64_t resume_text_size; /* bytes of their text that the host already has */
  uint64_t origin_words;     /* int32s behind the tokens: what another engine had said of where it came from */
  uint64_t flags;            /* enum frame_submit_flag */
};

struct frame_done {
  uint32_t finish_reason;
  uint32_t cached_prompt_tokens;
  uint64_t prompt_tokens;
  uint64_t completion_tokens;
  uint32_t replaced;    /* in the answer, by U+FFFD */
  uint32_t constrained; /* enum llmb_constrained */
  uint32_t origin_lost; /* 1: the call was resumed, and not from the origin that it came with */
  uint32_t tool_parse;  /* enum llmb_tool_parse */
};

struct frame_failure {
  int32_t status;
  uint32_t phase;
  int32_t os_code;
  int32_t exit_kind, exit_value; /* of a program that the engine ran */
  uint32_t message_size;         /* of the bytes that follow; the rest is that program's log */
};

#endif
