/* The same damage as in handshake_damage_test.c, by real processes in the place of an engine: each length, and each
 * byte once. The start fails as a breach of the protocol, is not tried again by itself, and the process is ended. */
#include "tests/faults/faults_harness.h"
#include "tests/faults/handshake_course.h"

/* One start for each bridge, since the order is handed on with the environment that a bridge keeps. */
static void check_start(unsigned type, unsigned cut, unsigned at, unsigned mask) {
  char order[64];
  llmb_error error;
  llmb_error_init(&error);
  snprintf(order, sizeof order, "%u %u %u %u", type, cut, at, mask);
  setenv("LC_LIAR", order, 1);
  llmb_bridge *bridge = bridge_of("echo", "home", LIAR_HOME, NULL);
  CHECK_INT(LLMB_E_PROTOCOL_ERROR, llmb_bridge_start(bridge, LLMB_NEVER, &error));
  CHECK_CONTAINS("protocol", error.message);
  CHECK_INT(0, worker_pid(bridge));
  bridge_end(bridge);
}

/* A bridge beside it that is well: the same keeper has no other child than its engine in the end. */
struct beside {
  llmb_bridge *bridge;
  struct siblings siblings;
};

static void beside_open(struct beside *beside) {
  beside->bridge = bridge_of("echo", NULL);
  bridge_start(beside->bridge);
  siblings_start(&beside->siblings);
}

static void beside_close(struct beside *beside) {
  check_next_call_works(beside->bridge);
  while (process_child_count(process_parent(worker_pid(beside->bridge))) > 1) nap_ms(1);
  siblings_end(&beside->siblings);
  bridge_end(beside->bridge);
}

/* A message that says nothing yet of a start that is over, and the one that says that it is. */
static const uint32_t types[] = {HANDSHAKE_HELLO, HANDSHAKE_READY, HANDSHAKE_REFUSED, HANDSHAKE_LAST_WORDS};
enum { TYPES_COUNT = sizeof types / sizeof *types };

static void message__cut_at_any_length_fails_the_start(void) {
  struct beside beside;
  struct message message;
  unsigned count = 0;
  beside_open(&beside);
  for (int i = 0; i < TYPES_COUNT; i++) {
    message_make(&message, types[i]);
    for (uint32_t cut = 1; cut < message.size; cut++, count++) check_start(types[i], cut, 0, 0);
  }
  beside_close(&beside);
  printf("     %u starts\n", count);
}

static void message__with_a_changed_head_fails_the_start(void) {
  struct beside beside;
  unsigned count = 0;
  beside_open(&beside);
  for (int i = 0; i < TYPES_COUNT; i++) {
    struct message message;
    message_make(&message, types[i]);
    const enum worker_state state = types[i] == HANDSHAKE_HELLO ? WORKER_STARTING : WORKER_LOADING;
    for (uint32_t at = 0; at < message.size; at++) {
      message.bytes[at] ^= 0xff;
      const enum course course = course_of(state, &message);
      message.bytes[at] ^= 0xff;
      if (course != KILLED) continue;
      check_start(types[i], message.size, at, 0xff);
      count++;
    }
  }
  beside_close(&beside);
  printf("     %u starts\n", count);
}

/* It is well-formed, and out of turn. */
static void message__out_of_turn_fails_the_start(void) {
  struct beside beside;
  beside_open(&beside);
  check_start(HANDSHAKE_RETIRING, MESSAGE_SIZE_MAX, 0, 0);                                 /* before it is ready */
  check_start(HANDSHAKE_HELLO, MESSAGE_SIZE_MAX, 0, HANDSHAKE_HELLO ^ HANDSHAKE_RETIRING); /* not even that */
  beside_close(&beside);
}

/* It says that it is ready, with one layer of four. */
static void engine__that_claims_one_layer_of_a_required_sandbox_is_refused(void) {
  enum { STATUS_AT = offsetof(struct handshake_text, status) };
  char order[64];
  llmb_error error;
  llmb_error_init(&error);
  snprintf(order, sizeof order, "%u %u %u %u", (unsigned)HANDSHAKE_READY, (unsigned)MESSAGE_SIZE_MAX,
           STATUS_AT + HANDSHAKE_LAYERS_SHIFT / 8, (unsigned)LLMB_SANDBOX_CALLS);
  setenv("LC_LIAR", order, 1);
  llmb_bridge *bridge = bridge_of("echo", "home", LIAR_HOME, "sandbox", "required", NULL);
  CHECK_INT(LLMB_E_UNSUPPORTED, llmb_bridge_start(bridge, LLMB_NEVER, &error));
  CHECK_CONTAINS("only 8 of the layers 15", error.message);
  CHECK_INT(0, worker_pid(bridge));
  bridge_end(bridge);
}

CHECK_MAIN(TEST(message__cut_at_any_length_fails_the_start), TEST(message__with_a_changed_head_fails_the_start),
           TEST(message__out_of_turn_fails_the_start),
           TEST(engine__that_claims_one_layer_of_a_required_sandbox_is_refused))
