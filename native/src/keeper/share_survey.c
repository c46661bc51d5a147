#include "keeper/share_survey.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "core/json_reader.h"
#include "core/json_writer.h"
#include "core/memory.h"
#include "core/policy.h"
#include "keeper/share_holder.h"
#include "keeper/share_listing.h"
#include "keeper/survey_answer.h"
#include "platform/os_clock.h"
#include "platform/os_poll.h"
#include "platform/os_process.h"

enum { BEGINNING_MIN = 4 /* digits that name a key */ };

/* Static, because they are large. */
static struct share_listing listing;
static struct share_holder holders[SHARE_LISTED_MAX];
static struct json_writer writer;

/* Writing. */

static void write_text(const char *key, const char *text) {
  json_key(&writer, key);
  json_text(&writer, text);
}

static void write_number(const char *key, int64_t number) {
  json_key(&writer, key);
  json_integer(&writer, number);
}

/* A member of another's JSON as it is, if it is of this kind; else null. */
static void write_member(struct json_value object, const char *key, enum json_kind kind) {
  const struct json_value value = json_member(object, key);
  json_key(&writer, key);
  if (value.kind == kind) {
    json_verbatim(&writer, value.text, value.size);
  } else {
    json_null(&writer);
  }
}

static const char *state_name(const struct share_holder *holder, bool has_card) {
  if (!holder->is_locked) return "gone";
  if (holder->answers) return "serves";
  return holder->pid == 0 && !has_card ? "starting" : "silent";
}

static void write_server(const char *key) {
  static struct share_holder holder;
  const struct json_value card = share_listing_card(&listing, key);
  const bool has_card = card.kind == JSON_OBJECT;
  share_holder_find(listing.folder, listing.path, key, has_card ? share_card_pid(card) : 0, &holder);
  if (holder.is_locked || has_card) {
    const struct json_value state =
        holder.answers ? json_read(holder.state, strlen(holder.state)) : (struct json_value){.kind = JSON_ABSENT};
    json_object_open(&writer);
    write_text("key", key);
    write_text("state", state_name(&holder, has_card));
    json_key(&writer, "pid");
    if (holder.pid > 0) {
      json_integer(&writer, holder.pid);
    } else {
      json_null(&writer);
    }
    write_member(card, "model", JSON_STRING);
    write_member(card, "parts", JSON_STRING);
    write_member(card, "workers", JSON_NUMBER);
    write_member(card, "slots", JSON_NUMBER);
    write_member(card, "protocol", JSON_NUMBER);
    write_member(card, "start_time", JSON_NUMBER);
    write_member(card, "boot_id", JSON_STRING);
    write_member(state, "engines", JSON_ARRAY);
    write_member(state, "clients", JSON_ARRAY);
    json_object_close(&writer);
  }
  share_holder_close(&holder);
}

static int finish(void) {
  return survey_answer(&writer);
}

static int list(void) {
  json_key(&writer, "found");
  json_boolean(&writer, listing.is_found);
  write_text("problem", listing.problem[0] != 0 ? listing.problem : NULL);
  json_key(&writer, "servers");
  json_array_open(&writer);
  for (unsigned i = 0; i < listing.count; i++) write_server(listing.keys[i]);
  json_array_close(&writer);
  write_number("more", listing.more);
  json_object_close(&writer);
  return finish();
}

/* Ending. */

static bool is_meant(const char *key, const char *wanted) {
  return strcmp(wanted, "all") == 0 || strncmp(key, wanted, strlen(wanted)) == 0;
}

static int refuse(llmb_status status, const char *text) {
  write_number("status", status);
  write_text("message", text);
  json_object_close(&writer);
  return finish();
}

