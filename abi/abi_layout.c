/* Made by LlmBridge.Generator from native/include/llmbridge. Do not edit: run `build.sh generate`.
 * Prints each struct's size, and each member's offset and size, as the C compiler sees them. */
#include <llmbridge/llmbridge.h>
#include <stddef.h>
#include <stdio.h>

#define MEMBER(type, name) \
  printf(#type "." #name " %zu %zu\n", offsetof(type, name), sizeof(((type *)0)->name))

int main(void) {
  printf("llmb_result %zu\n", sizeof(llmb_result));
  MEMBER(llmb_result, struct_size);
  MEMBER(llmb_result, finish_reason);
  MEMBER(llmb_result, fallback);
  MEMBER(llmb_result, attempts);
  MEMBER(llmb_result, prompt_tokens);
  MEMBER(llmb_result, completion_tokens);
  MEMBER(llmb_result, queue_ms);
  MEMBER(llmb_result, start_ms);
  MEMBER(llmb_result, first_token_ms);
  MEMBER(llmb_result, total_ms);
  MEMBER(llmb_result, engine);
  printf("llmb_usage %zu\n", sizeof(llmb_usage));
  MEMBER(llmb_usage, struct_size);
  MEMBER(llmb_usage, finish_reason);
  MEMBER(llmb_usage, prompt_tokens);
  MEMBER(llmb_usage, completion_tokens);
  MEMBER(llmb_usage, cached_prompt_tokens);
  MEMBER(llmb_usage, replaced);
  MEMBER(llmb_usage, constrained);
  MEMBER(llmb_usage, origin_lost);
  MEMBER(llmb_usage, tool_parse);
  printf("llmb_worker %zu\n", sizeof(llmb_worker));
  MEMBER(llmb_worker, state);
  MEMBER(llmb_worker, calls);
  MEMBER(llmb_worker, pid);
  MEMBER(llmb_worker, served);
  MEMBER(llmb_worker, ready_ms);
  printf("llmb_stats %zu\n", sizeof(llmb_stats));
  MEMBER(llmb_stats, struct_size);
  MEMBER(llmb_stats, breaker);
  MEMBER(llmb_stats, calls_active);
  MEMBER(llmb_stats, calls_queued);
  MEMBER(llmb_stats, calls_started);
  MEMBER(llmb_stats, calls_refused);
  MEMBER(llmb_stats, calls_ended);
  MEMBER(llmb_stats, calls_moved);
  MEMBER(llmb_stats, calls_repeated);
  MEMBER(llmb_stats, calls_resumed);
  MEMBER(llmb_stats, prompt_tokens);
  MEMBER(llmb_stats, completion_tokens);
  MEMBER(llmb_stats, engines_started);
  MEMBER(llmb_stats, engines_ready);
  MEMBER(llmb_stats, engines_retired);
  MEMBER(llmb_stats, engines_crashed);
  MEMBER(llmb_stats, engines_hung);
  MEMBER(llmb_stats, engines_broken);
  MEMBER(llmb_stats, engines_refused);
  MEMBER(llmb_stats, total_ms_sum);
  MEMBER(llmb_stats, first_token_ms_sum);
  MEMBER(llmb_stats, total_ms);
  MEMBER(llmb_stats, first_token_ms);
  MEMBER(llmb_stats, workers);
  printf("llmb_event %zu\n", sizeof(llmb_event));
  MEMBER(llmb_event, sequence);
  MEMBER(llmb_event, time_ns);
  MEMBER(llmb_event, kind);
  MEMBER(llmb_event, status);
  MEMBER(llmb_event, pid);
  MEMBER(llmb_event, exit_kind);
  MEMBER(llmb_event, exit_value);
  MEMBER(llmb_event, call_id);
  MEMBER(llmb_event, text);
  printf("llmb_error %zu\n", sizeof(llmb_error));
  MEMBER(llmb_error, struct_size);
  MEMBER(llmb_error, status);
  MEMBER(llmb_error, os_code);
  MEMBER(llmb_error, exit_kind);
  MEMBER(llmb_error, exit_value);
  MEMBER(llmb_error, phase);
  MEMBER(llmb_error, retry_safe);
  MEMBER(llmb_error, attempts);
  MEMBER(llmb_error, elapsed_ms);
  MEMBER(llmb_error, engine);
  MEMBER(llmb_error, message);
  MEMBER(llmb_error, engine_log);
  return 0;
}
