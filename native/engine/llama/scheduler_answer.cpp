// What becomes of a token that was chosen: text, an end, a piece on its way to the host.
#include <algorithm>

#include "engine/llama/failure.hpp"
#include "engine/llama/logprobs.hpp"
#include "engine/llama/model.hpp"
#include "engine/llama/scheduler.hpp"

namespace llama_engine {

static void add_said(call_slot &call, const std::string &text) {
  answer_parts parts;
  if (call.reader == nullptr) {
    parts.text = text;
  } else {
    call.reader->push(text, parts);
  }
  call.add(parts);
}

static llmb_status send_aside(llmb_request *request, uint32_t kind, std::string &text) {
  if (text.empty()) return LLMB_OK;
  llmb_status status = llmb_request_write_aside(request, kind, text.data(), text.size());
  if (status == LLMB_OK) text.clear();
  return status;
}

// How the answer is read, and what it must follow meanwhile.
void scheduler::begin_reading(call_slot &call, const std::shared_ptr<const answer_format> &format) {
  const char *grammar = llmb_request_setting(call.request, "grammar");
  bool may_call = format != nullptr && !format->tools.empty();
  if (may_call && grammar != nullptr && *grammar != '\0') {
    throw failure(LLMB_E_INVALID_ARGUMENT, LLMB_PHASE_CONFIGURE, "grammar and tools exclude each other");
  }
  if (format != nullptr) {
    call.reader = std::make_unique<answer_reader>(format, [this](const auto &job) { divider_.run_deep(job); });
    call.marks = divider_.marks(format->kept);
    for (const std::string &stop : format->stops) call.stops.add(stop);
  }
  if (!may_call) {
    call.grammar =
        grammars_.make(grammar, llmb_request_setting(call.request, "json_schema"), grammar_watch(call.request));
    return;
  }
  if (format->grammar.empty()) return;
  auto made = grammars_.make_tools(format->grammar, call.marks, grammar_watch(call.request));
  if (made == nullptr) return;
  if (format->triggers.empty()) {
    made->take_text(format->generation_prompt);
    call.grammar = std::move(made);
  } else {
    call.waiting = std::move(made);
    call.triggers = format->triggers;
  }
}

void call_slot::look_for_trigger(std::string_view said) {
  if (waiting == nullptr) return;
  untriggered += said;
  size_t first = std::string::npos, longest = 1;
  for (const std::string &trigger : triggers) {
    first = std::min(first, untriggered.find(trigger));
    longest = std::max(longest, trigger.size());
  }
  if (first == std::string::npos) {
    if (untriggered.size() >= longest) untriggered.erase(0, untriggered.size() - longest + 1);
    return;
  }
  waiting->take_text(std::string_view(untriggered).substr(first));
  grammar = std::move(waiting);
}

void scheduler::take_output(call_slot &call) {
  try {
    if (call.produced < call.replay.size()) {
      llama_token token = call.replay[call.produced];
      call.choice.accept(token);
      take_token(call, token);
      if (call.request != nullptr) llmb_request_replayed(call.request, call.produced);
    } else {
      take_token(call, call.choice.choose(decoder_->logits(call.output), call.decoded, call.grammar.get(),
                                          call.produced >= call.min_tokens));
    }
    deliver(call);
  } catch (const failure &error) {
    fail(call, error.status, error.phase, error.what());
  } catch (const std::exception &error) {
    fail(call, LLMB_E_ENGINE_ERROR, call.phase(), error.what());
  }
}

void scheduler::take_token(call_slot &call, llama_token token) {
  call.state = call_state::generating;
  if (call.grammar != nullptr && call.produced < call.replay.size()) call.grammar->expect(token);
  if (llama_vocab_is_eog(vocab_, token)) {
    finish(call, LLMB_FINISH_STOP);
    return;
  }
  if (call.produced >= call.replay.size()) {
    llmb_status status = llmb_request_write_tokens(call.request, &token, 1);
    if (status != LLMB_OK) throw failure(status, LLMB_PHASE_GENERATE, "the token could not be recorded");
  }
  call.produced++;
  if (call.logprobs) tell_odds(call, token);
  sequences_.said(call.sequence, token);
  if (call.grammar != nullptr) call.grammar->take(token);
  std::string piece, mended, text;
  if (std::binary_search(call.marks.begin(), call.marks.end(), token)) {
    token_append_text(vocab_, token, piece, true);
  } else {
    token_append_text(vocab_, token, piece);
  }
  call.look_for_trigger(piece);
  call.mender.push(piece, mended);
  bool stopped = false;
  if (call.produced <= call.min_tokens) {
    text = std::move(mended);
  } else {
    stopped = call.stops.push(mended, text);
  }
  add_said(call, text);
  if (stopped) {
    finish(call, LLMB_FINISH_STOP_STRING);
  } else if (call.grammar != nullptr && call.grammar->is_complete()) {
    finish(call, LLMB_FINISH_STOP);
  } else if (call.produced >= call.max_tokens || call.decoded >= context_) {
    finish(call, LLMB_FINISH_LENGTH);
  } else {
    call.next = token;
  }
}

// Also of tokens that another engine had chosen: what it said of them may be lost.
void scheduler::tell_odds(call_slot &call, llama_token token) const {
  const float *logits = decoder_->logits(call.output);
  std::string json = odds_json(vocab_, odds_of(logits, llama_vocab_n_tokens(vocab_), token, *call.logprobs));
  llmb_status status = llmb_request_write_logprobs(call.request, json.data(), json.size());
  if (status == LLMB_OK) return;
  throw failure(status, LLMB_PHASE_GENERATE,
                status == LLMB_E_OUTPUT_TOO_LARGE ? "what is to be told of tokens (logprobs) is larger than 32 MiB"
                                                  : "what is known of a token could not be told");
}

void scheduler::finish(call_slot &call, uint32_t reason) {
  std::string unfinished, rest;
  // A character that a limit cuts is left out; one that the model itself does not finish is a mistake of its.
  if (reason == LLMB_FINISH_STOP) call.mender.finish(unfinished);
  if (reason != LLMB_FINISH_STOP_STRING && call.stops.push(unfinished, rest)) reason = LLMB_FINISH_STOP_STRING;
  if (reason != LLMB_FINISH_STOP_STRING) call.stops.flush(rest);
  add_said(call, rest);
  if (call.reader != nullptr) {
    answer_parts parts;
    call.reader->finish(reason == LLMB_FINISH_STOP, parts);
    if (!parts.calls.empty()) reason = LLMB_FINISH_TOOL_CALLS;
    call.add(parts);
  }
  call.finish_reason = reason;
  call.state = call_state::draining;
}

// Sends what is pending; what the host does not take now stays. False when something stays. Calls come after the text.
bool scheduler::send_pending(call_slot &call) {
  llmb_status status = send_aside(call.request, LLMB_ASIDE_REASONING, call.pending_reasoning);
  if (status == LLMB_OK && !call.pending.empty()) {
    status = llmb_request_write(call.request, call.pending.data(), call.pending.size());
    if (status == LLMB_OK) call.pending.clear();
  }
  if (status == LLMB_OK) status = send_aside(call.request, LLMB_ASIDE_TOOL_CALLS, call.pending_calls);
  while (status == LLMB_OK && !call.vectors.empty()) {
    status = llmb_request_write_vector(call.request, call.vectors.front().data(), call.vectors.front().size());
    if (status == LLMB_OK) call.vectors.pop_front();
  }
  if (status != LLMB_OK && status != LLMB_E_NOT_READY) fail(call, status, call.phase(), "the answer could not be sent");
  return status == LLMB_OK;
}

void scheduler::deliver(call_slot &call) {
  if (call.request == nullptr || !send_pending(call) || call.state != call_state::draining) return;
  llmb_usage usage = {};
  usage.struct_size = sizeof usage;
  usage.finish_reason = call.finish_reason;
  usage.prompt_tokens = call.tokens_read();
  usage.completion_tokens = call.produced;
  usage.cached_prompt_tokens = call.cached;
  usage.replaced = call.mender.replaced();
  usage.origin_lost = call.origin_lost;
  if (call.reader != nullptr) usage.tool_parse = call.reader->tool_parse();
  if (call.grammar != nullptr) usage.constrained = call.grammar->constrained;
  llmb_request_done(call.request, &usage);
  call.request = nullptr;
}

}  // namespace llama_engine
