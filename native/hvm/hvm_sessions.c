/* Long answers: the text stays here, the program takes it piece by piece, as the model writes it. */
#include <string.h>

#include <llmbridge/call.h>
#include <llmbridge/stats.h>

#include "hvm/hvm_bridge.h"
#include "hvm/hvm_calls.h"
#include "hvm/hvm_limits.h"
#include "hvm/hvm_net.h"
#include "hvm/hvm_read.h"
#include "hvm/hvm_respond.h"
#include "hvm/hvm_write.h"

enum { PIECE_BYTES_MIN = 4 }; /* a character of UTF-8 */

struct session {
  uint32_t number; /* 0: this place is free */
  bool begun;      /* something of the answer was given out */
  bool at_end;     /* all of it was */
  llmb_bridge *bridge;
  llmb_call *call; /* NULL once it has failed: `error` says how */
  llmb_error error;
};

static struct session sessions[HVM_SESSIONS_MAX];

static struct session *session_find(uint32_t number) {
  for (int i = 0; i < HVM_SESSIONS_MAX; i++) {
    if (sessions[i].number == number) return &sessions[i];
  }
  return NULL;
}

/* The open session that a port names; NULL if there is none. */
static struct session *session_of(const struct hvm_host *host, hvm_port argument) {
  llmb_error ignored;
  uint32_t number = 0;
  const llmb_status status = read_number(host, argument, "session", &number, &ignored);
  return status == LLMB_OK && number != 0 ? session_find(number) : NULL;
}

/* Numbers are not used again for as long as a u24 lasts. */
static uint32_t number_next(void) {
  static uint32_t last;
  do {
    last = (last + 1) & 0xFFFFFF;
  } while (last == 0 || session_find(last) != NULL);
  return last;
}

static llmb_status session_fail(struct session *session, const llmb_error *error) {
  session->error = *error;
  llmb_call_close(session->call);
  session->call = NULL;
  return session->error.status;
}

/* Sessions of a bridge whose answers were not read to their end. */
static long count_unread(const llmb_bridge *bridge) {
  long count = 0;
  for (int i = 0; i < HVM_SESSIONS_MAX; i++) {
    const struct session *const other = &sessions[i];
    count += other->number != 0 && other->bridge == bridge && other->call != NULL && !other->at_end;
  }
  return count;
}

/* Answers that wait for those before them would wait for ever: it is this very program that is to read those. Whoever
 * has written all of an answer has no need of its slot, so the bridge has the last word. */
static llmb_status refuse_beyond_slots(const struct session *session, const struct hvm_settings *said,
                                       llmb_error *error) {
  const long workers = settings_integer(said, "workers"), slots = settings_integer(said, "slots");
  if (workers == 0 || count_unread(session->bridge) < workers * slots) return LLMB_OK;
  llmb_stats stats;
  llmb_stats_init(&stats);
  const llmb_status status = llmb_bridge_stats(session->bridge, &stats, error);
  if (status != LLMB_OK || (long)stats.calls_active + (long)stats.calls_queued <= workers * slots) return status;
  return refuse(
      error, LLMB_E_OVERLOADED,
      "%ld sessions are being answered, as many as the engine has slots (slots=%ld, workers=%ld): read one to "
      "its end, or close it",
      workers * slots, slots, workers);
}

static llmb_status session_start(struct session *session, const struct hvm_text *lines, const struct hvm_text *prompt,
                                 llmb_error *error) {
  struct hvm_settings said;
  struct hvm_target target = {NULL, NULL};
  llmb_status status = settings_read(lines, &said, error);
  if (status == LLMB_OK) status = target_find(&said, &target, error);
  if (status == LLMB_OK) {
    session->bridge = target.bridge;
    status = llmb_call_start(target.bridge, (const uint8_t *)prompt->data, prompt->size, target.settings,
                             &session->call, error);
  }
  if (status == LLMB_OK) status = refuse_beyond_slots(session, &said, error);
  llmb_settings_close(target.settings);
  settings_free(&said);
  return status;
}

