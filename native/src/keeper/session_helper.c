#include "keeper/session_helper.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <unistd.h>

#include "core/memory.h"
#include "keeper/session_holder.h"
#include "keeper/session_place.h"
#include "keeper/session_request.h"
#include "keeper/session_talk.h"
#include "keeper/session_turn.h"
#include "platform/os_clock.h"
#include "platform/os_poll.h"

enum { LOOK_US = 100000 };

static struct {
  struct session_request request;
  pid_t host;

  struct session_place place;
  struct session_bytes bytes, forked; /* what the logs point into */
  struct session_log log, source;
  struct session_turn turn;
  bool is_kept; /* the turn */
} session;

static int refuse_place(void) {
  return session_refuse(session.place.status, session.place.os_code, "%s", session.place.problem);
}

/* Whether the host still waits. */
static bool is_wanted(void) {
  struct os_poll_item item = {.handle = SESSION_HANDLE_HOST};
  return os_clock_ns() < session.request.asked.deadline_ns && os_poll(&item, 1, 0) == 0;
}

static void wake(int number) {
  (void)number;
}

/* Sleeps in the kernel's queue for the lock, and looks now and then whether it is still wanted. */
static enum session_locking lock_file(void) {
  static const struct itimerval looks = {{0, LOOK_US}, {0, LOOK_US}}, none = {{0, 0}, {0, 0}};
  const struct sigaction action = {.sa_handler = wake};
  pid_t holder = 0, told = -1;
  enum session_locking found = session_file_lock(&session.place, false, &holder);
  if (found != SESSION_LOCK_OTHERS) return found;
  sigaction(SIGALRM, &action, NULL);
  setitimer(ITIMER_REAL, &looks, NULL);
  while (found == SESSION_LOCK_OTHERS && is_wanted()) {
    if (holder != told) {
      struct session_message message = session_message_of(SESSION_MESSAGE_WAITING);
      char who[96];
      session_holder_describe(holder, session.host, who, sizeof who);
      snprintf(message.text, sizeof message.text, "it waits for session '%s', which %s has", session.request.name, who);
      (void)session_say(&message, NULL, 0);
      told = holder;
    }
    found = session_file_lock(&session.place, true, &holder);
  }
  setitimer(ITIMER_REAL, &none, NULL);
  return found;
}

/* Opens and locks the session's file; false when that was refused, or nobody waits any more. */
static bool take_file(void) {
  session_place_init(&session.place, session.request.folder, session.request.name);
  if (!session_folder_open(&session.place, true)) return refuse_place() == EXIT_SUCCESS;
  for (;;) {
    if (!session_file_open(&session.place, true, true)) return refuse_place() == EXIT_SUCCESS;
    const enum session_locking found = lock_file();
    if (found == SESSION_LOCK_MINE) return true;
    if (found == SESSION_LOCK_FAILED) return refuse_place() == EXIT_SUCCESS;
    if (found == SESSION_LOCK_OTHERS) return false;
    session_file_close(&session.place); /* it was deleted meanwhile: there may be another of its name */
  }
}

/* Reads the session; what is torn at its end is cut off. */
static bool read_session(void) {
  if (!session_file_read(&session.place, &session.bytes)) return refuse_place() == EXIT_SUCCESS;
  const llmb_status status = session_log_read(session.bytes.text, session.bytes.size, &session.log);
  if (status != LLMB_OK) {
    (void)session_refuse(status == LLMB_E_OUTPUT_INVALID ? LLMB_E_UNAVAILABLE : status, 0, "%s/%s: %s",
                         session.request.folder, session.place.name,
                         session.log.problem[0] != 0 ? session.log.problem : "no memory to read it");
    return false;
  }
  if (session.log.torn_size == 0) return true;
  /* A new file of whose first turn nothing is whole stays, empty and locked. */
  if (ftruncate(session.place.file, (off_t)session.log.whole_size) == 0 && fsync(session.place.file) == 0) return true;
  return session_refuse(LLMB_E_UNAVAILABLE, errno, "%s/%s: its torn end could not be cut off", session.request.folder,
                        session.place.name) == EXIT_SUCCESS;
}

static int refuse_fork(const char *why) {
  return session_refuse(LLMB_E_INVALID_ARGUMENT, 0, "session_fork: '%s': %s", session.request.fork, why);
}

