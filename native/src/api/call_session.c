#include "api/call_session.h"

#include <stdio.h>
#include <string.h>

#include "api/call_tell.h"
#include "core/error.h"
#include "core/memory.h"
#include "core/policy.h"
#include "core/status_rows.h"
#include "pool/pool_stats.h"

/* Puts the request where a new helper finds it; one after the first is told where the session was. */
llmb_status call_session_open(llmb_call *call, llmb_error *error) {
  struct call_session *session = call->session;
  struct session_message message = {.size = session->request_size,
                                    .first_size = session->pairs_size,
                                    .deadline_ns = call->deadline_ns,
                                    .id = session->id,
                                    .records = session->records,
                                    .tail = session->tail,
                                    .flags = session->had_turn ? SESSION_CAME_BACK : 0};
  int os_code = 0;
  session->tries++;
  session->stage = SESSION_ASKED;
  const llmb_status status =
      session_client_say(&session->client, SESSION_MESSAGE_OPEN, &message, session->request, &os_code);
  if (status != LLMB_OK) return error_set_os(error, status, LLMB_PHASE_QUEUE, os_code, "no way to a session");
  session->again_ns = 0; /* the next look gives the order */
  return LLMB_OK;
}

/* The same with the answer, which only then counts. */
static llmb_status say_answer(llmb_call *call) {
  struct call_session *session = call->session;
  struct session_message message = {.size = session->answer_size,
                                    .first_size = session->tokens_size,
                                    .aside_sizes = {call->aside[0].size, call->aside[1].size},
                                    .status = (int32_t)call->result.finish_reason};
  int os_code = 0;
  session->stage = SESSION_STORING;
  memcpy(message.text, call->stage->pool.launch.engine, sizeof call->stage->pool.launch.engine);
  return session_client_say(&session->client, SESSION_MESSAGE_ANSWER, &message, session->answer, &os_code);
}

/* Gives the keeper the order, once it has room for it. */
static llmb_status order(llmb_call *call, uint64_t now_ns, llmb_error *error) {
  const struct launch *launch = &call->stage->pool.launch;
  struct call_session *session = call->session;
  if (session->again_ns > now_ns) return LLMB_OK;
  if (launch->keeper_program == NULL)
    return error_set(error, LLMB_E_NOT_FOUND, LLMB_PHASE_QUEUE, "there is no llmbridge-keeper, which keeps sessions");
  const llmb_status status =
      session_client_order(&session->client, launch->keeper_program, (const char *const *)launch->environment, error);
  session->again_ns = status == LLMB_E_NOT_READY ? now_ns + POOL_ORDER_LOOK_NS : LLMB_NEVER;
  return status == LLMB_E_NOT_READY ? LLMB_OK : status;
}

static uint32_t call_session_phase(const struct call_session *session) {
  return session->answer != NULL ? LLMB_PHASE_VALIDATE : LLMB_PHASE_QUEUE;
}

/* The failure is there. */
static void fail(const llmb_call *call, struct call_verdict *verdict) {
  verdict->finding = CALL_REFUSED;
  verdict->failure.retry_safe = call->session->may_repeat;
}

/* The helper has ended: another one goes on where it was. */
static void replace_helper(llmb_call *call, uint64_t now_ns, struct call_verdict *verdict) {
  struct call_session *session = call->session;
  llmb_error *error = &verdict->failure;
  llmb_status status = session_client_refusal(&session->client, session->name, error);
  if (session_client_end(&session->client)) {
    verdict->finding = CALL_STORED;
    return;
  }
  if (now_ns >= call->deadline_ns) return; /* it has ended for that */
  if (status == LLMB_OK && session->tries < POOL_ATTEMPTS_MAX) {
    status = call_session_open(call, error);
  } else if (status == LLMB_OK) {
    status = error_set(error, LLMB_E_UNAVAILABLE, LLMB_PHASE_QUEUE, "the session's helpers end, one after the other");
  }
  if (status != LLMB_OK) fail(call, verdict);
}

static void take_turn(llmb_call *call, struct session_message *message, char *text, uint64_t now_ns,
                      struct call_verdict *verdict) {
  struct call_session *session = call->session;
  session->records = message->records;
  session->dropped = message->dropped;
  session->tail = message->tail;
  if (session->had_turn) message->text[0] = 0; /* its event was told */
  memcpy(session->event, message->text, sizeof session->event - 1);
  session->had_turn = true;
  session_use_wait(session);
  memory_release(session->conversation);
  session->conversation = text;
  if (session->answer == NULL) {
    session->stage = SESSION_HAS_TURN;
    verdict->finding = CALL_HAS_TURN;
    return;
  }
  if (say_answer(call) != LLMB_OK) replace_helper(call, now_ns, verdict);
}

