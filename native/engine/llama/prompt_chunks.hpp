// Where a prompt is cut into chunks: at 64 tokens, at 128, and at every further 128. A number computed for a token
// depends on the shape of its batch, so the cuts depend on the position alone: a chunk that two prompts share is the
// same, to the last bit, whoever computed it. The first is small so that a short system prompt is shared, too.
#pragma once

#include <cstdint>

#include "engine/llama/engine_options.hpp"

namespace llama_engine {

// How many of the first `count` tokens lie in whole chunks.
constexpr uint32_t prompt_whole_chunks(uint32_t count) {
  if (count >= prompt_chunk_tokens) return count - count % prompt_chunk_tokens;
  return count >= prompt_first_chunk_tokens ? prompt_first_chunk_tokens : 0;
}

// Where the chunk that begins here ends in a prompt that is long enough.
constexpr uint32_t prompt_chunk_end(uint32_t begin) {
  if (begin < prompt_first_chunk_tokens) return prompt_first_chunk_tokens;
  return (begin / prompt_chunk_tokens + 1) * prompt_chunk_tokens;
}

}  // namespace llama_engine
