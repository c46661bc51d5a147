// The greedy choice, over a whole vocabulary for every token.
#pragma once

#include "llama.h"

namespace llama_engine {

// The first token with the largest logit; LLAMA_TOKEN_NULL when that is no finite number.
llama_token likeliest(const float *logits, int32_t count);

}  // namespace llama_engine