void call_session_look(llmb_call *call, uint64_t now_ns, struct call_verdict *verdict) {
  struct call_session *session = call->session;
  struct session_message message;
  llmb_error *error = &verdict->failure;
  int os_code = 0;
  char *text = NULL;
  llmb_error_init(error);
  llmb_status status = order(call, now_ns, error);
  if (status != LLMB_OK) {
    fail(call, verdict);
    return;
  }
  while ((status = session_client_hear(&session->client, &message, &text, &os_code)) == LLMB_OK) {
    switch ((int)message.head.kind) {
      case SESSION_MESSAGE_WAITING:
        memcpy(session->doing, message.text, sizeof session->doing - 1);
        continue;
      case SESSION_MESSAGE_TURN:
        take_turn(call, &message, text, now_ns, verdict);
        return;
      case SESSION_MESSAGE_STORED:
        session->records = message.records;
        verdict->finding = CALL_STORED;
        return;
      case SESSION_MESSAGE_REFUSED:
        error_set(error, status_is(message.status, STATUS_ENGINE_MAY_SAY) ? message.status : LLMB_E_UNAVAILABLE,
                  call_session_phase(session), "%s", message.text);
        error->os_code = message.os_code;
        fail(call, verdict);
        return;
      default:
        break;
    }
    status = LLMB_E_PROTOCOL_ERROR; /* and there is no text: only a turn has one */
    break;
  }
  if (status != LLMB_E_NOT_READY) replace_helper(call, now_ns, verdict);
}

llmb_status call_session_converse(llmb_call *call, llmb_error *error) {
  struct call_session *session = call->session;
  llmb_bridge *bridge = call->bridge;
  const bool stays_open = atomic_load(&bridge->closing) == 0;
  if (stays_open && session->client.keeper != NULL && session->client.keeper != bridge->session_keeper) {
    (void)keeper_hold_release(bridge->session_keeper); /* one that was lost */
    bridge->session_keeper = keeper_hold_retain(session->client.keeper);
  }
  const llmb_status status = call_tell_conversation(&call->request, session->settings_size, session->conversation);
  session->conversation = memory_release(session->conversation);
  call->ticket.request_size = call->request.size;
  if (session->event[0] != 0) {
    event_set_text(stats_add_event(&bridge->stats, LLMB_EVENT_SESSION, call->start_ns), "%s", session->event);
    session->event[0] = 0;
  }
  if (status == LLMB_OK) return status;
  return error_set(error, status, LLMB_PHASE_QUEUE, "no room for session '%s'", session->name);
}

llmb_status call_session_store(llmb_call *call, uint64_t now_ns) {
  struct call_session *session = call->session;
  struct call_verdict verdict;
  llmb_error_init(&verdict.failure);
  void *block = NULL;
  session->tokens_size = call->tokens.count * sizeof *call->tokens.items;
  session->answer_size = session->tokens_size + call->whole_size;
  for (unsigned i = 0; i < FRAME_ASIDE_KINDS; i++) session->answer_size += call->aside[i].size;
  const llmb_status status = memory_allocate(session->answer_size + 1, &block);
  if (status != LLMB_OK) return status;
  session->answer = block;
  if (session->tokens_size > 0) memcpy(block, call->tokens.items, session->tokens_size);
  char *at = session->answer + session->tokens_size;
  if (call->whole_size > 0) memcpy(at, call->whole, call->whole_size);
  at += call->whole_size;
  for (unsigned i = 0; i < FRAME_ASIDE_KINDS; i++) {
    if (call->aside[i].size > 0) memcpy(at, call->aside[i].text, call->aside[i].size);
    at += call->aside[i].size;
  }
  session->may_repeat = !call->delivered;
  /* What that fails with the next look finds again. */
  if (say_answer(call) != LLMB_OK) replace_helper(call, now_ns, &verdict);
  return LLMB_OK;
}

bool call_session_drop(llmb_call *call) {
  struct call_session *session = call->session;
  struct session_message message = {.size = 0};
  int os_code = 0;
  if (session == NULL || session->stage != SESSION_HAS_TURN || !session->may_drop) return false;
  session->stage = SESSION_ASKED;
  (void)session_client_say(&session->client, SESSION_MESSAGE_DROP, &message, NULL, &os_code);
  return true; /* a helper that is gone is found gone by the next look */
}

bool call_session_end(llmb_call *call) {
  if (call->session == NULL || call->session->stage == SESSION_OVER) return false;
  call->session->stage = SESSION_OVER;
  return session_client_end(&call->session->client);
}