static hvm_port open_session(hvm_net *net, hvm_book *book, hvm_port argument, bool with_settings) {
  struct hvm_host host;
  if (!host_find(&host, net, book)) return HVM_NOTHING;
  struct session *const session = session_find(0);
  if (session == NULL) return port_of_number(0, HVM_U24);
  *session = (struct session){.number = 0};
  struct hvm_text lines = {NULL, 0}, prompt = {NULL, 0};
  llmb_error error;
  llmb_error_init(&error);
  llmb_status status = with_settings ? read_texts(&host, argument, "settings", &lines, "prompt", &prompt, &error)
                                     : read_text(&host, argument, "prompt", &prompt, &error);
  if (status == LLMB_OK) status = session_start(session, with_settings ? &lines : NULL, &prompt, &error);
  text_free(&lines);
  text_free(&prompt);
  if (status != LLMB_OK) (void)session_fail(session, &error);
  session->number = number_next();
  return port_of_number(session->number, HVM_U24);
}

hvm_port llm_open(hvm_net *net, hvm_book *book, hvm_port argument) {
  return open_session(net, book, argument, false);
}

hvm_port llm_open_with(hvm_net *net, hvm_book *book, hvm_port argument) {
  return open_session(net, book, argument, true);
}

static llmb_status next_piece(const struct hvm_host *host, hvm_port argument, hvm_port *out, llmb_error *error) {
  hvm_port halves[2];
  uint32_t number = 0, wanted = 0;
  llmb_status status = read_pair(host, argument, "session, size", halves, error);
  if (status == LLMB_OK) status = read_number(host, halves[0], "session", &number, error);
  if (status == LLMB_OK) status = read_number(host, halves[1], "size", &wanted, error);
  if (status != LLMB_OK) return status;
  struct session *const session = number == 0 ? NULL : session_find(number);
  if (session == NULL) {
    return refuse(error, LLMB_E_INVALID_ARGUMENT, "session: none is open with the number %u; there can be %d at once",
                  number, HVM_SESSIONS_MAX);
  }
  if (session->call == NULL) {
    *error = session->error;
    return error->status;
  }
  if (wanted < PIECE_BYTES_MIN) wanted = PIECE_BYTES_MIN;
  if (wanted > HVM_PIECE_BYTES_MAX) wanted = HVM_PIECE_BYTES_MAX;
  uint8_t piece[HVM_PIECE_BYTES_MAX];
  uint64_t size = 0;
  status = llmb_call_read(session->call, piece, wanted, LLMB_NEVER, &size, error);
  if (status != LLMB_OK) return session_fail(session, error);
  const bool marked = !session->begun && size > 1 && piece[0] == HVM_FAILURE_MARK;
  session->begun = true;
  session->at_end = size == 0;
  status = write_bytes(host, (const char *)piece + marked, size - marked, out, error);
  /* The piece is lost: an answer must not go on behind it. */
  return status == LLMB_OK ? LLMB_OK : session_fail(session, error);
}

hvm_port llm_next(hvm_net *net, hvm_book *book, hvm_port argument) {
  return respond(net, book, argument, next_piece, REPLY_TEXT);
}

hvm_port llm_reason(hvm_net *net, hvm_book *book, hvm_port argument) {
  struct hvm_host host;
  if (!host_find(&host, net, book)) return HVM_NOTHING;
  const struct session *const session = session_of(&host, argument);
  llmb_result result;
  llmb_result_init(&result);
  if (session != NULL && session->call != NULL && session->at_end)
    (void)llmb_call_finish(session->call, LLMB_NEVER, &result, NULL);
  const char *const name = llmb_finish_reason_name(result.finish_reason);
  llmb_error ignored;
  hvm_port text = HVM_NOTHING;
  (void)write_bytes(&host, name, strlen(name), &text, &ignored);
  return text;
}

hvm_port llm_close(hvm_net *net, hvm_book *book, hvm_port argument) {
  struct hvm_host host;
  if (!host_find(&host, net, book)) return HVM_NOTHING;
  struct session *const session = session_of(&host, argument);
  if (session == NULL) return port_of_number(0, HVM_U24);
  llmb_call_close(session->call);
  session->number = 0;
  return port_of_number(1, HVM_U24);
}
