#include "engine/llama/scheduler.hpp"

#include <algorithm>

#include "engine/llama/failure.hpp"
#include "engine/llama/model.hpp"
#include "engine/llama/prompt.hpp"
#include "engine/llama/token_list.hpp"

namespace llama_engine {
namespace {

llama_context_params generation_params(const engine_options &options, uint32_t context) {
  llama_context_params params = llama_context_default_params();
  params.n_ctx = context * options.slots;
  params.n_batch = std::max(prompt_chunk_tokens, options.slots);
  params.n_ubatch = params.n_batch;
  params.n_seq_max = options.slots;
  params.n_outputs_max = options.slots;
  params.kv_unified = false;
  params.n_threads = params.n_threads_batch = static_cast<int32_t>(options.threads);
  params.no_perf = true;
  return params;
}

}  // namespace

scheduler::scheduler(llmb_engine *engine, llama_model *model, const engine_options &options, ggml_threadpool *threads)
    : engine_(engine),
      model_(model),
      vocab_(llama_model_get_vocab(model)),
      options_(options),
      context_(model_context(model, options)),
      threads_(threads),
      divider_(vocab_, [this] { show_progress(); }),
      chat_(model, options.chat_template),
      grammars_(vocab_),
      biases_(vocab_),
      sequences_(options.slots),
      copies_prefixes_(llama_model_n_swa(model) == 0) {
  if (model_generates(model)) decoder_.emplace(model, generation_params(options, context_), threads);
}

void scheduler::serve() {
  while (take_requests()) {
    drop_cancelled();
    embed_batch();
    prompt_round();
    generate_round();
    for (auto &call : calls_) deliver(*call);
    remove_ended();
  }
}

bool scheduler::has_work() const {
  return std::any_of(calls_.begin(), calls_.end(), [](const auto &call) {
    return call->state == call_state::prompt || (call->state != call_state::draining && !call->paused());
  });
}

// Takes all that has come; waits when there is nothing to compute. False when the host is gone.
bool scheduler::take_requests() {
  uint64_t deadline_ns = has_work() ? 0 : calls_.empty() ? LLMB_NEVER : llmb_deadline_after_ms(paused_look_ms);
  for (;;) {
    llmb_request *request = nullptr;
    if (llmb_engine_next(engine_, deadline_ns, &request) != LLMB_OK) return false;
    if (request == nullptr) return true;
    admit(request);
    deadline_ns = 0;
  }
}

// Anything that goes wrong with one request ends that request only.
void scheduler::admit(llmb_request *request) {
  size_t before = calls_.size();
  try {
    llmb_request_accept(request);
    switch (llmb_request_kind(request)) {
      case LLMB_REQUEST_GENERATE:
        begin_generating(request);
        return;
      case LLMB_REQUEST_EMBED:
        begin_embedding(request);
        return;
      case LLMB_REQUEST_TOKENS:
        count_tokens(request);
        return;
      case LLMB_REQUEST_TOKENIZE:
      case LLMB_REQUEST_DETOKENIZE:
        begin_telling(request);
        return;
      default:
        throw failure(LLMB_E_UNSUPPORTED, LLMB_PHASE_CONFIGURE, "the llama engine does not know this request");
    }
  } catch (const failure &error) {
    calls_.resize(before);
    llmb_request_fail(request, error.status, error.phase, error.what());
  } catch (const std::bad_alloc &) {
    calls_.resize(before);
    llmb_request_fail(request, LLMB_E_OUT_OF_MEMORY, LLMB_PHASE_PROMPT, "the engine has no memory for this request");
  } catch (const std::exception &error) {
    calls_.resize(before);
    llmb_request_fail(request, LLMB_E_ENGINE_ERROR, LLMB_PHASE_PROMPT, error.what());
  }
}

void scheduler::begin_generating(llmb_request *request) {
  if (!decoder_) throw failure(LLMB_E_UNSUPPORTED, LLMB_PHASE_CONFIGURE, "this model cannot continue a text");
  auto call = std::make_unique<call_slot>(request, vocab_, sampling_options_read(request, biases_));
  call->max_tokens = static_cast<uint32_t>(number_read("max_tokens", llmb_request_setting(request, "max_tokens"), 512));
  call->min_tokens = static_cast<uint32_t>(number_read("min_tokens", llmb_request_setting(request, "min_tokens"), 0));
  if (const char *told = llmb_request_setting(request, "logprobs"); told != nullptr && *told != '\0') {
    call->logprobs = static_cast<uint32_t>(number_read("logprobs", told, 0));
  }
  call->stops = stop_text(stop_strings_read(llmb_request_setting(request, "stop")));
  prompt_read prompt = prompt_tokens(divider_, chat_, request, context_);
  call->prompt = std::move(prompt.tokens);
  call->sharing = prompt_sharing_read(request, prompt.has_answers);
  read_origin(*call);
  begin_reading(*call, prompt.format);
  for (llama_token token : call->prompt) call->choice.accept(token);
  uint64_t produced = 0;
  const int32_t *replay = llmb_request_resume(request, &produced, &call->text_to_skip);
  if (replay != nullptr) call->replay.assign(replay, replay + produced);
  auto is_strange = [this](llama_token token) { return token < 0 || token >= llama_vocab_n_tokens(vocab_); };
  if (std::any_of(call->replay.begin(), call->replay.end(), is_strange)) {
    throw failure(LLMB_E_ENGINE_ERROR, LLMB_PHASE_GENERATE, "the answer so far has tokens that this model lacks");
  }
  llmb_request_replayed(request, 0);
  calls_.reserve(calls_.size() + 1);  // nothing may fail any more once a sequence is taken
  take_sequence(*call);
  calls_.push_back(std::move(call));
}

// Special tokens count: the number says what of the context a raw prompt takes.
void scheduler::count_tokens(llmb_request *request) {
  llmb_usage usage = {};
  usage.struct_size = sizeof usage;
  usage.finish_reason = LLMB_FINISH_STOP;
  uint64_t size = 0;
  const char *text = llmb_request_input(request, &size);
  usage.prompt_tokens = text_tokens(divider_, request, {text, size}, UINT32_MAX).size();
  llmb_request_done(request, &usage);
}

// Tokens for a text or a text for tokens: all of the answer is known at once, and waits for its reader.
void scheduler::begin_telling(llmb_request *request) {
  auto call = std::make_unique<call_slot>(request, vocab_, sampling_options{});
  uint64_t size = 0, produced = 0;
  const char *input = llmb_request_input(request, &size);
  llmb_request_resume(request, &produced, &call->text_to_skip);
  std::string text;
  if (llmb_request_kind(request) == LLMB_REQUEST_TOKENIZE) {
    call->prompt = text_tokens(divider_, request, {input, size}, UINT32_MAX);
    text = tokens_json(call->prompt);
  } else {
    call->prompt = tokens_read({input, size}, llama_vocab_n_tokens(vocab_));
    call->mender.push(divider_.text(call->prompt, specials_read(request)), text);
    call->mender.finish(text);
  }
  constexpr size_t told_bytes_max = 16U << 20;  // of one piece
  if (text.size() > told_bytes_max) {
    throw failure(LLMB_E_OUTPUT_TOO_LARGE, LLMB_PHASE_GENERATE, "what is to be told is larger than 16 MiB");
  }
  call->add_text(text);
  call->finish_reason = LLMB_FINISH_STOP;
  call->state = call_state::draining;
  calls_.push_back(std::move(call));
}

// While one caller's long text is divided, the others' calls wait and are not hung.
void scheduler::show_progress() const {
  for (const auto &call : calls_) {
    if (call->request != nullptr) llmb_request_progress(call->request);
  }
}

static failure cancelled(const llmb_request *request, uint32_t phase) {
  bool late = llmb_clock_ns() >= llmb_request_deadline(request);
  return {late ? LLMB_E_DEADLINE_EXCEEDED : LLMB_E_CANCELLED, phase, late ? "the deadline passed" : "cancelled"};
}

void scheduler::drop_cancelled() {
  for (auto &call : calls_) {
    if (llmb_request_cancelled(call->request) == 0) continue;
    failure reason = cancelled(call->request, call->phase());
    fail(*call, reason.status, reason.phase, reason.what());
  }
  remove_ended();
}

// A grammar's work ends with its call's time, and keeps nobody else from being alive.
std::function<void()> scheduler::grammar_watch(llmb_request *request) {
  return [this, request] {
    show_progress();
    llmb_request_progress(request);
    if (llmb_request_cancelled(request) != 0) throw cancelled(request, LLMB_PHASE_GENERATE);
  };
}

decode_watch scheduler::watch_for(const std::vector<call_slot *> &calls) const {
  decode_watch watch;
  for (const call_slot *call : calls) watch.computed.push_back(call->request);
  for (const auto &call : calls_) {
    if (call->request != nullptr) watch.accepted.push_back(call->request);
  }
  return watch;
}

void scheduler::generate_round() {
  std::vector<call_slot *> ready;
  for (auto &call : calls_) {
    bool generates = call->request != nullptr && call->state == call_state::generating;
    if (generates && !call->paused()) ready.push_back(call.get());
  }
  if (ready.empty()) return;
  if (options_.batching) {
    std::sort(ready.begin(), ready.end(), [](auto *a, auto *b) { return a->sequence < b->sequence; });
    generate_batch(ready);
    return;
  }
  for (call_slot *call : ready) generate_batch({call});
}

void scheduler::generate_batch(const std::vector<call_slot *> &calls) {
  decoder_->batch_clear();
  for (call_slot *call : calls) call->output = decoder_->batch_add(call->next, call->decoded, call->sequence, true);
  if (!decode_for(calls)) return;
  for (call_slot *call : calls) {
    sequences_.add(call->sequence, &call->next, 1);
    call->decoded++;
    take_output(*call);
  }
}

// Decodes the batch that was put together for these calls. False when there is no output: all were cancelled, or they
// have failed.
bool scheduler::decode_for(const std::vector<call_slot *> &calls) {
  decode_watch watch = watch_for(calls);
  try {
    return decoder_->decode(watch) == decode_result::done;
  } catch (const failure &error) {
    for (call_slot *call : calls) {
      fail(*call, error.status, call->phase(), error.what());
      sequences_.cut(call->sequence, 0);  // what it left in the memory is not known
    }
    if (error.status != LLMB_E_ENGINE_ERROR) throw;
    return false;
  }
}

void scheduler::fail(call_slot &call, llmb_status status, uint32_t phase, const std::string &message) {
  if (call.request == nullptr) return;
  llmb_request_fail(call.request, status, phase, message.c_str());
  call.request = nullptr;
}

// Calls without a request have ended; their KV memory is free again, and remembers what it holds.
void scheduler::remove_ended() {
  std::erase_if(calls_, [this](const std::unique_ptr<call_slot> &call) {
    if (call->request != nullptr) return false;
    if (call->sequence >= 0) {
      keep_prefix(call->sequence, call->sharing.reuse == prefix_reuse::off ? 0 : sequences_.held(call->sequence));
      sequences_.give_back(call->sequence);
    }
    return true;
  });
}

}  // namespace llama_engine
