// The scheduler's part for a model that has just been loaded: whether it can be used at all. What fails for one token
// fails in every call, and is the model's fault and no request's.
#include <algorithm>
#include <cmath>

#include "engine/llama/failure.hpp"
#include "engine/llama/scheduler.hpp"

namespace llama_engine {
namespace {

[[noreturn]] void refuse_model(const std::string &why) {
  throw failure(LLMB_E_MODEL_INVALID, LLMB_PHASE_LOAD, "the model was loaded and cannot be used: " + why);
}

// llama.cpp ends the process over a text when one of these is missing.
void require_tokens(const llama_vocab *vocab) {
  enum llama_vocab_type type = llama_vocab_type(vocab);
  if (type == LLAMA_VOCAB_TYPE_NONE) refuse_model("it has no tokenizer (tokenizer.ggml.model)");
  bool is_word_pieces = type == LLAMA_VOCAB_TYPE_WPM;
  if ((is_word_pieces || llama_vocab_get_add_bos(vocab)) && llama_vocab_bos(vocab) == LLAMA_TOKEN_NULL) {
    refuse_model("its texts begin with a token that it does not name (tokenizer.ggml.bos_token_id)");
  }
  if (!is_word_pieces && llama_vocab_get_add_eos(vocab) && llama_vocab_eos(vocab) == LLAMA_TOKEN_NULL) {
    refuse_model("its texts end with a token that it does not name (tokenizer.ggml.eos_token_id)");
  }
  if (is_word_pieces && llama_vocab_sep(vocab) == LLAMA_TOKEN_NULL) {
    refuse_model("its texts end with a token that it does not name (tokenizer.ggml.seperator_token_id)");
  }
}

}  // namespace

void scheduler::try_embedding(const std::vector<llama_token> &tokens) {
  embedding_text text;
  text.tokens = tokens;
  text.normalise = false;
  embedder_.emplace(model_, options_, threads_);
  decode_watch watch;
  auto vectors = embedder_->embed({&text}, watch);
  if (!vectors) refuse_model("its first embedding was given up");
  const std::vector<float> &vector = vectors->front();
  bool is_finite = std::all_of(vector.begin(), vector.end(), [](float x) { return std::isfinite(x); });
  if (!is_finite) refuse_model("its first embedding has numbers that are none (NaN or infinite)");
}

void scheduler::try_token(const std::vector<llama_token> &tokens) {
  decode_watch watch;
  decoder_->batch_clear();
  int32_t output = 0;
  for (size_t i = 0; i < tokens.size(); i++) {
    output = decoder_->batch_add(tokens[i], static_cast<uint32_t>(i), 0, i + 1 == tokens.size());
  }
  decoder_->decode(watch);
  sampler(vocab_, sampling_options()).choose(decoder_->logits(output), 0);
  decoder_->clear();
}

void scheduler::try_model() {
  require_tokens(vocab_);
  try {
    std::vector<llama_token> tokens = divider_.tokens("a", specials::as_text, UINT32_MAX);
    if (tokens.empty()) tokens.push_back(0);
    tokens.resize(std::min<size_t>(tokens.size(), context_));
    if (decoder_) {
      try_token(tokens);
    } else {
      try_embedding(tokens);
    }
  } catch (const failure &error) {
    if (error.status == LLMB_E_MODEL_INVALID || error.status == LLMB_E_OUT_OF_MEMORY) throw;
    refuse_model(error.what());
  } catch (const std::bad_alloc &) {
    throw;
  } catch (const std::exception &error) {
    refuse_model(error.what());
  }
}

}  // namespace llama_engine