/* Begins a new session with the records of another, which goes on as it is. */
static bool read_fork(void) {
  static struct session_place place; /* it stays open: a lock of ours on it is none */
  char name[SESSION_FORK_SIZE], *end = NULL;
  snprintf(name, sizeof name, "%s", session.request.fork);
  char *at = strchr(name, '@');
  const uint64_t record = at != NULL ? strtoull(at + 1, &end, 10) : 0;
  if (at != NULL) *at = 0;
  if (at == NULL || at[1] < '0' || at[1] > '9' || *end != 0 || !session_name_is_good(name)) {
    return refuse_fork("allowed is NAME@RECORD") == EXIT_SUCCESS;
  }
  if (strcmp(name, session.request.name) == 0) return refuse_fork("a session cannot be its own fork") == EXIT_SUCCESS;
  if (session.log.header.kind != JSON_ABSENT) {
    char before[SESSION_FORK_SIZE];
    session_text(session.log.header, "fork", before, sizeof before);
    if (strcmp(before, session.request.fork) == 0) return true;
    return refuse_fork("the session is not new, and was not begun so") == EXIT_SUCCESS;
  }
  session_place_init(&place, session.request.folder, name);
  place.folder = session.place.folder;
  if (!session_file_open(&place, false, false)) return refuse_fork(place.problem) == EXIT_SUCCESS;
  if (!session_file_read(&place, &session.forked)) return refuse_fork(place.problem) == EXIT_SUCCESS;
  if (session_log_read(session.forked.text, session.forked.size, &session.source) != LLMB_OK) {
    return refuse_fork(session.source.problem) == EXIT_SUCCESS;
  }
  if (record == 0 || record > session.source.count) {
    char why[96];
    snprintf(why, sizeof why, "it has %llu records", (unsigned long long)session.source.count);
    return refuse_fork(why) == EXIT_SUCCESS;
  }
  session.turn.log = &session.source;
  session.turn.base_count = record;
  session.turn.base_turns = session.source.records[record - 1].turn;
  return true;
}

/* A sum by which the end of the session is known again. */
static uint32_t tail_of(const struct session_log *log) {
  if (log->count == 0) return 0;
  const struct session_record *last = &log->records[log->count - 1];
  return session_crc(session.bytes.text + last->offset, last->size);
}

static const struct json_value *last_record(void) {
  return session.log.count > 0 ? &session.log.records[session.log.count - 1].object : NULL;
}

/* Of a call whose first helper was lost: whether its turn is already there, or can still be what it was. */
static bool comes_back(bool *out_stored) {
  char id[SESSION_ID_SIZE] = "";
  const struct session_message *asked = &session.request.asked;
  *out_stored = false;
  if ((asked->flags & SESSION_CAME_BACK) == 0) return true;
  if (last_record() != NULL) session_text(*last_record(), "id", id, sizeof id);
  *out_stored = strcmp(id, session.request.id) == 0;
  if (*out_stored) return true;
  if (asked->records == session.log.count && asked->tail == tail_of(&session.log)) return true;
  return session_refuse(LLMB_E_UNAVAILABLE, 0,
                        "the helper of session '%s' was lost, and another call has had its turn since",
                        session.request.name) == EXIT_SUCCESS;
}

static bool tell_stored(uint64_t records) {
  struct session_message message = session_message_of(SESSION_MESSAGE_STORED);
  message.records = records;
  return session_say(&message, NULL, 0);
}

static bool tell_turn(void) {
  struct session_bytes conversation = {.text = NULL};
  struct session_message message = session_message_of(SESSION_MESSAGE_TURN);
  char model[SESSION_MODEL_SIZE] = "";
  const llmb_status status = session_turn_conversation(&session.turn, session.request.may_drop, &conversation);
  if (status != LLMB_OK) {
    (void)session_refuse(status, 0, "%s",
                         status == LLMB_E_CONTEXT_FULL ? session.turn.reason : "no memory for the session");
    return false;
  }
  message.records = session.log.count;
  message.dropped = session.turn.dropped;
  message.tail = tail_of(&session.log);
  if (last_record() != NULL) session_text(*last_record(), "model", model, sizeof model);
  const bool is_others = model[0] != 0 && session.request.model[0] != 0 && strcmp(model, session.request.model) != 0;
  if (session.log.torn_size > 0) {
    snprintf(message.text, sizeof message.text, "session %s: %llu bytes behind its last whole turn were cut off%s",
             session.request.name, (unsigned long long)session.log.torn_size,
             is_others ? "; it goes on with another model" : "");
  } else if (is_others) {
    snprintf(message.text, sizeof message.text, "session %s goes on with another model", session.request.name);
  }
  const bool said = session_say(&message, conversation.text, conversation.size);
  memory_release(conversation.text);
  return said;
}

