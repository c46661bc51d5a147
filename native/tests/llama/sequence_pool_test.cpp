#include "engine/llama/sequence_pool.hpp"

#include "engine/llama/prompt_chunks.hpp"
#include "tests/check.h"

using llama_engine::prefix_reuse;
using llama_engine::prompt_chunk_tokens;
using llama_engine::prompt_first_chunk_tokens;
using llama_engine::prompt_sharing;
using llama_engine::sequence_pool;

static const prompt_sharing chunks = {"", prefix_reuse::chunks}, full = {"", prefix_reuse::full},
                            off = {"", prefix_reuse::off};

// Decodes a prompt in chunks, as the scheduler does, from where it is known; returns what was known.
static uint32_t read(sequence_pool &pool, const std::vector<llama_token> &prompt, const prompt_sharing &sharing,
                     unsigned answered) {
  auto prefix = pool.take(prompt, sharing);
  for (uint32_t at = prefix.tokens; at < prompt.size();) {
    uint32_t end = std::min(llama_engine::prompt_chunk_end(at), static_cast<uint32_t>(prompt.size()));
    pool.add(prefix.sequence, &prompt[at], end - at);
    at = end;
  }
  const llama_token token = 8;
  for (unsigned i = 0; i < answered; i++) pool.add(prefix.sequence, &token, 1);
  pool.give_back(prefix.sequence);
  return prefix.tokens;
}

static std::vector<llama_token> prompt_of(size_t size, size_t answered = 0) {
  std::vector<llama_token> prompt(size, 7);
  prompt.resize(size + answered, 8);
  return prompt;
}

static void tokens_that_were_generated__are_no_chunk_of_a_prompt(void) {
  sequence_pool pool(1);
  read(pool, prompt_of(prompt_first_chunk_tokens - 4), chunks, 24);
  CHECK_INT(0, read(pool, prompt_of(prompt_first_chunk_tokens - 4, 24), chunks, 0));
}

static void tokens_that_were_generated__are_known_to_who_wants_all(void) {
  sequence_pool pool(1);
  read(pool, prompt_of(60), chunks, 24);
  CHECK_INT(84, read(pool, prompt_of(60, 30), full, 0));
  CHECK_INT(89, read(pool, prompt_of(60, 30), full, 0));  // one must be read for its logits
}

static void chunks_of_a_prompt__are_held_as_far_as_they_were_decoded(void) {
  sequence_pool pool(1);
  read(pool, prompt_of(prompt_chunk_tokens - 1), chunks, 0);
  CHECK_INT(prompt_first_chunk_tokens, read(pool, prompt_of(prompt_chunk_tokens + 1), chunks, 0));
  CHECK_INT(prompt_chunk_tokens, read(pool, prompt_of(prompt_chunk_tokens + 1), chunks, 0));
}

// What a conversation read from the middle of a chunk on is no chunk of another prompt's.
static void chunk__that_began_elsewhere_is_no_chunk_of_another_prompt(void) {
  sequence_pool pool(1);
  read(pool, prompt_of(70), full, 10);
  CHECK_INT(80, read(pool, prompt_of(70, 200), full, 0));
  CHECK_INT(prompt_first_chunk_tokens, read(pool, prompt_of(70, 200), chunks, 0));
}

static void prompt__that_shares_nothing_neither_knows_nor_is_known(void) {
  sequence_pool pool(1);
  read(pool, prompt_of(200), full, 0);
  CHECK_INT(0, read(pool, prompt_of(200), off, 0));
}

static void other_scope__knows_nothing_whatever_it_wants(void) {
  sequence_pool pool(1);
  read(pool, prompt_of(200), full, 0);
  CHECK_INT(0, read(pool, prompt_of(200), {"other", prefix_reuse::full}, 0));
}

static void cut__inside_a_chunk_remembers_what_the_chunk_was(void) {
  const std::vector<llama_token> tokens = {1, 2, 3, 4, 5, 6, 7, 8, 9};
  llama_engine::provenance computed;
  computed.add(6);
  computed.add(1);
  computed.add(1);
  computed.add(1);
  computed.cut(tokens, 8);
  CHECK_INT(2, computed.ranges().size());
  CHECK_INT(2, computed.ranges()[1].count);
  CHECK_INT(1, computed.ranges()[1].batch());
  computed.cut(tokens, 5);
  computed.cut(tokens, 3);
  CHECK_INT(1, computed.ranges().size());
  CHECK_INT(3, computed.ranges()[0].count);
  CHECK_INT(6, computed.ranges()[0].batch());
  CHECK(computed.ranges()[0].dropped == std::vector<llama_token>({4, 5, 6}));
  computed.cut(tokens, 0);
  CHECK_INT(0, computed.ranges().size());
}

CHECK_MAIN(TEST(tokens_that_were_generated__are_no_chunk_of_a_prompt),
           TEST(tokens_that_were_generated__are_known_to_who_wants_all),
           TEST(chunks_of_a_prompt__are_held_as_far_as_they_were_decoded),
           TEST(chunk__that_began_elsewhere_is_no_chunk_of_another_prompt),
           TEST(prompt__that_shares_nothing_neither_knows_nor_is_known),
           TEST(other_scope__knows_nothing_whatever_it_wants), TEST(cut__inside_a_chunk_remembers_what_the_chunk_was))
