// The settings of the bridge as the llama engine uses them, and the engine's own policy numbers.
#pragma once

#include <cstdint>
#include <string>

#include <llmbridge/engine.h>

namespace llama_engine {

// Prompts are decoded alone, cut as prompt_chunks.hpp says: the shapes, and so the numbers, never depend on the
// neighbours. A chunk is also the upper bound of what a streaming neighbour waits for between two of its tokens. Half
// as many tokens take a tenth more time each (113 M parameters, Q8_0), twice as many gain nothing that was measured.
constexpr uint32_t prompt_chunk_tokens = 128;
constexpr uint32_t prompt_first_chunk_tokens = 64;
// Short prompts that are read between two rounds of all answers, as long as they have no more tokens than one chunk.
constexpr uint32_t prompts_a_round_max = 8;
// What a prompt that may share everything copies from a neighbour saves at least so many tokens: a copy takes the whole
// of the neighbour's memory.
constexpr uint32_t copied_tokens_least = 64;
// The context of a call where neither the setting nor the model says less.
constexpr uint32_t context_default_tokens = 4096;
// Texts that one decode can embed, whatever the number of slots.
constexpr uint32_t embedding_texts_max = 64;
// And no more tokens of several texts: attention is computed between all tokens of a batch, those of other texts
// included, so that a full batch is slower than many small ones (64 texts of 30 tokens: a quarter to a third).
constexpr uint32_t embedding_batch_tokens = 128;
// When all readers are slow the engine sleeps until one has made room; deadlines are looked at this often.
constexpr uint64_t paused_look_ms = 50;
// Where `threads` is not set, a thread must have this much of the model to read: with less, the threads wait for each
// other longer than they compute, and on a busy machine for whole time slices. The last bits of what is computed depend
// on the number, and so may what is drawn with a temperature.
constexpr uint64_t model_bytes_per_thread = 8U << 20;
// How far back the penalties look.
constexpr int32_t penalty_window_tokens = 64;

struct engine_options {
  std::string model_path;
  uint32_t context = 0;  // tokens of one call; 0: the smaller of the model's and context_default_tokens
  uint32_t slots = 1;
  uint32_t threads = 1;
  int32_t gpu_layers = 0;
  bool batching = true;  // off: one sequence per decode
  std::string log = "off";
  std::string chat_template;  // instead of the model's own; empty for that
};

// Reads the options from the bridge's settings; throws failure for what the settings table cannot refuse.
engine_options engine_options_read(const llmb_engine *engine);

// The threads of each of so many workers where `threads` is not set; at least 1.
uint32_t threads_default(const std::string &model_path, uint32_t workers);

// A number out of a setting's text; the fallback where there is none. Throws failure when the text is no number.
double number_read(const char *name, const char *text, double fallback);

// Which settings to change where memory is short.
std::string memory_advice_of(uint32_t tokens, uint32_t slots);

}  // namespace llama_engine