/* The turn is taken: finds out what it begins with. */
static bool begin_turn(bool *out_stored) {
  struct session_turn *turn = &session.turn;
  if (!read_session()) return false;
  turn->log = &session.log;
  turn->base_count = session.log.count;
  turn->base_turns = session.log.turn_count;
  turn->is_new = session.log.header.kind == JSON_ABSENT;
  if (!comes_back(out_stored)) return false;
  if (*out_stored) return true;
  if (session.request.fork[0] != 0 && !read_fork()) return false;
  if (session.request.may_drop && turn->base_count > 0)
    turn->dropped = session_number(turn->log->records[turn->base_count - 1].object, "dropped", 0);
  if (turn->dropped > turn->base_turns) turn->dropped = turn->base_turns;
  const llmb_status status = session_turn_add(turn, session.request.json);
  if (status == LLMB_OK) return true;
  (void)session_refuse(status, 0, "%s", turn->reason[0] != 0 ? turn->reason : "no memory for the session");
  return false;
}

/* Writes the turn. What nobody hears of is taken back. */
static int store(const struct session_message *message, const char *bytes) {
  struct session_bytes lines = {.text = NULL};
  const uint64_t begin = session.log.whole_size;
  const char *header = session_request_header(&session.request);
  const char *answer = session_request_answer(&session.request, message, bytes, session.turn.dropped);
  if (header == NULL || answer == NULL ||
      session_turn_lines(&session.turn, header, session.request.id, json_read(answer, strlen(answer)), &lines) !=
          LLMB_OK) {
    return session_refuse(LLMB_E_OUT_OF_MEMORY, 0, "no memory to write the turn of session '%s'", session.request.name);
  }
  if (lines.size > SESSION_LINE_SIZE_MAX || begin + lines.size > SESSION_FILE_SIZE_MAX) {
    return session_refuse(LLMB_E_OUTPUT_TOO_LARGE, 0,
                          "session '%s' would have %llu bytes, a turn of %llu; allowed are %d and %d",
                          session.request.name, (unsigned long long)(begin + lines.size),
                          (unsigned long long)lines.size, SESSION_FILE_SIZE_MAX, SESSION_LINE_SIZE_MAX);
  }
  const bool is_written = session_file_write(&session.place, begin, &lines, session.turn.is_new);
  if (is_written) {
    const bool told = tell_stored(session.turn.base_count + session.turn.added_count + 1);
    session.is_kept = told;
    if (told) return EXIT_SUCCESS;
  }
  const struct session_place failed = session.place;
  (void)session_file_cut(&session.place, begin);
  if (is_written) return EXIT_FAILURE;
  return session_refuse(failed.status, failed.os_code, "the turn of session '%s' could not be kept: %s",
                        session.request.name, failed.problem);
}

/* Until the answer has come, or nobody waits for it. */
static int serve(void) {
  struct session_message message;
  char *bytes = NULL;
  if (!tell_turn()) return EXIT_FAILURE;
  for (;;) {
    const enum session_message_kind kind = session_hear(session.request.asked.deadline_ns, &message, &bytes);
    if (kind == SESSION_MESSAGE_ANSWER && bytes != NULL) return store(&message, bytes);
    if (kind != SESSION_MESSAGE_DROP) return EXIT_SUCCESS;
    if (!session_turn_drop(&session.turn)) {
      return session_refuse(
          LLMB_E_CONTEXT_FULL, 0,
          "the call of session '%s' is larger than the context, though all of its %llu turns were left out",
          session.request.name, (unsigned long long)session.turn.base_turns);
    }
    if (!tell_turn()) return EXIT_FAILURE;
  }
}

int session_helper_main(void) {
  struct ucred peer = {.pid = 0};
  socklen_t size = sizeof peer;
  bool is_stored = false;
  signal(SIGPIPE, SIG_IGN);
  signal(SIGXFSZ, SIG_IGN);
  umask(077);
  if (getsockopt(SESSION_HANDLE_HOST, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0) session.host = peer.pid;
  session_holder_announce(session.host);
  if (!session_request_take(&session.request) || !take_file()) return EXIT_FAILURE;
  int result = EXIT_FAILURE;
  if (begin_turn(&is_stored)) result = is_stored ? !tell_stored(session.log.count) : serve();
  /* A session that was new and of which nothing was kept is none. */
  const bool is_new = session.bytes.text != NULL && session.log.whole_size == 0;
  if (is_new && !session.is_kept && lseek(session.place.file, 0, SEEK_END) == 0)
    (void)session_file_cut(&session.place, 0);
  return result;
}
