#include "engine/llama/sequence_pool.hpp"

#include "engine/llama/prompt_chunks.hpp"
#include "tests/check.h"

using llama_engine::prompt_chunk_tokens;
using llama_engine::prompt_first_chunk_tokens;
using llama_engine::sequence_pool;

static void tokens_that_were_generated__are_not_held_as_a_prompts(void) {
  sequence_pool pool(1);
  const std::vector<llama_token> prompt(prompt_first_chunk_tokens - 4, 7);
  const llama_seq_id sequence = pool.take(prompt, "").sequence;
  pool.holds(sequence, static_cast<uint32_t>(prompt.size()) + 24);
  CHECK_INT(0, pool.held(sequence));
  pool.give_back(sequence);
}

static void chunks_of_a_prompt__are_held_as_far_as_they_were_decoded(void) {
  sequence_pool pool(1);
  const std::vector<llama_token> prompt(prompt_chunk_tokens + 1, 7);
  const llama_seq_id sequence = pool.take(prompt, "").sequence;
  pool.holds(sequence, prompt_chunk_tokens - 1);
  CHECK_INT(prompt_first_chunk_tokens, pool.held(sequence));
  pool.holds(sequence, prompt_chunk_tokens + 1);
  CHECK_INT(prompt_chunk_tokens, pool.held(sequence));
  pool.give_back(sequence);
  CHECK_INT(prompt_chunk_tokens, pool.take(prompt, "").tokens);
}

CHECK_MAIN(TEST(tokens_that_were_generated__are_not_held_as_a_prompts),
           TEST(chunks_of_a_prompt__are_held_as_far_as_they_were_decoded))
