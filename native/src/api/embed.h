/* Embeddings, for whoever starts the call with more than its texts. */
#ifndef LLMB_EMBED_H
#define LLMB_EMBED_H

#include "api/call_object.h"

/* Starts a call, reads all of its vectors and ends it; the outputs are untouched if it cannot start. */
llmb_status embed_input(llmb_bridge *bridge, const struct call_input *input, const llmb_settings *settings,
                        float **out_vectors, uint64_t *out_dimension, llmb_result *out_result, llmb_error *error);

#endif
