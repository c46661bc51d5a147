#include "channel/engine_turn.h"

#include "platform/os_clock.h"

void engine_turn_accepted(struct llmb_request *request, bool has_guard) {
  /* A call without a deadline has a guard that never passes: so it can be called off. */
  if (!has_guard) keeper_lifeline_arm(&request->engine->lifeline, request->number, KEEPER_LIFELINE_NEVER - 1);
  keeper_lifeline_note_client(&request->engine->lifeline, request->number, request->client->number);
  keeper_lifeline_count(&request->engine->lifeline, request->client->place, 1, 0);
  engine_turn_charge(request, 1 + request->submit.input_size / FRAME_BYTES_OF_TOKEN);
}

void engine_turn_charge(struct llmb_request *request, uint64_t tokens) {
  keeper_lifeline_count(&request->engine->lifeline, request->client->place, 0, tokens);
  fair_account_charge(&request->client->account, tokens, os_clock_ns());
}

void engine_turn_over(struct llmb_request *request) {
  llmb_engine *engine = request->engine;
  keeper_lifeline_note_client(&engine->lifeline, request->number, 0);
  engine->working[request->number] = NULL;
  engine->is_alone = false;
  engine->look_again = true;
}

bool engine_is_called_off(const struct llmb_request *request) {
  return request->state == ENGINE_SLOT_WORKING &&
         keeper_lifeline_called_off(&request->engine->lifeline, request->number);
}
