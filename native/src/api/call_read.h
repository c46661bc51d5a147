/* Reading an answer: its text, or its vectors one by one. */
#ifndef LLMB_CALL_READ_H
#define LLMB_CALL_READ_H

#include "api/call_object.h"

/* LLMB_OK if the handle may be used here, for this kind of reading. */
llmb_status call_check(const llmb_call *call, uint32_t kind, llmb_error *error);

/* An answer while it is read. */
struct call_text {
  char *text; /* NUL-terminated, freed with memory_release; NULL before the first read */
  uint64_t size, capacity;
};

/* Makes room for a read. */
llmb_status call_text_reserve(struct call_text *text, llmb_error *error);

/* Takes in what was read behind it; what belongs to an answer that was refused is dropped. */
void call_text_add(const llmb_call *call, struct call_text *text, uint64_t size);

/* Reads all of an answer into *out_text, which is freed with memory_release. */
llmb_status call_read_all(llmb_call *call, char **out_text, uint64_t *out_size, llmb_error *error);

/* Starts a call, reads all of its answer and ends it; the outputs are untouched if it fails. */
llmb_status call_generate(llmb_bridge *bridge, const struct call_input *input, const llmb_settings *settings,
                          char **out_answer, uint64_t *out_size, llmb_result *out_result, llmb_error *error);

/* Waits until a whole vector lies in call->vector: LLMB_OK with *out_dimension 0 when there are no more. */
llmb_status call_await_vector(llmb_call *call, uint64_t deadline_ns, uint64_t *out_dimension, llmb_error *error);

/* The vector in call->vector has been read. */
void call_next_vector(llmb_call *call);

/* Receives one vector and forgets it; *out_dimension is 0 when there are no more. */
llmb_status call_drop_vector(llmb_call *call, uint64_t deadline_ns, uint64_t *out_dimension, llmb_error *error);

#endif
