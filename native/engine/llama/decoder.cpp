#include "engine/llama/decoder.hpp"

#include <algorithm>
#include <new>
#include <string>

#include "engine/llama/engine_log.hpp"
#include "engine/llama/engine_options.hpp"
#include "engine/llama/failure.hpp"

namespace llama_engine {
namespace {

constexpr uint32_t nodes_per_progress = 16;
// What a copy between sequences may take for a moment; llama.cpp gives and takes a sequence as a whole.
constexpr size_t sequence_copy_bytes_max = size_t{128} << 20;

// ggml calls this after each node of the graph, on the inference thread.
bool node_done(void *data) {
  decode_watch &watch = *static_cast<decode_watch *>(data);
  if (watch.nodes++ % nodes_per_progress == 0) {
    for (llmb_request *request : watch.accepted) llmb_request_progress(request);
  }
  watch.abandoned = !watch.computed.empty() &&
                    std::all_of(watch.computed.begin(), watch.computed.end(),
                                [](const llmb_request *request) { return llmb_request_cancelled(request) != 0; });
  if (watch.abandoned) engine_log_mute(true);
  return watch.abandoned;
}

std::string with_reason(const std::string &what) {
  std::string reason = engine_log_reason();
  return reason.empty() ? what : what + ": " + reason;
}

}  // namespace

decoder::batch_owner::batch_owner(uint32_t capacity) : batch(llama_batch_init(static_cast<int32_t>(capacity), 0, 1)) {
}

decoder::batch_owner::~batch_owner() {
  llama_batch_free(batch);
}

decoder::decoder(llama_model *model, const llama_context_params &params, ggml_threadpool *threads) {
  engine_log_forget();
  context_.reset(llama_init_from_model(model, params));
  if (context_ == nullptr) {
    throw failure(
        LLMB_E_OUT_OF_MEMORY, LLMB_PHASE_LOAD,
        with_reason("llama.cpp cannot create a context") + "; " + memory_advice_of(params.n_ctx, params.n_seq_max));
  }
  llama_attach_threadpool(context_.get(), threads, threads);
  capacity_ = std::max(llama_n_batch(context_.get()), 1U);
  batch_ = std::make_unique<batch_owner>(capacity_);
}

void decoder::batch_clear() {
  batch_->batch.n_tokens = 0;
}

int32_t decoder::batch_add(llama_token token, uint32_t position, llama_seq_id sequence, bool output) {
  llama_batch &batch = batch_->batch;
  int32_t index = batch.n_tokens++;
  batch.token[index] = token;
  batch.pos[index] = static_cast<llama_pos>(position);
  batch.n_seq_id[index] = 1;
  batch.seq_id[index][0] = sequence;
  batch.logits[index] = output;
  return index;
}

uint32_t decoder::batch_size() const {
  return static_cast<uint32_t>(batch_->batch.n_tokens);
}

uint32_t decoder::batch_capacity() const {
  return capacity_;
}

decode_result decoder::decode(decode_watch &watch) {
  engine_log_forget();
  llama_set_abort_callback(context_.get(), node_done, &watch);
  int32_t result = 0;
  try {
    result = llama_decode(context_.get(), batch_->batch);
  } catch (const std::exception &error) {
    llama_set_abort_callback(context_.get(), nullptr, nullptr);
    throw failure(LLMB_E_ENGINE_ERROR, LLMB_PHASE_GENERATE, std::string("llama.cpp: ") + error.what());
  }
  llama_set_abort_callback(context_.get(), nullptr, nullptr);  // it points to the caller's stack
  engine_log_mute(false);
  switch (result) {
    case 0:
      return decode_result::done;
    case 1:
      throw failure(LLMB_E_ENGINE_ERROR, LLMB_PHASE_GENERATE, "llama.cpp has no room left for these tokens");
    case 2:
      return decode_result::abandoned;
    case -1:
      throw failure(LLMB_E_ENGINE_ERROR, LLMB_PHASE_GENERATE, with_reason("llama.cpp refuses the batch"));
    case -2:
      throw failure(LLMB_E_OUT_OF_MEMORY, LLMB_PHASE_GENERATE, with_reason("llama.cpp is out of memory"));
    default:
      throw failure(LLMB_E_INTERNAL, LLMB_PHASE_GENERATE, with_reason("llama.cpp failed to compute"));
  }
}

const float *decoder::logits(int32_t index) const {
  const float *row = llama_get_logits_ith(context_.get(), index);
  if (row == nullptr) throw failure(LLMB_E_ENGINE_ERROR, LLMB_PHASE_GENERATE, "llama.cpp gives no logits");
  return row;
}

const float *decoder::embedding(int32_t index) const {
  const float *row = llama_get_embeddings_ith(context_.get(), index);
  if (row == nullptr) throw failure(LLMB_E_ENGINE_ERROR, LLMB_PHASE_EMBED, "llama.cpp gives no embedding");
  return row;
}

bool decoder::sequence_keep(llama_seq_id sequence, uint32_t count) {
  llama_memory_t memory = llama_get_memory(context_.get());
  if (memory == nullptr) return count == 0;
  llama_pos end = static_cast<llama_pos>(count);
  if (count > 0 && llama_memory_seq_rm(memory, sequence, end, -1) && llama_memory_seq_pos_min(memory, sequence) == 0 &&
      llama_memory_seq_pos_max(memory, sequence) == end - 1) {
    return true;  // a sliding window would have lost the first ones
  }
  llama_memory_seq_rm(memory, sequence, -1, -1);
  return count == 0;
}

bool decoder::sequence_copy(llama_seq_id from, llama_seq_id to) {
  try {
    if (llama_state_seq_get_size(context_.get(), from) > sequence_copy_bytes_max) return false;
    // Large, so that it goes back to the system at once; only what is used of it ever becomes memory.
    std::unique_ptr<uint8_t[]> state(new (std::nothrow) uint8_t[sequence_copy_bytes_max]);
    if (state == nullptr) return false;
    size_t size = llama_state_seq_get_data(context_.get(), state.get(), sequence_copy_bytes_max, from);
    return size > 0 && llama_state_seq_set_data(context_.get(), state.get(), size, to) > 0;
  } catch (const std::exception &) {
    return false;
  }
}

void decoder::clear() {
  llama_memory_t memory = llama_get_memory(context_.get());
  if (memory != nullptr) llama_memory_clear(memory, false);
}

}  // namespace llama_engine
