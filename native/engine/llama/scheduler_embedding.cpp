// The scheduler's part for embeddings: texts of all calls share decodes, in the order they came.
#include <algorithm>

#include "engine/llama/failure.hpp"
#include "engine/llama/model.hpp"
#include "engine/llama/prompt.hpp"
#include "engine/llama/scheduler.hpp"

namespace llama_engine {

void scheduler::begin_embedding(llmb_request *request) {
  if (!embedder_) embedder_.emplace(model_, options_, threads_);
  auto call = std::make_unique<call_slot>(request, vocab_, sampling_options());
  call->state = call_state::embedding;
  embedding_text as = embedding_text_read(model_, request);
  uint32_t count = llmb_request_item_count(request);
  call->texts.assign(count, as);
  for (uint32_t i = 0; i < count; i++) {
    uint64_t size = 0;
    const char *text = llmb_request_item(request, i, &size);
    try {
      call->texts[i].tokens = text_tokens(divider_, request, {text, size}, context_);
    } catch (const failure &error) {
      throw failure(error.status, LLMB_PHASE_EMBED, "text " + std::to_string(i) + ": " + error.what());
    }
    llmb_request_progress(request);
  }
  calls_.push_back(std::move(call));
}

void scheduler::embed_batch() {
  std::vector<call_slot *> owners;
  std::vector<const embedding_text *> texts;
  for (auto &call : calls_) {
    if (call->request == nullptr || call->state != call_state::embedding || call->paused()) continue;
    for (size_t i = call->texts_done; i < call->texts.size() && texts.size() < embedding_texts_max; i++) {
      owners.push_back(call.get());
      texts.push_back(&call->texts[i]);
    }
  }
  if (texts.empty()) return;
  size_t count = options_.batching ? embedder_->batch_fit(texts) : 1;
  owners.resize(count);
  texts.resize(count);
  std::vector<call_slot *> calls = owners;
  calls.erase(std::unique(calls.begin(), calls.end()), calls.end());
  try {
    decode_watch watch = watch_for(calls);
    auto vectors = embedder_->embed(texts, watch);
    for (size_t i = 0; vectors && i < count; i++) {
      call_slot &call = *owners[i];
      call.vectors.push_back(std::move((*vectors)[i]));
      if (++call.texts_done == call.texts.size()) finish(call, LLMB_FINISH_STOP);
    }
  } catch (const failure &error) {
    for (call_slot *call : calls) fail(*call, error.status, LLMB_PHASE_EMBED, error.what());
    if (error.status != LLMB_E_ENGINE_ERROR) throw;
  }
}

}  // namespace llama_engine
