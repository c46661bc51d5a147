/* A program that speaks with a shared engine's server by hand, and lies. What it does is its own trouble: the others
 * are answered all the while. */
#include <llmbridge/llmbridge.h>

#include "tests/shared/shared_liar.h"

/* Somebody else, who is answered before and after by one engine. */
static struct shared_host *somebody(int64_t *out_engine) {
  shared_begin();
  struct shared_host *host = host_open("echo", NULL);
  host_do(host, "ask before");
  CHECK_TEXT("before", host_answer(host, out_engine));
  return host;
}

static void somebody_is_answered(struct shared_host *host, int64_t engine) {
  int64_t now = 0;
  host_do(host, "ask after");
  CHECK_TEXT("after", host_answer(host, &now));
  CHECK_INT(engine, now);
}

static void somebody_leaves(struct shared_host *host, int64_t engine) {
  somebody_is_answered(host, engine);
  host_close(host);
  shared_end();
}

static void request_that_cannot_be__parts_its_program_from_the_engine(void) {
  int64_t engine = 0;
  struct shared_host *host = somebody(&engine);
  const struct frame_submit lies[] = {
      {.kind = 1, .item_count = 1, .input_size = UINT64_MAX},
      {.kind = 1, .item_count = 0, .input_size = 5},
      {.kind = 1, .item_count = 1, .settings_size = UINT64_MAX / 2, .input_size = 5},
      {.kind = 1, .item_count = 1, .input_size = 5, .resume_tokens = UINT64_MAX / 4},
      {.kind = 1, .item_count = 1, .input_size = 5, .origin_words = UINT64_MAX / 4},
  };
  for (unsigned i = 0; i < sizeof lies / sizeof lies[0]; i++) {
    struct liar liar = attach_by_hand();
    submit(&liar, i % liar.slot_count, sizeof lies[i] + 5, &lies[i]);
    CHECK(hear_until(&liar, SHARE_MESSAGE_REFUSED));
    CHECK_INT(LLMB_E_PROTOCOL_ERROR, liar.refused.status);
    CHECK_INT(SHARE_MESSAGE_NONE, hear(&liar));
    liar_close(&liar);
    somebody_is_answered(host, engine);
  }
  somebody_leaves(host, engine);
}

static void ring_position_that_cannot_be__parts_its_program_from_the_engine(void) {
  int64_t engine = 0;
  struct shared_host *host = somebody(&engine);
  struct liar liar = attach_by_hand();
  atomic_store(&liar.region->slots[1].request_written, UINT64_MAX / 2);
  ring(&liar);
  CHECK(hear_until(&liar, SHARE_MESSAGE_REFUSED));
  CHECK_INT(LLMB_E_PROTOCOL_ERROR, liar.refused.status);
  liar_close(&liar);
  somebody_leaves(host, engine);
}

static void garbage_all_over_the_region__harms_nobody_else(void) {
  int64_t engine = 0;
  struct shared_host *host = somebody(&engine);
  uint64_t random = 88172645463325252;
  for (int round = 0; round < 20; round++) {
    struct liar liar = attach_by_hand();
    for (size_t i = 0; i + 8 <= liar.region_size && i < 65536; i += 8) {
      random ^= random << 13, random ^= random >> 7, random ^= random << 17;
      *(volatile uint64_t *)((char *)liar.region + i) = random;
    }
    ring(&liar);
    somebody_is_answered(host, engine);
    liar_close(&liar);
  }
  somebody_leaves(host, engine);
}