/* The servers that are meant, in `holders`; how many. The others' places have no process. */
static unsigned find_meant(const char *wanted, unsigned *hidden) {
  unsigned found = 0;
  for (unsigned i = 0; i < listing.count; i++) {
    holders[i].process = OS_HANDLE_NONE;
    if (!is_meant(listing.keys[i], wanted)) continue;
    const struct json_value card = share_listing_card(&listing, listing.keys[i]);
    share_holder_find(listing.folder, listing.path, listing.keys[i],
                      card.kind == JSON_OBJECT ? share_card_pid(card) : 0, &holders[i]);
    found += holders[i].pid != 0;
    *hidden += holders[i].is_locked && holders[i].pid == 0;
    if (!holders[i].is_locked) share_holder_clean(listing.folder, listing.keys[i]);
  }
  return found;
}

static bool await_end(const struct share_holder *holder, uint64_t deadline_ns) {
  struct os_poll_item item = {.handle = holder->process};
  return os_poll(&item, 1, deadline_ns) > 0;
}

static void end_one(const char *key, struct share_holder *holder, uint64_t grace_ns) {
  const char *end = "ended";
  if (!await_end(holder, grace_ns)) {
    os_process_kill(holder->process);
    end = await_end(holder, os_clock_ns() + SHARE_KILLED_NS) ? "killed" : "stays";
  }
  share_holder_clean(listing.folder, key);
  json_object_open(&writer);
  write_text("key", key);
  write_number("pid", holder->pid);
  write_text("end", end);
  json_object_close(&writer);
}

static int stop(const char *wanted, uint64_t grace_ns) {
  char text[512];
  unsigned hidden = 0;
  if (strcmp(wanted, "all") != 0 &&
      (strlen(wanted) < BEGINNING_MIN || strspn(wanted, "0123456789abcdef") != strlen(wanted))) {
    snprintf(text, sizeof text, "key: '%.64s' is none: at least %d hexadecimal digits of one are wanted, or all",
             wanted, BEGINNING_MIN);
    return refuse(LLMB_E_INVALID_ARGUMENT, text);
  }
  if (listing.problem[0] != 0) {
    snprintf(text, sizeof text, "%.128s is no folder of shared engines: %.256s", listing.path, listing.problem);
    return refuse(LLMB_E_UNSUPPORTED, text);
  }
  const unsigned found = find_meant(wanted, &hidden);
  if (found + hidden > 1 && strcmp(wanted, "all") != 0) {
    snprintf(text, sizeof text, "key: %u shared engines have keys that begin with '%.64s': more digits are wanted",
             found + hidden, wanted);
    return refuse(LLMB_E_INVALID_ARGUMENT, text);
  }
  json_key(&writer, "stopped");
  json_array_open(&writer);
  for (unsigned i = 0; i < listing.count; i++) {
    if (holders[i].process != OS_HANDLE_NONE) {
      (void)syscall(SYS_pidfd_send_signal, os_handle_number(holders[i].process), SIGTERM, NULL, 0u);
    }
  }
  const uint64_t until_ns = os_clock_ns() + grace_ns;
  for (unsigned i = 0; i < listing.count; i++) {
    if (holders[i].process != OS_HANDLE_NONE) end_one(listing.keys[i], &holders[i], until_ns);
    share_holder_close(&holders[i]);
  }
  json_array_close(&writer);
  if (hidden > 0) {
    snprintf(text, sizeof text, "%u shared engines in %.128s have servers that cannot be seen from here", hidden,
             listing.path);
    return refuse(LLMB_E_UNSUPPORTED, text);
  }
  if (found == 0 && strcmp(wanted, "all") != 0) {
    snprintf(text, sizeof text, "no shared engine with the key '%.64s' is served in %.128s", wanted, listing.path);
    return refuse(LLMB_E_NOT_FOUND, text);
  }
  return refuse(LLMB_OK, NULL);
}

int share_survey_main(int argc, char **argv) {
  const bool stops = argc == 6 && strcmp(argv[2], "stop") == 0;
  if (!stops && !(argc == 4 && strcmp(argv[2], "list") == 0)) return EXIT_FAILURE;
  share_listing_open(&listing, argv[3]);
  json_writer_begin(&writer);
  json_object_open(&writer);
  write_text("folder", listing.path);
  return stops ? stop(argv[4], strtoull(argv[5], NULL, 10) * 1000000u) : list();
}