static void rings_without_end__keep_nobody_from_being_answered(void) {
  int64_t engine = 0;
  struct shared_host *host = somebody(&engine);
  struct liar liar = attach_by_hand();
  for (int i = 0; i < 200; i++) {
    for (int n = 0; n < 1000; n++) (void)send(liar.handles[1], "", 1, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (i % 50 == 0) somebody_is_answered(host, engine);
  }
  liar_close(&liar);
  somebody_leaves(host, engine);
}

static void descriptor_that_is_sent_to_the_server__is_refused_where_it_is_sent(void) {
  int64_t engine = 0;
  struct shared_host *host = somebody(&engine);
  const int server = connect_by_hand();
  union {
    struct cmsghdr align;
    char bytes[CMSG_SPACE(sizeof(int))];
  } control = {.bytes = {0}};
  char byte = 0;
  struct iovec part = {.iov_base = &byte, .iov_len = 1};
  struct msghdr message = {
      .msg_iov = &part, .msg_iovlen = 1, .msg_control = control.bytes, .msg_controllen = sizeof control.bytes};
  struct cmsghdr *rights = CMSG_FIRSTHDR(&message);
  rights->cmsg_level = SOL_SOCKET;
  rights->cmsg_type = SCM_RIGHTS;
  rights->cmsg_len = CMSG_LEN(sizeof(int));
  const int given = STDERR_FILENO;
  memcpy(CMSG_DATA(rights), &given, sizeof given);
  const ssize_t sent = sendmsg(server, &message, MSG_NOSIGNAL);
  /* Before Linux 6.16 nobody refuses it there: the server drops whoever sends what is no greeting. */
  if (sent < 0) CHECK_INT(EPERM, errno);
  if (sent >= 0) {
    struct liar liar = {.server = server};
    CHECK_INT(SHARE_MESSAGE_NONE, hear(&liar));
  }
  close(server);
  somebody_leaves(host, engine);
}

static void greeting_of_other_parts__is_refused_with_both(void) {
  int64_t engine = 0;
  struct shared_host *host = somebody(&engine);
  struct liar liar = {.server = connect_by_hand()};
  struct {
    struct share_head head;
    char parts[16];
  } hello = {{SHARE_PROTOCOL_MAGIC, SHARE_PROTOCOL_VERSION, SHARE_MESSAGE_HELLO}, "another engine"};
  CHECK_INT(sizeof hello, send(liar.server, &hello, sizeof hello, MSG_NOSIGNAL));
  CHECK(hear_until(&liar, SHARE_MESSAGE_REFUSED));
  CHECK_INT(LLMB_E_PROTOCOL_ERROR, liar.refused.status);
  close(liar.server);
  somebody_leaves(host, engine);
}

static void what_is_no_greeting__ends_the_connection(void) {
  int64_t engine = 0;
  struct shared_host *host = somebody(&engine);
  const struct share_head wrong[] = {{0, SHARE_PROTOCOL_VERSION, SHARE_MESSAGE_HELLO},
                                     {SHARE_PROTOCOL_MAGIC, 99, SHARE_MESSAGE_HELLO},
                                     {SHARE_PROTOCOL_MAGIC, SHARE_PROTOCOL_VERSION, SHARE_MESSAGE_EXIT},
                                     {SHARE_PROTOCOL_MAGIC, SHARE_PROTOCOL_VERSION, 4000}};
  for (unsigned i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
    struct liar liar = {.server = connect_by_hand()};
    CHECK_INT(sizeof wrong[i], send(liar.server, &wrong[i], sizeof wrong[i], MSG_NOSIGNAL));
    CHECK_INT(SHARE_MESSAGE_NONE, hear(&liar));
    close(liar.server);
  }
  struct liar liar = attach_by_hand(); /* and a word too many */
  const struct share_head head = {SHARE_PROTOCOL_MAGIC, SHARE_PROTOCOL_VERSION, SHARE_MESSAGE_HELLO};
  CHECK_INT(sizeof head, send(liar.server, &head, sizeof head, MSG_NOSIGNAL));
  CHECK(!hear_until(&liar, SHARE_MESSAGE_EXIT));
  liar_close(&liar);
  somebody_leaves(host, engine);
}

/* What llmb_shared_list says of the only server. */
static const char *state_told(void) {
  static char state[32];
  llmb_settings *settings = NULL;
  char *json = NULL;
  CHECK_INT(LLMB_OK, llmb_settings_create(&settings, NULL));
  CHECK_INT(LLMB_OK, llmb_settings_set(settings, "engine", "fake", NULL));
  CHECK_INT(LLMB_OK, llmb_settings_set(settings, "home", HARNESS_HOME, NULL));
  CHECK_INT(LLMB_OK, llmb_shared_list(settings, &json, NULL));
  llmb_settings_close(settings);
  const char *at = json != NULL ? strstr(json, "\"state\":\"") : NULL;
  CHECK(at != NULL);
  snprintf(state, sizeof state, "%.*s", (int)strcspn(at + 9, "\""), at + 9);
  llmb_free(json);
  return state;
}

static void program_that_is_one_too_many__is_told_how_many_there_are(void) {
  enum { MANY = KEEPER_CLIENTS_MAX };
  int64_t engine = 0;
  int servers[MANY];
  struct shared_host *host = somebody(&engine);
  for (int i = 0; i < MANY - 1; i++) {
    servers[i] = connect_by_hand();
    say_hello(servers[i]);
    struct liar liar = {.server = servers[i]};
    CHECK(hear_until(&liar, SHARE_MESSAGE_WELCOME));
    for (int n = 0; n < HANDLES; n++) close(liar.handles[n]);
  }
  struct shared_host *late = host_open("echo", "restart_limit", "0", NULL);
  CHECK_CONTAINS("error 11 64 programs", host_do(late, "ask hello")); /* overloaded */
  somebody_is_answered(host, engine);
  CHECK_TEXT("serves", state_told());
  for (int i = 0; i < MANY - 1; i++) close(servers[i]);
  host_close(late);
  somebody_leaves(host, engine);
}

/* Three for each, and what it has for itself. */
static void program_that_is_attached__is_three_descriptors_in_the_engine(void) {
  int64_t engine = 0;
  struct shared_host *host = somebody(&engine);
  const unsigned before = descriptors_of((pid_t)engine);
  struct liar liar = attach_by_hand();
  somebody_is_answered(host, engine);
  const unsigned with = descriptors_of((pid_t)engine);
  CHECK(with <= before + 3);
  CHECK(with > before);
  liar_close(&liar);
  while (descriptors_of((pid_t)engine) != before) somebody_is_answered(host, engine);
  somebody_leaves(host, engine);
}

CHECK_MAIN(TEST(request_that_cannot_be__parts_its_program_from_the_engine),
           TEST(ring_position_that_cannot_be__parts_its_program_from_the_engine),
           TEST(garbage_all_over_the_region__harms_nobody_else),
           TEST(rings_without_end__keep_nobody_from_being_answered),
           TEST(descriptor_that_is_sent_to_the_server__is_refused_where_it_is_sent),
           TEST(greeting_of_other_parts__is_refused_with_both), TEST(what_is_no_greeting__ends_the_connection),
           TEST(program_that_is_one_too_many__is_told_how_many_there_are),
           TEST(program_that_is_attached__is_three_descriptors_in_the_engine))
